import { expect, it } from "vitest";
import type { Fault } from "../../fakes/http/faults.ts";
import { attemptsIn, settledIn } from "../support/attempts.ts";
import { changesAt } from "../support/sent.ts";
import {
  type HandedOver,
  handOver,
  openModal,
  PATIENCE,
  submitHandBack,
} from "../support/steps.ts";
import { postsIn, rootsOf } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

const LAST_MESSAGE = { last_message: "Goodbye" };

/** What the bridge says in the thread once the hand-back has failed. */
async function failure({ slack }: World, { ts }: HandedOver): Promise<string> {
  const post = await slack.waitFor(
    () => postsIn(slack, ts).find(({ text }) => /handing back did not work/.test(text)),
    15_000,
  );
  expect(post.text).toContain("<@U0ANNA>");
  return post.text;
}

/** The User is still ours, agents' replies arrive, and handing back again works. */
async function expectUsable(world: World, { user, ts }: HandedOver): Promise<void> {
  const { slack, parley } = world;
  const { faults, agentService, botService } = parley;
  faults.clear();
  expect(parley.user(user.id).owner).toBe(agentService.identification);
  await slack.post({ user: "U0BEN", threadTs: ts, text: "Still here" });
  await parley.until(() => parley.sent(user.id).at(-1)?.message === "Still here");
  await parley.userWrites(user.id, "So am I");
  await slack.waitFor(() => postsIn(slack, ts).some(({ text }) => text === "So am I"));
  await submitHandBack(slack, ts);
  await parley.until(() => parley.user(user.id).owner === botService.identification);
  await slack.waitFor(() => /Handed back/.test(JSON.stringify(rootsOf(slack)[0]?.blocks)));
}

it("goes no further when Parley refuses the last message", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const opened = await handOver(world);
  const { user, ts } = opened;
  parley.faults.add(`POST /users/${user.id}/messages`, { kind: "status", status: 400 });

  await submitHandBack(slack, ts, LAST_MESSAGE);

  expect(await failure(world, opened)).toContain("Nothing was sent");
  expect(changesAt(parley, user.id)).toEqual(["POST messages"]);
  await expectUsable(world, opened);
});

it("does not send a last message again whose answer was lost, and says so", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const opened = await handOver(world);
  const { user, ts } = opened;
  parley.faults.add(`POST /users/${user.id}/messages`, { kind: "lost-answer" }, 1);

  await submitHandBack(slack, ts, LAST_MESSAGE);

  expect(await failure(world, opened)).toContain("Nobody can tell whether your last message");
  expect(changesAt(parley, user.id)).toEqual(["POST messages"]);
  await expectUsable(world, opened);
  expect(parley.sent(user.id).map(({ message }) => message)).toEqual(["Goodbye", "Still here"]);
});

it.each([400, 500])(
  "hands back although unsetting the agent fails with %i, and says so",
  async (status) => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    parley.faults.add(`PUT /users/${user.id}/agent/unset`, { kind: "status", status });

    await submitHandBack(slack, ts);

    await parley.until(() => parley.user(user.id).owner === parley.botService.identification);
    const post = await slack.waitFor(() => postsIn(slack, ts)[0]);
    expect(post.text).toContain("handed this User back to *Bot Service*");
    expect(post.text).toContain("may still show the agent's name");
    expect(post.text).toContain(String(status));
  },
);

it("goes on where it was after a hiccup, without a second last message", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  parley.faults.add(`PUT /users/${user.id}/agent/unset`, { kind: "status", status: 500 }, 1);
  parley.faults.add(`PUT /users/${user.id}/owner`, { kind: "status", status: 503 }, 1);

  await submitHandBack(slack, ts, LAST_MESSAGE);

  await slack.waitFor(() => /Handed back/.test(JSON.stringify(rootsOf(slack)[0]?.blocks)), 15_000);
  expect(changesAt(parley, user.id).filter((change) => change === "POST messages")).toHaveLength(1);
  expect(changesAt(parley, user.id).at(-1)).toBe("PUT owner");
  expect(postsIn(slack, ts).map(({ text }) => text)).toEqual([
    expect.stringContaining("handed this User back"),
  ]);
});

it.each<[string, Fault]>([
  ["refuses the change of owner", { kind: "status", status: 400 }],
  ["fails for good at the change of owner", { kind: "status", status: 500 }],
  ["cuts the connection at the change of owner", { kind: "refused" }],
])("keeps the User when Parley %s", async (_, fault) => {
  const world = await startWorld();
  const { slack, parley } = world;
  const opened = await handOver(world);
  const { user, ts } = opened;
  parley.faults.add(`PUT /users/${user.id}/owner`, fault);

  await submitHandBack(slack, ts, LAST_MESSAGE);

  expect(await failure(world, opened)).toContain("Your last message was sent");
  expect(parley.sent(user.id)).toHaveLength(1);
  expect(postsIn(slack, ts).filter(({ text }) => /did not work/.test(text))).toHaveLength(1);
  await expectUsable(world, opened);
});

it("keeps the User when Parley is down altogether", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const opened = await handOver(world);
  parley.faults.add("*", { kind: "refused" });

  const submission = await submitHandBack(slack, opened.ts, LAST_MESSAGE);

  expect(submission.status).toBe("delivered");
  expect(await failure(world, opened)).toContain("Nothing was sent");
  expect(parley.sent(opened.user.id)).toEqual([]);
  await expectUsable(world, opened);
});

