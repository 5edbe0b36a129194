import { expect, it } from "vitest";
import { settledIn } from "../support/attempts.ts";
import { changesAt } from "../support/sent.ts";
import { handOver, openModal, PATIENCE, submitHandBack } from "../support/steps.ts";
import { postsIn, rootsOf, textsTo } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

const isWith = async ({ parley }: World, userId: string, service: string) => {
  await parley.until(() => parley.user(userId).owner === service, { timeoutMs: 15_000 });
};
const rootOf = ({ slack }: World, ts: string) =>
  JSON.stringify(rootsOf(slack).find((root) => root.ts === ts)?.blocks);

it.each(["root", "agent's message", "User's message"] as const)(
  "hands back with the shortcut on the %s",
  async (place) => {
    const world = await startWorld();
    const { slack, parley, log } = world;
    const { user, ts, outbox } = await handOver(world);
    await parley.userWrites(user.id, "Where is it?");
    const fromUser = await slack.waitFor(() => postsIn(slack, ts)[0]);
    const fromAgent = await slack.post({ user: "U0ANNA", threadTs: ts, text: "One moment" });
    await expect.poll(() => settledIn(log, outbox), PATIENCE).toHaveLength(1);

    const at = {
      root: ts,
      "agent's message": fromAgent.ts,
      "User's message": fromUser.ts,
    }[place];
    const submission = await submitHandBack(slack, at, {}, "U0BEN");

    expect(submission).toMatchObject({ status: "delivered" });
    expect(submission.errors).toBeUndefined();
    await isWith(world, user.id, parley.botService.identification);
    await slack.waitFor(() => /Handed back/.test(rootOf(world, ts)));
    expect(postsIn(slack, ts).at(-1)?.text).toContain(
      "<@U0BEN> handed this User back to *Bot Service*",
    );
  },
);

it("hands back with the root's button, which is gone afterwards", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  expect(rootOf(world, ts)).toContain('"action_id":"parley_hand_back"');

  const view = await openModal(slack, ts, { by: "button" });
  await slack.submitView({ user: "U0ANNA", viewId: view.id });

  await isWith(world, user.id, parley.botService.identification);
  await slack.waitFor(() => /Handed back/.test(rootOf(world, ts)));
  expect(rootOf(world, ts)).not.toContain("parley_hand_back");
});

it("asks for destination, note and last message, with the bot chosen and itself left out", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const sales = parley.addService({ name: "Sales desk" });
  const { ts } = await handOver(world, {
    user: { additionalInformation: { name: "Ada Lovelace" } },
  });

  const view = await openModal(slack, ts);

  expect(view).toMatchObject({ type: "modal", callback_id: "parley_hand_back" });
  expect(JSON.stringify(view.blocks[0])).toContain("Ada Lovelace");
  const inputs = view.blocks.filter(({ type }) => type === "input");
  expect(inputs.map(({ block_id, optional }) => [block_id, optional ?? false])).toEqual([
    ["destination", false],
    ["note", true],
    ["message_for_user", true],
    ["last_message", true],
    ["tags", true],
  ]);
  const { botService } = parley;
  expect(inputs[0]?.element).toMatchObject({
    options: [
      { text: { text: botService.name }, value: botService.identification },
      { text: { text: "Sales desk" }, value: sales.identification },
    ],
    initial_option: { value: botService.identification },
  });
});

it("sends the last message, unsets the agent and then changes the owner, telling why", async () => {
  const world = await startWorld();
  const { slack, parley, log } = world;
  const { user, ts, outbox } = await handOver(world, {
    metadata: { reason: "damaged_parcel", order: 42 },
  });
  await parley.userWrites(user.id, "It is broken");
  await slack.waitFor(() => postsIn(slack, ts)[0]);
  await slack.post({ user: "U0BEN", threadTs: ts, text: "Sorry to hear that" });
  await expect.poll(() => settledIn(log, outbox), PATIENCE).toHaveLength(1);
  const startedAt = Date.now();

  await submitHandBack(slack, ts, {
    note: "Refund is booked",
    last_message: "You get your money back",
  });
  await isWith(world, user.id, parley.botService.identification);

  expect(changesAt(parley, user.id)).toEqual([
    "POST messages",
    "POST messages",
    "PUT agent/unset",
    "PUT owner",
  ]);
  expect(parley.sent(user.id).at(-1)).toMatchObject({
    message: "You get your money back",
    agent: { name: "Anna" },
  });
  expect(parley.user(user.id).agent).toBeNull();
  const { metadata, ...handover } = parley.user(user.id).handovers.at(-1) ?? {};
  expect(handover).toMatchObject({
    from: parley.agentService.identification,
    to: parley.botService.identification,
    by: parley.agentService.identification,
  });
  expect(metadata).toMatchObject({
    reason: "handed_back",
    note: "Refund is booked",
    handedBackBy: "Anna",
    handedOverFor: "damaged_parcel",
    userMessages: 1,
    agentMessages: 2,
  });
  const times = metadata as { openedAt: string; handedBackAt: string };
  expect(Date.parse(times.openedAt)).toBeLessThanOrEqual(startedAt);
  expect(Date.parse(times.handedBackAt)).toBeGreaterThanOrEqual(startedAt);
});

