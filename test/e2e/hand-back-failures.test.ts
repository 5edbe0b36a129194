import { expect, it } from "vitest";
import type { Fault } from "../../fakes/http/faults.ts";
import { changesAt } from "../support/sent.ts";
import { type HandedOver, handOver, openModal, submitHandBack } from "../support/steps.ts";
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

it("keeps the User when Parley refuses the change of owner", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const opened = await handOver(world);
  const { user, ts } = opened;
  parley.faults.add(`PUT /users/${user.id}/owner`, { kind: "status", status: 400 });

  await submitHandBack(slack, ts, LAST_MESSAGE);

  expect(await failure(world, opened)).toContain("Your last message was sent");
  expect(parley.sent(user.id)).toHaveLength(1);
  expect(postsIn(slack, ts).filter(({ text }) => /did not work/.test(text))).toHaveLength(1);
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
