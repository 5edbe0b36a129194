import { describe, expect, it } from "vitest";
import { answering } from "../support/answers.ts";
import { attemptsIn, settledIn } from "../support/attempts.ts";
import { REPLICAS } from "../support/replicas.ts";
import { handOver, lastCallbackHandled, PATIENCE } from "../support/steps.ts";
import { detailsIn, postsIn, rootsOf, textOf, toldTo } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

/** Retries within the patience of a test. */
const env = { RETRY_FIRST_MS: "20", RETRY_CAP_MS: "100" };

const refuse = ({ slack }: World, method: string, error: string, times?: number): void =>
  slack.faults.add(
    method,
    {
      kind: "other-answer",
      isDone: false,
      write: answering(JSON.stringify({ ok: false, error })),
    },
    times,
  );

const linesOf = ({ log }: World, event: string) =>
  log.lines.filter((line) => line.event === event && line.fields.alarm !== "parley-access");

// Each replica raises alarms of its own, and the test asks any of them.
describe.skipIf(REPLICAS !== undefined)("a refusal of Slack that passes", () => {
  it.each(["restricted_action_thread_locked", "is_archived", "team_added_to_org"])(
    "is waited out, is loud, and is over when it is over: %s",
    async (error) => {
      const world = await startWorld({ env });
      const { slack, parley, log } = world;
      const { user, ts, inbox } = await handOver(world);
      refuse(world, "chat.postMessage", error);
      await parley.userWrites(user.id, "Here I am");
      await expect.poll(() => attemptsIn(log, inbox).length, PATIENCE).toBeGreaterThan(3);
      expect(linesOf(world, "alarm.raised")).toEqual([
        expect.objectContaining({
          level: "error",
          fields: { alarm: "slack-access", advice: expect.stringContaining(error) as string },
        }),
      ]);
      // Of several replicas the one says so that was refused.
      const ready = () => Promise.all(world.replicaUrls().map((url) => fetch(`${url}/readyz`)));
      const notReady = (await ready()).filter(({ status }) => status === 503);
      expect(notReady).toHaveLength(1);
      expect(await notReady[0]?.text()).toContain(error);

      slack.faults.clear();

      await expect.poll(() => settledIn(log, inbox), PATIENCE).toHaveLength(2);
      expect(postsIn(slack, ts).map(({ text }) => text)).toEqual(["Here I am"]);
      expect(linesOf(world, "alarm.cleared")).toHaveLength(1);
      expect((await ready()).filter(({ status }) => status !== 200)).toEqual([]);
    },
  );

  it.each(["token_revoked", "token_expired", "invalid_auth", "account_inactive"])(
    "is waited out where Slack refuses the token: %s",
    async (error) => {
      const world = await startWorld({ env });
      const { slack, parley, log } = world;
      const { user, ts, inbox } = await handOver(world);
      refuse(world, "chat.postMessage", error);
      await parley.userWrites(user.id, "Here I am");
      await expect.poll(() => attemptsIn(log, inbox).length, PATIENCE).toBeGreaterThan(3);

      slack.faults.clear();

      await expect.poll(() => settledIn(log, inbox), PATIENCE).toHaveLength(2);
      expect(postsIn(slack, ts).map(({ text }) => text)).toEqual(["Here I am"]);
      expect(attemptsIn(log, inbox).map(({ outcome }) => outcome)).not.toContain("dead");
      expect(linesOf(world, "alarm.raised")[0]?.fields.advice).toContain(error);
    },
  );

  it("stays loud while other calls work", async () => {
    const world = await startWorld({ env });
    const { slack, parley, log } = world;
    const locked = await handOver(world);
    const open = await handOver(world);
    refuse(world, "chat.postMessage", "restricted_action_thread_locked", 1);
    await parley.userWrites(locked.user.id, "Here I am");
    await expect.poll(() => attemptsIn(log, locked.inbox).length, PATIENCE).toBeGreaterThan(1);
    refuse(world, "files.info", "missing_scope");
    await parley.userWrites(open.user.id, "I am here");
    await expect.poll(() => settledIn(log, open.inbox), PATIENCE).toHaveLength(2);
    await expect.poll(() => settledIn(log, locked.inbox), PATIENCE).toHaveLength(2);
    expect(linesOf(world, "alarm.raised")).toHaveLength(1);
    expect(slack.calls("chat.postMessage").length).toBeGreaterThan(4);
  });

  it("is no alarm where nobody misses anything", async () => {
    const world = await startWorld({ env });
    const { parley, log } = world;
    const { user, inbox } = await handOver(world);
    refuse(world, "assistant.threads.setStatus", "no_permission");
    refuse(world, "chat.postMessage", "invalid_arguments");
    await parley.userTypes(user.id, "startTyping");
    await parley.userWrites(user.id, "Here I am");
    await expect.poll(() => settledIn(log, inbox).at(-1)?.outcome, PATIENCE).toBe("dead");
    expect(linesOf(world, "alarm.raised")).toEqual([]);
  });
});