it("counts a reply for the bot that went directly before", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  const answer = Promise.withResolvers<void>();
  const send = `POST /users/${user.id}/messages`;
  parley.faults.add(send, { kind: "held", until: answer.promise }, 1);
  await slack.post({ user: "U0BEN", threadTs: ts, text: "That is for the bot" });
  await submitHandBack(slack, ts);
  answer.resolve();
  await isWith(world, user.id, parley.botService.identification);
  expect(parley.user(user.id).handovers.at(-1)?.metadata).toMatchObject({ agentMessages: 1 });
});

it("sends the User no message and the bot no note unless they are given", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);

  await submitHandBack(slack, ts, { note: "  ", last_message: "" });
  await isWith(world, user.id, parley.botService.identification);

  expect(changesAt(parley, user.id)).toEqual(["PUT agent/unset", "PUT owner"]);
  expect(parley.user(user.id).handovers.at(-1)?.metadata).toMatchObject({ note: null });
});

it("hands back to another Service than the bot", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const sales = parley.addService({ name: "Sales desk" });
  const { user, ts } = await handOver(world);

  await submitHandBack(slack, ts, { destination: sales.identification });

  await isWith(world, user.id, sales.identification);
  await slack.waitFor(() => /Handed back\* to Sales desk/.test(rootOf(world, ts)));
});

it("chooses PARLEY_BOT_SERVICE beforehand where it is set", async () => {
  const world = await startWorld({ stopped: true });
  const { slack, parley } = world;
  const second = parley.addService({ name: "Second bot" });
  await world.startBridge({ PARLEY_BOT_SERVICE: second.identification });
  const { user, ts } = await handOver(world);

  await submitHandBack(slack, ts);

  await isWith(world, user.id, second.identification);
});

it("hands back once when the same form is submitted twice", async () => {
  const world = await startWorld();
  const { slack, parley, log } = world;
  const { user, ts, outbox } = await handOver(world);
  const { id } = await openModal(slack, ts);
  const submission = { user: "U0ANNA", viewId: id, values: { last_message: "Bye" } };

  await Promise.all([slack.submitView(submission), slack.submitView(submission)]);
  await isWith(world, user.id, parley.botService.identification);
  // Whatever the second one put into the lane is handled before this.
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Anybody there?" });
  await expect.poll(() => settledIn(log, outbox).at(-1)?.outcome, PATIENCE).toBe("ignored");

  expect(changesAt(parley, user.id)).toEqual(["POST messages", "PUT agent/unset", "PUT owner"]);
  expect(settledIn(log, outbox)).toHaveLength(2);
  const said = () => postsIn(slack, ts).filter(({ text }) => /handed this User back/.test(text));
  await expect.poll(() => said().length, PATIENCE).toBe(1);
});

it("refuses in the form what became pointless while it was open", async () => {
  const world = await startWorld();
  const { slack } = world;
  const { ts } = await handOver(world);
  const late = await openModal(slack, ts, { user: "U0BEN" });
  await submitHandBack(slack, ts);
  await slack.waitFor(() => /Handed back/.test(rootOf(world, ts)));

  const submission = await slack.submitView({ user: "U0BEN", viewId: late.id });

  expect(submission.responseAction).toBe("errors");
  expect(submission.errors?.destination).toMatch(/over/);
  expect(slack.state.views.get(late.id)?.status).toBe("open");
});

it("answers politely on a message that is no conversation", async () => {
  const { slack } = await startWorld();
  const { ts } = await slack.post({ user: "U0BEN", text: "Lunch?" });

  const outcome = await slack.shortcut({
    user: "U0ANNA",
    callbackId: "parley_hand_back",
    channel: slack.channel,
    ts,
  });

  expect(outcome.status).toBe("delivered");
  await slack.waitFor(() => textsTo(slack, "U0ANNA")[0]);
  expect(textsTo(slack, "U0ANNA")).toEqual([expect.stringMatching(/not part of a conversation/)]);
  expect(slack.state.views.size).toBe(0);
});

it("answers politely in a channel that the bot is not in", async () => {
  const { slack } = await startWorld({
    slack: { channels: [{ id: "C0OTHER", name: "other", members: ["U0ANNA"] }] },
  });
  const { ts } = await slack.post({ user: "U0ANNA", channel: "C0OTHER", text: "Hello" });

  await slack.shortcut({
    user: "U0ANNA",
    callbackId: "parley_hand_back",
    channel: "C0OTHER",
    ts,
  });

  const told = await slack.waitFor(() => slack.state.ephemerals[0]);
  expect(told).toMatchObject({ user: "U0ANNA", channel: "C0OTHER", via: "response_url" });
  expect(told.text).toMatch(/not part of a conversation/);
});

it("answers politely on a conversation that is over", async () => {
  const world = await startWorld();
  const { slack } = world;
  const { ts } = await handOver(world);
  await submitHandBack(slack, ts);
  await slack.waitFor(() => /Handed back/.test(rootOf(world, ts)));
  const views = slack.state.views.size;

  await slack.shortcut({
    user: "U0BEN",
    callbackId: "parley_hand_back",
    channel: slack.channel,
    ts,
  });

  await slack.waitFor(() => textsTo(slack, "U0BEN")[0]);
  expect(textsTo(slack, "U0BEN")[0]).toMatch(/over/);
  expect(slack.state.views.size).toBe(views);
});