it.each<[string, Fault]>([
  ["fails", { kind: "status", status: 500 }],
  ["hangs", { kind: "hang" }],
])("offers the bot when the list of Services %s", async (_, fault) => {
  const world = await startWorld();
  const { slack, parley } = world;
  parley.addService({ name: "Sales desk" });
  const { user, ts } = await handOver(world);
  parley.faults.add("GET /services", fault, 1);

  const view = await openModal(slack, ts);

  const destination = view.blocks.find(({ block_id }) => block_id === "destination");
  expect(destination?.element).toMatchObject({
    options: [{ value: parley.botService.identification }],
    initial_option: { value: parley.botService.identification },
  });
  await slack.submitView({ user: "U0ANNA", viewId: view.id });
  await parley.until(() => parley.user(user.id).owner === parley.botService.identification);
  const post = await slack.waitFor(() => postsIn(slack, ts)[0]);
  expect(post.text).toContain("*Bot Service*");
});

it("says that the form did not open when Slack refuses it", async () => {
  const world = await startWorld();
  const { slack } = world;
  const { ts } = await handOver(world);
  slack.faults.add("views.open", { kind: "status", status: 500 }, 1);

  await slack.shortcut({
    user: "U0ANNA",
    callbackId: "parley_hand_back",
    channel: slack.channel,
    ts,
  });

  const told = await slack.waitFor(() => slack.state.ephemerals[0]);
  expect(told).toMatchObject({ user: "U0ANNA", thread_ts: ts });
  expect(told.text).toMatch(/try again/);
});

it("does not hand back a User who is with another Service by now, and marks the thread", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const sales = parley.addService({ name: "Sales desk" });
  const opened = await handOver(world);
  const { user, ts } = opened;
  const view = await openModal(slack, ts);
  await parley.handOver({ userId: user.id, to: sales.identification });

  await slack.submitView({ user: "U0ANNA", viewId: view.id, values: LAST_MESSAGE });

  expect(await failure(world, opened)).toContain("Nothing was sent");
  await slack.waitFor(() => /Taken over/.test(JSON.stringify(rootsOf(slack)[0]?.blocks)));
  expect(JSON.stringify(rootsOf(slack)[0]?.blocks)).toContain("Sales desk");
  expect(changesAt(parley, user.id)).toEqual([]);
  expect(parley.user(user.id).owner).toBe(sales.identification);
});

it("does not take Parley's callback about its own hand-back for news", async () => {
  const world = await startWorld();
  const { slack, parley, log } = world;
  const { user, ts, inbox, outbox } = await handOver(world);
  const { agentService, botService } = parley;
  const tellUs = async () => {
    const { delivered } = await parley.callback(agentService.identification, {
      type: "action",
      body: { name: "handover", newOwner: botService.identification, user: { id: user.id } },
    });
    expect(delivered).toBe(true);
  };
  // Parley has changed the owner, but its answer is lost: the callback comes before the hand-back is recorded.
  parley.faults.add(`PUT /users/${user.id}/owner`, { kind: "lost-answer" }, 1);

  await submitHandBack(slack, ts);
  await parley.until(() => parley.user(user.id).owner === botService.identification);
  parley.faults.add(`GET /users/${user.id}/owner`, { kind: "status", status: 503 }, 1);
  await tellUs();
  await expect.poll(() => settledIn(log, inbox), PATIENCE).toHaveLength(2);
  expect(attemptsIn(log, outbox).map(({ outcome }) => outcome)).not.toContain("done");
  await slack.waitFor(() => /Handed back/.test(JSON.stringify(rootsOf(slack)[0]?.blocks)), 15_000);
  const before = settledIn(log, inbox).length;
  await tellUs();
  await expect.poll(() => settledIn(log, inbox), PATIENCE).toHaveLength(before + 1);

  expect(postsIn(slack, ts).map(({ text }) => text)).toEqual([
    expect.stringContaining("handed this User back"),
  ]);
  const root = JSON.stringify(rootsOf(slack)[0]?.blocks);
  expect(root).toContain("*Handed back* to Bot Service by <@U0ANNA>");
  expect(root).not.toContain("Taken over");
});

it("takes the change for news when its own hand-back had failed before", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const opened = await handOver(world);
  const { user, ts } = opened;
  parley.faults.add(`PUT /users/${user.id}/owner`, { kind: "status", status: 400 }, 1);
  await submitHandBack(slack, ts);
  await failure(world, opened);
  await expect.poll(() => settledIn(world.log, opened.outbox), PATIENCE).toHaveLength(1);
  const { agentService, botService } = parley;

  await parley.handOver({ userId: user.id, to: botService.identification });
  await parley.callback(agentService.identification, {
    type: "action",
    body: { name: "handover", newOwner: botService.identification, user: { id: user.id } },
  });

  await slack.waitFor(() => /Taken over/.test(JSON.stringify(rootsOf(slack)[0]?.blocks)));
  await slack.waitFor(() => postsIn(slack, ts).some(({ text }) => /now with/.test(text)));
});
