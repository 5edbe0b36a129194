import { describe, expect, it } from "vitest";
import { settledIn } from "../support/attempts.ts";
import { handBack, handOver, postTo } from "../support/steps.ts";
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
      await expect.poll(() => settledIn(world.log, `user/${user.id}`).length).toBe(2);
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
      `<${slack.url}/archives/${slack.channel}/p${first.ts.replace(".", "")}|earlier conversation>`,
    );
    expect(textOf(first)).toContain("Handed back");
    await parley.userWrites(user.id, "Me again");
    const post = await slack.waitFor(() => postsIn(slack, second.ts)[0]);
    expect(post.text).toBe("Me again");
  });

  it("stays one when a handover is redelivered after a restart", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world, { metadata: { reason: "refund" } });
    await world.stopBridge();
    await world.startBridge();

    await parley.redeliver();

    await parley.userWrites(user.id, "Hello");
    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text === "Hello");
    expect(postsIn(slack, root.ts)).toHaveLength(1);
    expect(rootsOf(slack)).toHaveLength(1);
  });
});
