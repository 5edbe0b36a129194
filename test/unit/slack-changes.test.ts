import { describe, expect, it } from "vitest";
import { parseSlackEvent } from "../../src/slack/slack-event.ts";

const THREAD = { team: "T1", channel: "C1", ts: "1700000000.000100" };
const WRITTEN = {
  type: "message",
  user: "U1",
  text: "after",
  ts: "1700000001.000100",
  thread_ts: THREAD.ts,
  parent_user_id: "UBOT",
};
const CHANGED = {
  type: "message",
  subtype: "message_changed",
  hidden: true,
  channel: "C1",
  ts: "1700000002.000100",
  event_ts: "1700000002.000100",
  message: WRITTEN,
  previous_message: { ...WRITTEN, text: "before" },
};
const DELETED = {
  ...CHANGED,
  subtype: "message_deleted",
  message: undefined,
  deleted_ts: WRITTEN.ts,
};
const REPLY = { thread: THREAD, ts: WRITTEN.ts, agent: "U1", text: "after" };

const parse = (event: Record<string, unknown>) =>
  parseSlackEvent({ type: "event_callback", event }, "T1");

describe("what people change in threads", () => {
  it("is an edit with both texts, known by the time of its event", () => {
    expect(parse(CHANGED)).toEqual({
      kind: "edit",
      reply: REPLY,
      before: { ...REPLY, text: "before" },
      rootAuthor: "UBOT",
      editId: "1700000002.000100",
    });
  });

  const table = (cell: string, more = {}) => ({
    type: "table",
    rows: [[{ type: "raw_text", text: cell }]],
    ...more,
  });
  const words = { type: "rich_text", elements: [{ type: "rich_text_section", elements: [] }] };
  const changed = (before: Record<string, unknown>, after: Record<string, unknown>) =>
    parse({
      ...CHANGED,
      message: { ...WRITTEN, ...after },
      previous_message: { ...WRITTEN, ...before },
    })?.kind;

  it("is an edit where only a table in it changes, in its blocks or attached", () => {
    const blocks = (cell: string) => ({ blocks: [words, table(cell)] });
    expect(changed(blocks("1"), blocks("2"))).toBe("edit");
    const attached = (cell: string) => ({
      blocks: [words],
      attachments: [{ blocks: [table(cell)] }],
    });
    expect(changed(attached("1"), attached("2"))).toBe("edit");
    expect(changed({ blocks: [words] }, attached("1"))).toBe("edit");
  });

  it("is none where Slack only tells the same differently", () => {
    const preview = { from_url: "https://a.example", text: "A page" };
    const blocks = [words, table("1", { block_id: "a" })];
    const again = { blocks: [words, table("1", { block_id: "b" })], attachments: [preview] };
    expect(changed({ blocks }, again)).toBe("other");
    expect(changed({}, again)).toBe("other");
  });

  it("is a deletion with the text that was there", () => {
    expect(parse(DELETED)).toEqual({
      kind: "deletion",
      reply: { ...REPLY, text: "before" },
      rootAuthor: "UBOT",
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ["a link preview", { ...CHANGED, previous_message: { ...WRITTEN, attachments: [] } }],
    ["our own update", { ...CHANGED, message: { ...WRITTEN, bot_id: "B1" } }],
    ["outside of threads", { ...CHANGED, message: { ...WRITTEN, thread_ts: undefined } }],
    ["a root", { ...CHANGED, message: { ...WRITTEN, thread_ts: WRITTEN.ts } }],
    ["a tombstone", { ...CHANGED, message: { ...WRITTEN, subtype: "tombstone" } }],
    ["without what was before", { ...CHANGED, previous_message: undefined }],
    ["another bot's deletion", { ...DELETED, previous_message: { ...WRITTEN, bot_id: "B2" } }],
  ])("does not concern us: %s", (_, event) => {
    expect(parse(event)).toEqual({ kind: "other" });
  });
});

describe("a root that somebody deletes", () => {
  const ROOT = { ...WRITTEN, thread_ts: undefined };
  const TOMBSTONE = { ...WRITTEN, subtype: "tombstone", thread_ts: WRITTEN.ts };

  it.each<[string, Record<string, unknown>, boolean]>([
    ["is gone without replies", { ...DELETED, previous_message: ROOT }, false],
    [
      "is gone though Slack does not say what it was",
      { ...DELETED, previous_message: null },
      false,
    ],
    ["stands as a placeholder with replies", { ...CHANGED, message: TOMBSTONE }, true],
  ])("%s", (_, event, stands) => {
    const thread = { team: "T1", channel: "C1", ts: WRITTEN.ts };
    expect(parse(event)).toEqual({ kind: "root-deletion", thread, stands });
  });
});

describe("a lock", () => {
  const LOCK = {
    type: "reaction_added",
    reaction: "lock",
    user: "U1",
    item: { type: "message", channel: "C1", ts: WRITTEN.ts },
  };

  it("names who put it where", () => {
    expect(parse(LOCK)).toEqual({ kind: "lock", agent: "U1", channel: "C1", ts: WRITTEN.ts });
  });

  it.each([
    ["another reaction", { ...LOCK, reaction: "closed_lock_with_key" }],
    ["on a file", { ...LOCK, item: { type: "file", file: "F1" } }],
    ["on nothing", { ...LOCK, item: null }],
  ])("is nothing else: %s", (_, event) => {
    expect(parse(event)).toEqual({ kind: "other" });
  });
});
