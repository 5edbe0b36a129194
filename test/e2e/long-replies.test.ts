import { expect, it } from "vitest";
import { sentTo } from "../support/sent.ts";
import { handOver, writeFirst } from "../support/steps.ts";
import { startWorld } from "../support/world.ts";

it("sends a long reply whole, in messages that end between its sentences", async () => {
  const world = await startWorld({ env: { PARLEY_MESSAGE_LENGTH: "500" } });
  const { slack, parley } = world;
  const { user, root } = await handOver(world);
  const sentences = Array.from({ length: 60 }, (_, n) => `This is sentence number ${n} 👩‍👩‍👧‍👦.`);

  await writeFirst(slack, { user: "U0ANNA", threadTs: root.ts, text: sentences.join(" ") });
  await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Next" });

  await parley.until(() => sentTo(world, user.id).includes("Next"));
  const [next, ...pieces] = sentTo(world, user.id).toReversed();
  expect(next).toBe("Next");
  expect(pieces.length).toBeGreaterThan(3);
  expect(pieces.toReversed().join(" ")).toBe(sentences.join(" "));
  for (const piece of pieces) {
    expect(piece?.length).toBeLessThanOrEqual(500);
    expect(piece).toMatch(/^This is sentence number \d+ .*\.$/s);
  }
});
