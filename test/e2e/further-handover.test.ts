import { expect, it } from "vitest";
import { attemptsIn } from "../support/attempts.ts";
import { handBack, handOver, lastCallbackHandled, postTo } from "../support/steps.ts";
import { postsIn, shownOf, textOf } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

/** A further handover of a User who is with us already. */
async function again(world: World, userId: string, metadata: unknown): Promise<void> {
  const newOwner = world.parley.agentService.identification;
  await postTo(world, "/parley/callback", {
    type: "action",
    body: { name: "handover", body: { newOwner, metadata }, user: { id: userId } },
  });
  await lastCallbackHandled(world, userId);
}

it("adds to the first one: nothing of it is lost, and its reason is what the bot gets back", async () => {
  const world = await startWorld();
  const { user, root } = await handOver(world, { metadata: { reason: "refund", order: "A-4711" } });

  await again(world, user.id, { reason: "asked_again" });
  await again(world, user.id, { sentiment: "angry" });

  await world.slack.waitFor(() => shownOf(world.slack, root).includes("angry"));
  expect(textOf(root)).toMatch(/ · Refund\nrefund\n/);
  const lines = shownOf(world.slack, root).split("\n");
  expect(lines).toContain("Reason `refund`");
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^Then `asked_again` · .*\d{4}/),
      "*order:* A-4711",
      "*sentiment:* angry",
    ]),
  );
  expect(postsIn(world.slack, root.ts).map(({ text }) => text)).toEqual([
    expect.stringContaining("with a reason: *Asked again*"),
    expect.stringContaining("more details"),
  ]);
  await handBack(world, root);
  expect(world.parley.user(user.id).handovers.at(-1)?.metadata).toMatchObject({
    reason: "handed_back",
    handedOverFor: "refund",
  });
});

it("keeps the name that the User had where it brings one that nobody would see", async () => {
  const world = await startWorld();
  const { user, root } = await handOver(world);
  const send = (name: string) =>
    postTo(world, "/parley/handovers", { userId: user.id, user: { name, language: `in ${name}` } });

  await send("Ada Lovelace");
  await expect.poll(() => attemptsIn(world.log, `user/${user.id}`).length).toBe(2);
  await send("\u200b\u3164");
  await expect.poll(() => attemptsIn(world.log, `user/${user.id}`).length).toBe(3);

  await world.slack.waitFor(() => shownOf(world.slack, root).includes("in \u200b"));
  expect(textOf(root)).toContain("Ada Lovelace");
});
