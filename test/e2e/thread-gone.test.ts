import { describe, expect, it } from "vitest";
import { identity } from "../../fakes/slack/identity.ts";
import { settledIn } from "../support/attempts.ts";
import { png } from "../support/files.ts";
import { type HandedOver, handOver, PATIENCE } from "../support/steps.ts";
import { type Message, rootsOf, shownOf, textOf, textsIn } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

/** Retries within the patience of a test. Slack lets the bridge delete its posts, but none that it made under the name of a User. */
const env = { RETRY_FIRST_MS: "20", RETRY_CAP_MS: "100", SHOW_USER_IDENTITY: "false" };

/** The only thread besides the one that is gone. */
async function newThread({ slack }: World, { ts: old }: Pick<HandedOver, "ts">): Promise<string> {
  const roots = () => rootsOf(slack).filter(({ ts }) => ts !== old);
  await expect.poll(() => roots().filter(isRoot).length, PATIENCE).toBe(1);
  return roots().find(isRoot)?.ts ?? "";
}

const isRoot = ({ metadata }: Message) => metadata?.event_type === "parley_handover";

/** What Slack leaves of a root with something below it. */
const isTombstone = (message: unknown): boolean =>
  JSON.stringify(message ?? null).includes('"subtype":"tombstone"');

/** Nothing but roots may stand in the open channel. */
const strays = ({ slack }: World) =>
  slack.state.messages.filter(
    (message) =>
      message.thread_ts === undefined && message.subtype !== "tombstone" && !isRoot(message),
  );

type Shown = ReturnType<typeof strays>[number];

const becomesQuiet = ({ log }: World, { inbox }: HandedOver, count: number) =>
  expect.poll(() => settledIn(log, inbox), PATIENCE).toHaveLength(count);

describe("a thread that is not there any more", () => {
  it("opens again with all that is known, and takes what went astray", async () => {
    const world = await startWorld({ env });
    const { slack, parley } = world;
    const opened = await handOver(world, { metadata: { reason: "refund", order: "A-1" } });
    const { user, ts: old } = opened;
    slack.expireThread({ ts: old });

    await parley.userWrites(user.id, "Are you there?");

    const ts = await newThread(world, opened);
    // The message, the item that opens the thread, and the handover.
    await becomesQuiet(world, opened, 3);
    expect(textsIn(world, ts)).toEqual(["Are you there?"]);
    expect(strays(world)).toEqual([]);
    const root = rootsOf(slack).find((message) => message.ts === ts);
    expect(root && shownOf(slack, root)).toContain("A-1");
    expect(textOf(root ?? { text: "" })).toContain(`p${old.replace(".", "")}|its earlier thread>`);
    await slack.post({ user: "U0ANNA", threadTs: ts, text: "I am here" });
    await parley.until(() => parley.sent(user.id).length === 1);
    await parley.userWrites(user.id, "Good");
    await slack.waitFor(() => textsIn(world, ts).length === 2);
    expect(rootsOf(slack).filter(isRoot)).toHaveLength(1);
  });

  it.each([
    ["its answer is lost", "chat.postMessage", { kind: "lost-answer" }],
    ["taking it back fails", "chat.delete", { kind: "status", status: 500 }],
    ["nobody knows whether it was taken back", "chat.delete", { kind: "lost-answer" }],
    ["nobody can look whether it is astray", "conversations.replies", { kind: "refused" }],
  ] as const)("leaves no stray post behind when %s", async (_, method, fault) => {
    const world = await startWorld({ env });
    const { slack, parley } = world;
    const opened = await handOver(world);
    slack.expireThread({ ts: opened.ts });
    slack.faults.add(method, fault, 1);

    await parley.userWrites(opened.user.id, "Are you there?");

    const ts = await newThread(world, opened);
    await becomesQuiet(world, opened, 3);
    expect(textsIn(world, ts)).toEqual(["Are you there?"]);
    expect(strays(world)).toEqual([]);
  });

  it("opens again once when the answer to its new root is lost, and after a restart", async () => {
    const world = await startWorld({ env });
    const { slack, parley } = world;
    const opened = await handOver(world);
    slack.expireThread({ ts: opened.ts });
    slack.faults.add("chat.delete", { kind: "status", status: 500 });
    await parley.userWrites(opened.user.id, "Are you there?");
    await slack.waitFor(() => slack.calls("chat.delete").length > 1);
    await world.stopBridge();
    expect(strays(world)).toHaveLength(1);
    slack.faults.clear();
    slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);
    await world.startBridge();

    const ts = await newThread(world, opened);
    await slack.waitFor(() => textsIn(world, ts).length > 0);
    await slack.waitFor(() => strays(world).length === 0);
    expect(textsIn(world, ts)).toEqual(["Are you there?"]);
  });

  it.each(["cannot_reply_to_message", "thread_not_found"])(
    "is understood from Slack's refusal %s",
    async (error) => {
      const world = await startWorld({ env });
      const { slack, parley } = world;
      const opened = await handOver(world);
      slack.faults.add(
        "chat.postMessage",
        {
          kind: "other-answer",
          isDone: false,
          write: (response) => void response.end(JSON.stringify({ ok: false, error })),
        },
        1,
      );
      await parley.userWrites(opened.user.id, "Are you there?");
      const ts = await newThread(world, opened);
      await becomesQuiet(world, opened, 3);
      expect(textsIn(world, ts)).toEqual(["Are you there?"]);
    },
  );

  it.each([
    ["Slack can be asked", 200],
    ["a proxy answers for Slack", 403],
  ])("is not given up for an answer that does not show the thread: %s", async (_, status) => {
    const world = await startWorld({ env });
    const { slack, parley } = world;
    const opened = await handOver(world);
    if (status !== 200) slack.faults.add("conversations.replies", { kind: "status", status }, 1);
    slack.faults.add(
      "chat.postMessage",
      {
        kind: "other-answer",
        isDone: true,
        write(response) {
          const ts = slack.state.messages.at(-1)?.ts;
          response.end(JSON.stringify({ ok: true, ts, message: { ts, text: "x" } }));
        },
      },
      1,
    );
    await parley.userWrites(opened.user.id, "Are you there?");
    await becomesQuiet(world, opened, 2);
    expect(textsIn(world, opened.ts)).toEqual(["Are you there?"]);
    expect(rootsOf(slack)).toHaveLength(1);
  });

  it("leaves a line where Slack does not let the bridge delete", async () => {
    const world = await startWorld({ env: { ...env, SHOW_USER_IDENTITY: "" } });
    const { slack, parley } = world;
    const opened = await handOver(world);
    slack.expireThread({ ts: opened.ts });
    await parley.userWrites(opened.user.id, "My secret");
    const ts = await newThread(world, opened);
    await becomesQuiet(world, opened, 3);
    expect(textsIn(world, ts)).toEqual(["My secret"]);
    const [stray, ...more] = strays(world);
    expect(more).toEqual([]);
    expect(JSON.stringify(stray)).not.toContain("My secret");
    expect(stray?.text).toMatch(/belonged into a thread/);
  });

  it.each([
    ["words", { message: "Are you there?" }, (m: Shown) => m.text === "Are you there?"],
    [
      "a file",
      { media: { name: "a.png", mimeType: "image/png", bytes: png(5_000) } },
      (m: Shown) => m.files !== undefined,
    ],
  ])(
    "is followed into the channel that is ours now when the old one is closed to us: %s",
    async (_, written, isIt) => {
      const world = await startWorld({
        env,
        slack: { channels: [{ id: "C0NEW", name: "new", members: [identity.botUserId] }] },
      });
      const { slack, parley, log } = world;
      const opened = await handOver(world);
      await slack.removeFromChannel({ user: slack.botUserId });
      await world.stopBridge();
      const before = log.lines.length;
      await world.startBridge({ SLACK_CHANNEL: "C0NEW" });
      await parley.userWrites(opened.user.id, written);
      const here = () => slack.state.messages.filter(({ channel }) => channel === "C0NEW");
      await expect.poll(() => here().filter(isIt).length, PATIENCE).toBe(1);
      expect(here().find(isIt)?.thread_ts).toBe(here()[0]?.ts);
      const since = log.lines.slice(before);
      expect(since.filter(({ event }) => event === "alarm.raised")).toEqual([]);
    },
  );
});

