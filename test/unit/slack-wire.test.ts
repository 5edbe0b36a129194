import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  makeBodyItemId,
  makeConversationId,
  makeDerivedItemId,
  makeMessageItemId,
  makeReplyItemId,
  makeThreadKey,
  toItemId,
  toUserId,
} from "../../src/ids.ts";
import { parseThreadMessage } from "../../src/slack/parse-message-event.ts";
import { makePermalink, parsePermalink } from "../../src/slack/permalink.ts";
import { hasTag, toMetadata } from "../../src/slack/post-metadata.ts";
import { parseSlackEvent } from "../../src/slack/slack-event.ts";
import { holds } from "../support/property.ts";

const ROOT = "1700000000.000100";
const REPLY = {
  type: "message",
  channel: "C1",
  user: "U0ANNA",
  text: "I am on it",
  ts: "1700000001.000200",
  thread_ts: ROOT,
  parent_user_id: "U0BOT",
};

const parse = (event: Record<string, unknown>) =>
  parseSlackEvent({ type: "event_callback", event }, "T1");

const kindOf = (event: Record<string, unknown>) => parse({ ...REPLY, ...event })?.kind;

describe("message events", () => {
  it("are replies when a person writes in a thread", () => {
    const blocks = [{ type: "rich_text", elements: [] }];
    const files = [{ id: "F1" }];
    expect(parse({ ...REPLY, blocks, files })).toEqual({
      kind: "reply",
      rootAuthor: "U0BOT",
      reply: {
        thread: { team: "T1", channel: "C1", ts: ROOT },
        ts: "1700000001.000200",
        agent: "U0ANNA",
        text: "I am on it",
        blocks,
        files,
      },
    });
  });

  it.each([undefined, "file_share", "thread_broadcast", "me_message"])(
    "are relayed with the subtype %s",
    (subtype) => {
      expect(kindOf({ subtype })).toBe("reply");
    },
  );

  // Source: docs.slack.dev/reference/events/message, the list of subtypes.
  it.each([
    "bot_message",
    "message_replied",
    "file_comment",
    "file_mention",
    ..."join leave topic purpose name archive unarchive"
      .split(" ")
      .map((what) => `channel_${what}`),
    "channel_convert_to_private",
    "channel_convert_to_public",
    "channel_posting_permissions",
    ..."join leave topic purpose name archive unarchive".split(" ").map((what) => `group_${what}`),
    "pinned_item",
    "unpinned_item",
    "reminder_add",
    "ekm_access_denied",
    "assistant_app_thread",
    "document_mention",
    "reply_broadcast",
  ])("are left alone with the subtype %s", (subtype) => {
    expect(kindOf({ subtype })).toBe("other");
  });

  it.each<[string, Record<string, unknown>]>([
    ["a bot, also one that looks like a person", { bot_id: "B1" }],
    ["nobody", { user: undefined }],
    ["somebody outside of a thread", { thread_ts: undefined }],
    ["the author of the root", { thread_ts: REPLY.ts }],
    ["Slack, to tell of an update of the root", { message: { text: "x" } }],
    ["Slack, hidden", { hidden: true }],
  ])("are left alone when they come from %s", (_, event) => {
    expect(kindOf(event)).toBe("other");
  });

  it.each<[Record<string, unknown>, string]>([
    [{ ts: 7 }, "event.ts"],
    [{ subtype: "something_new" }, "event.subtype"],
    [{ subtype: "toString" }, "event.subtype"],
  ])("are unreadable, not nothing, where Slack sends what nobody knows: %j", (event, field) => {
    expect(parse({ ...REPLY, ...event })).toEqual({ kind: "unreadable", fields: [field] });
  });

  it("are relayed although the text or the bot is null", () => {
    expect(parse({ ...REPLY, text: null, bot_id: null })).toMatchObject({
      kind: "reply",
      reply: { text: "" },
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ["a link preview", { text: REPLY.text, attachments: [{}] }],
    ["a bot's message", { bot_id: "B1", text: "new" }],
    ["a root", { thread_ts: undefined, text: "new" }],
  ])("are left alone when %s changes", (_, change) => {
    const event = {
      type: "message",
      subtype: "message_changed",
      hidden: true,
      channel: "C1",
      ts: "1700000009.000100",
      message: { ...REPLY, ...change },
      previous_message: { ...REPLY, ...change, text: REPLY.text },
    };
    expect(parse(event)?.kind).toBe("other");
  });

  it.each<Record<string, unknown>>([
    { type: "block_actions" },
    { type: "event_callback", event: null },
    { type: "event_callback", event: { type: "reaction_removed" } },
    { type: "event_callback", event: { type: "app_home_opened" } },
    { event: REPLY },
  ])("are not what %j is: it is left to the listeners", (body) => {
    expect(parseSlackEvent(body, "T1")).toBeUndefined();
  });

  it("are read from a thread by the same rules", () => {
    const { channel: _, ...read } = REPLY;
    const at = { team: "T1", channel: "C1" };
    expect(parseThreadMessage(read, at)).toMatchObject({ agent: "U0ANNA", text: "I am on it" });
    expect(parseThreadMessage({ ...read, bot_id: "B1" }, at)).toBeUndefined();
    expect(parseThreadMessage("nonsense", at)).toBeUndefined();
  });
});

const samples = process.env.SLACK_SAMPLES_DIR;

describe.skipIf(!samples || !existsSync(samples))("Slack's own samples of message events", () => {
  const filled = (name: string): Record<string, unknown> => {
    const path = join(samples ?? "", "events", `${name}.json`);
    const { event } = JSON.parse(readFileSync(path, "utf8")) as { event: Record<string, unknown> };
    const { bot_profile: _, bot_id, ...person } = event;
    // The samples are unions with empty strings: what a person's message has is filled in, and nothing else.
    return {
      ...person,
      ...("user" in event ? { user: "U0ANNA" } : { bot_id }),
      ts: REPLY.ts,
      thread_ts: ROOT,
      channel: "C1",
    };
  };

  it.each([
    ["MessagePayload", "reply"],
    ["MessageFileSharePayload", "reply"],
    ["MessageThreadBroadcastPayload", "reply"],
    ["MessageBotPayload", "other"],
    ["MessageRepliedPayload", "other"],
    ["MessageChangedPayload", "other"],
    ["MessageDeletedPayload", "other"],
  ])("%s is taken for %s", (name, kind) => {
    expect(parse(filled(name))?.kind).toBe(kind);
  });

  it("MessageRepliedPayload is no reply either when Slack forgets its subtype", () => {
    const { subtype: _, ...forgotten } = filled("MessageRepliedPayload");
    expect(parse({ ...forgotten, user: "U0ANNA" })?.kind).toBe("other");
  });
});

describe("permalinks", () => {
  it.each([
    ["https://w.slack.com/archives/C1/p1700000000000100", ROOT],
    ["https://w.slack.com/archives/C1/p1700000001000200?thread_ts=1700000000.000100&cid=C1", ROOT],
    ["https://w.enterprise.slack.com/archives/C1/p1700000000000100?x=y#z", ROOT],
  ])("name the thread, whichever message was copied: %s", (link, ts) => {
    expect(parsePermalink(link, "T1")).toEqual({ team: "T1", channel: "C1", ts });
  });

  it.each([
    "",
    "11111",
    "customer-7",
    "https://w.slack.com/archives/C1",
    "https://w.slack.com/archives/C1/p17",
    "https://w.slack.com/archives/C1/p17000000000001000",
    "https://w.slack.com/files/C1/p1700000000000100",
    "https://w.slack.com/archives/c1/p1700000000000100",
    "archives/C1/p1700000000000100",
  ])("are not taken for ones: %j", (text) => {
    expect(parsePermalink(text, "T1")).toBeUndefined();
  });

  holds(
    "are understood as they are made",
    fc.record({
      team: fc.constant("T1"),
      channel: fc.stringMatching(/^[CG][A-Z0-9]{1,11}$/),
      ts: fc
        .tuple(fc.integer({ min: 1_000_000_000, max: 9_999_999_999 }), fc.nat(999_999))
        .map(([seconds, micros]) => `${seconds}.${String(micros).padStart(6, "0")}`),
    }),
    (thread) => {
      expect(parsePermalink(makePermalink("https://w.slack.com/", thread), "T1")).toEqual(thread);
    },
  );
});

const USER = toUserId("11111");

describe("what a post carries", () => {
  const conversation = makeConversationId(USER, toItemId("x"));
  const items = [makeMessageItemId(USER, "10737"), makeMessageItemId(USER, "10738")];

  it("is opaque: nothing of the User can be read from it", () => {
    for (const mark of [
      { kind: "root", conversation, opening: 0 } as const,
      { kind: "message", items, part: 1 } as const,
    ]) {
      const { event_type, event_payload } = toMetadata(mark);
      expect(event_type).toBe(mark.kind === "root" ? "parley_handover" : "parley_message");
      for (const value of Object.values(event_payload))
        expect(String(value)).toMatch(/^(?:\d|[cm]_[0-9a-f]{24}(?: m_[0-9a-f]{24})*)$/);
    }
  });

  it("tells the root of a second thread from that of the first", () => {
    const first = { kind: "root", conversation, opening: 0 } as const;
    const second = { ...first, opening: 1 };
    expect(toMetadata(first).event_payload).toEqual({ conversation });
    expect(hasTag(toMetadata(first), second)).toBe(false);
    expect(hasTag(toMetadata(second), second)).toBe(true);
  });

  it("is found again, and not taken for another one", () => {
    const mark = { kind: "message", items, part: 1 } as const;
    const stored = JSON.parse(JSON.stringify(toMetadata(mark))) as Record<string, unknown>;
    expect(hasTag(stored, mark)).toBe(true);
    expect(hasTag(stored, { ...mark, part: 0 })).toBe(false);
    expect(hasTag(stored, { ...mark, items: items.slice(1) })).toBe(false);
    expect(hasTag(stored, { kind: "root", conversation, opening: 0 })).toBe(false);
    expect(hasTag({ event_type: "parley_message" }, mark)).toBe(false);
    expect(hasTag({ ...stored, event_payload: null }, mark)).toBe(false);
    expect(hasTag(undefined, mark)).toBe(false);
  });
});

describe("ids", () => {
  // They are stored and stand in Slack: another value here is a migration.
  it("stay what they are", () => {
    expect([
      makeConversationId(USER, toItemId("x")),
      makeMessageItemId(USER, "10737"),
      makeBodyItemId("{}", "slot 1"),
      makeReplyItemId("T1", "C1", ROOT),
      makeDerivedItemId("r_1", "notice"),
      makeThreadKey({ team: "T1", channel: "C1", ts: ROOT }),
    ]).toMatchInlineSnapshot(`
      [
        "c_7ffbe7c2523cdfe26d70b1ab",
        "m_b70f84d275d8ec14ebd32535",
        "b_cc231c871c74125039dfbf03",
        "r_088150b466a6943dace0e8a2",
        "d_9e49da4b996c280e92c486e6",
        "T1/C1/1700000000.000100",
      ]
    `);
  });

  holds(
    "differ where any part differs",
    fc.uniqueArray(fc.tuple(fc.string(), fc.string(), fc.string()), {
      minLength: 2,
      maxLength: 2,
      selector: (parts) => JSON.stringify(parts),
    }),
    ([a, b]) => {
      expect(makeReplyItemId(...(a ?? ["", "", ""]))).not.toBe(
        makeReplyItemId(...(b ?? ["", "", ""])),
      );
    },
  );
});
