import { expect, it } from "vitest";
import { withAnswer, withClaim } from "../../src/bridge/claims/with-claim.ts";
import { type Conversation, end } from "../../src/bridge/conversation.ts";
import { describeHandover } from "../../src/bridge/handovers/describe-handover.ts";
import { makeKeyedHandoverId, toServiceId, toUserId } from "../../src/ids.ts";
import { conversationOf, THREAD } from "../contract/conversations-suite.ts";

const id = makeKeyedHandoverId("k");
const kept = { id, userId: toUserId("1"), at: 1_000 };
const desk = { teamOf: () => ({ name: "Support", channel: "C1" }) };

const opening: Conversation = { ...conversationOf("1"), openedAt: 1_000 };
const lease = { handover: id, since: 1_000, until: 61_000 };
const open: Conversation = { ...opening, thread: THREAD, lease };
const claimed = withClaim(open, { by: "U0ANNA", since: 2_000 });
const answered = withAnswer(claimed, { by: "U0ANNA", at: 3_000 });
const to = { id: toServiceId("bot"), name: "Bot" };
const ended = (reason: "declined" | "expired" | "user_silent") =>
  end(open, "handed-back", { at: 4_000, to, reason });

const told = (conversation?: Conversation, failure?: string) =>
  describeHandover({ ...kept, ...(failure !== undefined && { failure }) }, conversation, desk);

it.each([
  ["received", undefined],
  ["received", opening],
  ["open", open],
  ["open", { ...opening, lost: [THREAD] }],
  ["claimed", claimed],
  ["answered", answered],
  ["declined", ended("declined")],
  ["expired", ended("expired")],
  ["completed", ended("user_silent")],
  ["completed", end(answered, "taken-away", { at: 4_000, to })],
  ["completed", end(answered, "merged", { at: 4_000 })],
])("is told as %s", (state, conversation) => {
  expect(told(conversation)).toMatchObject({ id, userId: "1", state });
});

it("has failed only while no thread shows it", () => {
  expect(told(undefined, "slack-api")).toMatchObject({ state: "failed", error: "slack-api" });
  expect(told(opening, "slack-api")).toMatchObject({ state: "failed", error: "slack-api" });
  expect(told(open, "slack-api")).toMatchObject({ state: "open" });
  expect(told(open, "slack-api")).not.toHaveProperty("error");
});

it("has a time to expire only while nobody has answered", () => {
  const expiresAt = "1970-01-01T00:01:01.000Z";
  expect(told(claimed)).toMatchObject({ expiresAt });
  expect(told(answered)).not.toHaveProperty("expiresAt");
  expect(told(ended("expired"))).not.toHaveProperty("expiresAt");
});

it("says why it ended as events do, and nothing that people wrote", () => {
  const note = { note: "secret", messageForUser: "secret", by: "U0ANNA" };
  const over = end(answered, "handed-back", { at: 4_000, to, outcome: "solved", ...note });
  expect(told(over)).toEqual({
    id,
    state: "completed",
    userId: "1",
    receivedAt: "1970-01-01T00:00:01.000Z",
    conversation: opening.id,
    team: "Support",
    openedAt: "1970-01-01T00:00:01.000Z",
    claimedAt: "1970-01-01T00:00:02.000Z",
    firstAnswerAt: "1970-01-01T00:00:03.000Z",
    endedAt: "1970-01-01T00:00:04.000Z",
    reason: "handed_back",
    outcome: "solved",
  });
  const moved = end(answered, "taken-away", { at: 4_000, to });
  expect(told(moved)).toMatchObject({ reason: "owner_changed" });
});
