import { expect, it } from "vitest";
import type { ParleyEvent } from "../../../src/bridge/parley-event.ts";
import { NetworkError, SlackApiError } from "../../../src/errors.ts";
import { textOf } from "../../support/threads.ts";
import { ADA } from "../support/memory-parley.ts";
import { type Bridge, startBridge } from "../support/start-bridge.ts";

const LONG = "x".repeat(400);

const tell = (bridge: Bridge, ...texts: string[]) =>
  bridge.callback({
    kind: "handover",
    userId: ADA,
    user: {},
    transcript: texts.map((text) => ({ from: "User", text: `${text} ${LONG}` })),
  } satisfies ParleyEvent);

it("adds to the first one: nothing of it is lost, and its reason is what the bot gets back", async () => {
  const bridge = await startBridge();
  await bridge.handover({ metadata: { reason: "refund", order: "A-4711" } });

  await bridge.handover({ metadata: { reason: "asked_again" } });
  await bridge.handover({ metadata: { sentiment: "angry" } });

  const lines = bridge.root().split("\n");
  expect(lines).toContain("Reason `refund`");
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^Then `asked_again` · .*\d{4}/),
      "*order:* A-4711",
      "*sentiment:* angry",
    ]),
  );
  expect(bridge.thread()).toEqual([
    expect.stringContaining("with a reason: *Asked again*"),
    expect.stringContaining("more details"),
  ]);
  await bridge.agentHandsBack();
  expect(bridge.parley.user(ADA).handovers.at(-1)?.metadata).toMatchObject({
    reason: "handed_back",
    handedOverFor: "refund",
  });
});

it("gives the bot a reason back that came as bare text", async () => {
  const bridge = await startBridge();
  await bridge.handover({ metadata: "refund please" });

  await bridge.agentHandsBack();

  expect(bridge.parley.user(ADA).handovers.at(-1)?.metadata).toMatchObject({
    handedOverFor: "refund please",
  });
});

it("says nothing of the reason again when only a transcript comes, and shows only its new lines", async () => {
  const bridge = await startBridge();
  await bridge.handover({ metadata: { reason: "refund", story: LONG } });
  expect(bridge.thread()).toHaveLength(1);

  await tell(bridge, "first");
  await tell(bridge, "first", "second");
  await tell(bridge, "first", "second");

  expect(bridge.root()).toContain("Reason `refund`");
  const [, ...posts] = bridge.slack.messages
    .filter(({ tag }) => tag?.kind === "message")
    .map(({ message }) => textOf(message));
  expect(posts).toEqual([
    expect.stringContaining("what was written before it"),
    expect.stringContaining(`User: first ${LONG}`),
    expect.stringContaining("what was written before it"),
    expect.stringContaining(`User: second ${LONG}`),
  ]);
  for (const post of posts) expect(post).not.toMatch(/refund|story/i);
  expect(posts.at(-1)).not.toContain("first");
});

it.each([
  ["Slack is not available", new SlackApiError("chat.postMessage", "unavailable", "retry")],
  ["Slack cannot be reached", new NetworkError("refused")],
])("shows what it brought although the first attempt to post that failed: %s", async (_, error) => {
  const bridge = await startBridge();
  await bridge.handover({ metadata: { reason: "refund" } });
  bridge.calls.fail("posts.post", error);

  await bridge.handover({ metadata: { reason: "asked_again" } });
  await bridge.settled();

  expect(bridge.thread()).toEqual([expect.stringContaining("with a reason: *Asked again*")]);
  expect(bridge.roots()).toHaveLength(1);
});
