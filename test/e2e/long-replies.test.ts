import { expect, it } from "vitest";
import { sentTo } from "../support/sent.ts";
import { handOver } from "../support/steps.ts";
import { startWorld } from "../support/world.ts";

it("sends a long reply whole, in messages that end between its sentences", async () => {
  const world = await startWorld({ env: { PARLEY_MESSAGE_LENGTH: "500" } });
  const { slack, parley } = world;
  const { user, root } = await handOver(world);
  const sentences = Array.from({ length: 60 }, (_, n) => `This is sentence number ${n} 👩‍👩‍👧‍👦.`);

  await slack.post({ user: "U0ANNA", threadTs: root.ts, text: sentences.join(" ") });
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

it.each([
  ["hard", "one  \ntwo"],
  ["soft", "one\ntwo"],
])("writes the line breaks of a reply as they are wanted: %s", async (lineBreak, markdown) => {
  const world = await startWorld({ env: { PARLEY_LINE_BREAK: lineBreak } });
  const { slack, parley } = world;
  const { user, root } = await handOver(world);
  await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "one\ntwo" });
  await parley.until(() => sentTo(world, user.id)[0]);
  expect(sentTo(world, user.id)).toEqual([markdown]);
});

it("goes on with the same pieces where the bridge is started again with another length", async () => {
  const env = { PARLEY_MESSAGE_LENGTH: "100", RETRY_FIRST_MS: "5", RETRY_CAP_MS: "20" };
  const world = await startWorld({ env });
  const { slack, parley } = world;
  const { user, root } = await handOver(world);
  const paragraphs = ["a", "b", "c"].map((letter) => letter.repeat(80));
  const call = `POST /users/${user.id}/messages`;
  parley.faults.add(call, { kind: "latency", ms: 0 }, 1);
  parley.faults.add(call, { kind: "status", status: 503 });

  await slack.post({ user: "U0ANNA", threadTs: root.ts, text: paragraphs.join("\n\n") });
  await parley.until(
    () => parley.requests.filter(({ path }) => path.endsWith("/messages")).length > 2,
  );
  await world.stopBridge();
  parley.faults.clear();
  await world.startBridge({ PARLEY_MESSAGE_LENGTH: "5000" });
  await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Next" });

  await parley.until(() => sentTo(world, user.id).includes("Next"));
  expect(sentTo(world, user.id)).toEqual([...paragraphs, "Next"]);
});

it("sends each piece of a long reply once when the answer to one is lost", async () => {
  const world = await startWorld({ env: { PARLEY_MESSAGE_LENGTH: "100" } });
  const { slack, parley } = world;
  const { user, root } = await handOver(world);
  const paragraphs = ["a", "b", "c"].map((letter) => letter.repeat(80));
  parley.faults.add(`POST /users/${user.id}/messages`, { kind: "lost-answer" }, 1);

  await slack.post({ user: "U0ANNA", threadTs: root.ts, text: paragraphs.join("\n\n") });
  await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Next" });

  await parley.until(() => sentTo(world, user.id).includes("Next"));
  expect(sentTo(world, user.id)).toEqual([...paragraphs, "Next"]);
});
