import { describe, expect, it } from "vitest";
import { attemptsIn } from "../support/attempts.ts";
import { handBack, handOver, lastCallbackHandled, PATIENCE, postTo } from "../support/steps.ts";
import { postsIn, rootsAbout, rootsOf, textOf } from "../support/threads.ts";
import { startWorld } from "../support/world.ts";

describe("exactly one thread", () => {
  it.each(["handover and message", "two handovers", "two messages"])(
    "opens for %s at the same moment",
    async (what) => {
      const world = await startWorld();
      const { slack, parley } = world;
      const user = parley.createUser();
      user.owner = parley.agentService.identification;
      const message = (id: number) => ({
        type: "message",
        body: { id, typeId: 1, message: `message ${id}`, user: { id: user.id } },
      });
      const handover = (reason: string) => ({
        type: "action",
        body: {
          name: "handover",
          body: { newOwner: parley.agentService.identification, metadata: { reason } },
          user: { id: user.id },
        },
      });
      const bodies =
        what === "two handovers"
          ? [handover("first"), handover("second")]
          : what === "two messages"
            ? [message(1), message(2)]
            : [handover("first"), message(1)];

      const answers = await Promise.all(
        bodies.map((body) => postTo(world, "/parley/callback", body)),
      );

      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      await expect.poll(() => attemptsIn(world.log, `user/${user.id}`).length).toBe(2);
      expect(rootsOf(slack)).toHaveLength(1);
      const [root] = rootsAbout(slack, user.id);
      const posts = postsIn(slack, root?.ts ?? "").map(({ text }) => text);
      if (what === "two messages") expect(posts.sort()).toEqual(["message 1", "message 2"]);
      else if (what === "two handovers")
        expect(posts).toEqual([expect.stringMatching(/Handed over with a reason/)]);
      else expect(posts).toContain("message 1");
    },
  );

  it("opens again after a hand-back and links to the one before", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root: first } = await handOver(world, { metadata: { reason: "refund" } });
    await handBack(world, first);

    const { root: second } = await handOver(world, { user, metadata: { reason: "refund" } });

    expect(second.ts).not.toBe(first.ts);
    expect(textOf(second)).toContain(
      `<${slack.url}/archives/${slack.channel}/p${first.ts.replace(".", "")}|Earlier conversation with this User>`,
    );
    expect(textOf(first)).toContain("Handed back");
    await parley.userWrites(user.id, "Me again");
    const post = await slack.waitFor(() => postsIn(slack, second.ts)[0]);
    expect(post.text).toBe("Me again");
  });

  it.each(["while the bridge runs", "after a restart"])(
    "stays one when a handover is redelivered %s",
    async (when) => {
      const world = await startWorld();
      const { slack, parley } = world;
      const { user, root } = await handOver(world, { metadata: { reason: "refund" } });
      if (when === "after a restart") {
        await world.stopBridge();
        await world.startBridge();
      }

      await parley.redeliver();

      await parley.userWrites(user.id, "Hello");
      await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text === "Hello");
      expect(postsIn(slack, root.ts)).toHaveLength(1);
      expect(rootsOf(slack)).toHaveLength(1);
    },
  );

  it("does not open again when the handover is redelivered after the hand-back", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world, { metadata: { reason: "refund" } });
    const callback = parley.callbacks.at(-1);
    await handBack(world, root);

    await parley.redeliver(callback);

    await lastCallbackHandled(world, user.id);
    expect(rootsOf(slack)).toHaveLength(1);
    const { root: next } = await handOver(world, { user, metadata: { reason: "another" } });
    expect(rootsOf(slack).map(({ ts }) => ts)).toEqual([root.ts, next.ts]);
  });

  describe("where a message came before the handover", () => {
    /** The User's message has opened the thread, and an agent has handed the User back. */
    async function open() {
      const world = await startWorld({ env: { RETRY_FIRST_MS: "10", RETRY_CAP_MS: "20" } });
      const { slack, parley } = world;
      const user = parley.createUser();
      user.owner = parley.agentService.identification;
      await parley.userWrites(user.id, "Hello");
      const root = await slack.waitFor(() => rootsAbout(slack, user.id)[0]);
      await lastCallbackHandled(world, user.id);
      await handBack(world, root);
      const handover = {
        type: "action",
        body: {
          name: "handover",
          body: { newOwner: parley.agentService.identification, metadata: { reason: "refund" } },
          user: { id: user.id },
        },
      };
      return { world, user, handover };
    }

    it("does not open again when that comes only after the hand-back", async () => {
      const { world, user, handover } = await open();

      await postTo(world, "/parley/callback", handover);

      await lastCallbackHandled(world, user.id);
      expect(rootsOf(world.slack)).toHaveLength(1);
    });

    it("opens again when Parley calls before it tells of its new owner", async () => {
      const { world, user, handover } = await open();
      const { parley, slack } = world;
      parley.subscribe((change) => {
        const isAnswered = change.kind === "request" && change.request.status !== null;
        if (isAnswered) user.owner = parley.agentService.identification;
      });

      await postTo(world, "/parley/callback", handover);

      await slack.waitFor(() => rootsAbout(slack, user.id)[1]);
    });
  });

  it("opens where nobody knows whether its root is there and an earlier message comes first", async () => {
    const world = await startWorld({ env: { RETRY_FIRST_MS: "1000" } });
    const { slack, parley } = world;
    const user = parley.createUser();
    user.owner = parley.agentService.identification;
    const post = (id: number) =>
      postTo(world, "/parley/callback", {
        type: "message",
        body: { id, message: `message ${id}`, user: { id: user.id } },
      });
    slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);
    await post(11);
    await slack.waitFor(() => slack.calls("chat.postMessage")[0]?.status === "cut");

    await post(10);

    const [root] = rootsAbout(slack, user.id);
    const shown = () => postsIn(slack, root?.ts ?? "").map(({ text }) => text);
    await expect.poll(() => attemptsIn(world.log, `user/${user.id}`).length, PATIENCE).toBe(3);
    expect(rootsOf(slack)).toHaveLength(1);
    expect(shown()).toEqual(["message 10", "message 11"]);
  });

  it("stays open when an earlier change of owner is redelivered", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root: first } = await handOver(world);
    const changed = {
      type: "action",
      body: {
        name: "owner",
        newOwner: parley.botService.identification,
        user: { id: user.id },
      },
    };
    await handBack(world, first);
    const { root: second } = await handOver(world, { user });

    await postTo(world, "/parley/callback", changed);

    await lastCallbackHandled(world, user.id);
    expect(textOf(second)).toContain("*Open*");
    await slack.post({ user: "U0ANNA", threadTs: second.ts, text: "Still with us" });
    await parley.until(() => parley.sent(user.id).at(-1)?.message === "Still with us");
  });
});