describe("a root that somebody deletes", () => {
  it("is posted anew at once, though nobody writes", async () => {
    const world = await startWorld({ env });
    const { slack, parley } = world;
    const opened = await handOver(world);
    await slack.remove({ user: "U0ANNA", ts: opened.ts, asAdmin: true });
    const ts = await newThread(world, opened);
    await parley.userWrites(opened.user.id, "Are you there?");
    await slack.waitFor(() => textsIn(world, ts).length > 0);
    expect(textsIn(world, ts)).toEqual(["Are you there?"]);
    expect(strays(world)).toEqual([]);
  });

  it("is no news once, however often Slack tells it, and none after the end", async () => {
    const world = await startWorld({ env });
    const { slack } = world;
    const opened = await handOver(world);
    await slack.remove({ user: "U0ANNA", ts: opened.ts, asAdmin: true });
    await newThread(world, opened);
    const [deletion] = [...slack.sentEvents.values()].filter(
      ({ event }) => event.subtype === "message_changed" && isTombstone(event.message),
    );
    await slack.redeliver(deletion?.event_id ?? "");
    await becomesQuiet(world, opened, 2);
    expect(rootsOf(slack).filter(isRoot)).toHaveLength(1);
  });

  it("lets no reply below it go without a word, although the bridge did not know yet that it had posted it", async () => {
    const world = await startWorld({ env });
    const { slack, parley } = world;
    slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);
    slack.faults.add("conversations.history", { kind: "status", status: 503 });
    const user = parley.createUser();
    await parley.handOver({ userId: user.id, to: parley.agentService.identification });
    const { ts } = await slack.waitFor(() => rootsOf(slack)[0]);
    const write = async (text: string) => {
      const { delivered } = await slack.post({ user: "U0ANNA", threadTs: ts, text });
      await delivered;
    };
    await write("Before");
    await slack.remove({ user: "U0ANNA", ts, asAdmin: true });
    await write("After");
    slack.faults.clear();
    await newThread(world, { ts });
    const told = () =>
      slack.state.ephemerals.filter(
        ({ user: to, thread_ts }) => to === "U0ANNA" && thread_ts === ts,
      );
    await expect.poll(() => told().length, PATIENCE).toBe(2);
    expect(parley.sent(user.id)).toEqual([]);
  });
});