describe("blocks that Slack refuses", () => {
  it.each(["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"])(
    "do not cost the message: %s",
    async (error) => {
      const world = await startWorld({ env });
      const { slack, parley, log } = world;
      const { user, ts, inbox } = await handOver(world);
      refuse(world, "chat.postMessage", error, 1);
      await parley.userWrites(user.id, "Here I am");
      await expect.poll(() => settledIn(log, inbox), PATIENCE).toHaveLength(2);
      const [post, ...more] = postsIn(slack, ts);
      expect(more).toEqual([]);
      expect(post?.text).toBe("Here I am");
      expect(post?.blocks).toBeUndefined();
      expect(linesOf(world, "blocks.refused")).toEqual([
        expect.objectContaining({
          level: "error",
          fields: expect.objectContaining({ error: `chat.postMessage: ${error}` }) as object,
        }),
      ]);
    },
  );

  it("cost no root, no change of it and no word to an agent either", async () => {
    const world = await startWorld({ env });
    const { slack, parley } = world;
    const other = parley.addService({ name: "Night shift" });
    refuse(world, "chat.postMessage", "invalid_blocks", 1);
    const user = parley.createUser();
    await parley.handOver({ userId: user.id, to: parley.agentService.identification });
    const root = await slack.waitFor(() => rootsOf(slack)[0]);
    await lastCallbackHandled(world, user.id);
    const { ts } = root;
    expect(root.blocks).toBeUndefined();
    refuse(world, "chat.update", "msg_blocks_too_long", 1);
    refuse(world, "chat.postEphemeral", "invalid_blocks", 1);
    await parley.handOver({ userId: user.id, to: other.identification });
    await slack.post({ user: "U0ANNA", threadTs: ts, text: "Late" });
    await slack.waitFor(() => root.text.startsWith("Taken over: "));
    await slack.waitFor(() => toldTo(slack, "U0ANNA", ts).length > 0);
    expect(toldTo(slack, "U0ANNA", ts)[0]?.blocks).toBeUndefined();
    expect(linesOf(world, "blocks.refused")).toHaveLength(3);
  });

  it("are tried once: what is refused without them as well is refused", async () => {
    const world = await startWorld({ env });
    const { parley, log } = world;
    const { user, inbox } = await handOver(world);
    refuse(world, "chat.postMessage", "invalid_blocks", 2);
    await parley.userWrites(user.id, "Here I am");
    await expect
      .poll(() => settledIn(log, inbox).map(({ outcome }) => outcome), PATIENCE)
      .toContain("dead");
  });
});

describe("metadata that Slack does not keep", () => {
  it("is told loudly, and nothing is posted again on the strength of it", async () => {
    const world = await startWorld({ env });
    const { slack, parley, log } = world;
    const { user, ts, inbox } = await handOver(world);
    slack.state.quirks.dropsMetadata = true;
    await parley.userWrites(user.id, "One");
    await expect.poll(() => settledIn(log, inbox), PATIENCE).toHaveLength(2);
    expect(linesOf(world, "metadata.dropped")).toEqual([
      expect.objectContaining({
        level: "error",
        fields: expect.objectContaining({ warnings: ["invalid_metadata_schema"] }) as object,
      }),
    ]);
    slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);
    await parley.userWrites(user.id, "Two");
    await expect.poll(() => settledIn(log, inbox), PATIENCE).toHaveLength(3);
    const [, two, again] = postsIn(slack, ts).map(({ text }) => text);
    expect(two).toBe("Two");
    // Nobody can look, so the second one says what it may be.
    expect(again).toMatch(/may be a repeat/);
  });

  it.each(["root", "message"])(
    "is seen in Slack, although nobody has heard of it: the answer about a %s was lost",
    async (what) => {
      const world = await startWorld({ env });
      const { slack, parley } = world;
      const { user } = what === "message" ? await handOver(world) : { user: parley.createUser() };
      slack.state.quirks.dropsMetadata = true;
      slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);
      if (what === "message") await parley.userWrites(user.id, "One");
      else await parley.handOver({ userId: user.id, to: parley.agentService.identification });
      const repeats = () =>
        slack.state.messages.filter((each) => /may be a repeat/.test(textOf(each)));
      await expect.poll(repeats, PATIENCE).toHaveLength(1);
    },
  );

  it("is no matter while Slack keeps it", async () => {
    const world = await startWorld({ env });
    await handOver(world);
    expect(rootsOf(world.slack)).toHaveLength(1);
    expect(linesOf(world, "metadata.dropped")).toEqual([]);
  });
});

describe("a look that Slack does not know", () => {
  it("is tried once: the details of a thread stand there in a plain one, each exactly once", async () => {
    // Each process finds out by itself.
    const world = await startWorld({ env, replicas: 1 });
    const { slack } = world;
    slack.state.quirks.unknownBlocks = ["container"];
    const refused = () =>
      slack.requests.filter(({ kind, error }) => kind === "web-api" && error === "invalid_blocks");

    for (const order of ["A-1", "B-2"]) {
      const rows = Array.from({ length: 20 }, (_, row) => [`row${row}`, row] as const);
      const metadata = { order: { id: order }, ...Object.fromEntries(rows) };
      const { ts } = await handOver(world, { metadata });
      const [details, ...more] = await slack.waitFor(() => {
        const found = detailsIn(slack, ts);
        return found.length > 0 ? found : undefined;
      });
      expect(more).toEqual([]);
      expect(details && textOf(details)).toMatch(new RegExp(`order\\.id[^]*${order}`));
      expect(JSON.stringify(details?.blocks)).not.toContain('"container"');
      expect(refused()).toHaveLength(1);
    }
    expect(linesOf(world, "blocks.plain")).toHaveLength(1);
    expect(linesOf(world, "blocks.refused")).toEqual([]);
  });
});
