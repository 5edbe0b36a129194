import { describe, expect, it } from "vitest";
import { parseThreadPost } from "../../src/slack/parse-thread-post.ts";

const THREAD = { team: "T1", channel: "C1", ts: "1700000000.000100" };
const BOT = "U0BRIDGE";

const richText = (type: string, text: string) => ({
  type: "rich_text",
  elements: [{ type, elements: [{ type: "text", text }] }],
});
const TIME = { type: "context", elements: [{ type: "mrkdwn", text: "10:00:00" }] };
const SAID = richText("rich_text_section", "Hello");

/** A post of the bridge. */
const post = (given: object) => ({
  ts: "1700000001.000100",
  thread_ts: THREAD.ts,
  bot_id: "B1",
  user: BOT,
  text: "Hello",
  metadata: { event_type: "parley_message", event_payload: { items: "m_1", part: 0 } },
  ...given,
});

const marked = {
  metadata: { event_type: "parley_message", event_payload: { items: "m_1", part: 0, of: "user" } },
};

/** What an agent wrote. */
const reply = (given: object) => ({
  type: "message",
  ts: "1700000002.000100",
  thread_ts: THREAD.ts,
  user: "U0ANNA",
  text: "Hi",
  ...given,
});

const parse = (message: unknown) => parseThreadPost(message, THREAD, BOT);

describe("a message of a thread that is shown again", () => {
  it.each<[string, object, unknown]>([
    ["a message of the User", { ...marked, blocks: [SAID] }, [SAID]],
    ["several in one post, without their times", { ...marked, blocks: [TIME, SAID] }, [SAID]],
    [
      "a message that is all code",
      { ...marked, blocks: [richText("rich_text_preformatted", "x")] },
      [richText("rich_text_preformatted", "x")],
    ],
    ["one that an earlier version has posted", { blocks: [TIME, SAID] }, [SAID]],
  ])("is of the User: %s", (_, given, blocks) => {
    expect(parse(post(given))).toMatchObject({ writer: "user", message: { text: "", blocks } });
  });

  it("is of the User with its text where Slack has refused the blocks", () => {
    expect(parse(post(marked))).toMatchObject({ writer: "user", message: { text: "Hello" } });
  });

  it("is of the User if it is a file that the bridge has shared", () => {
    const {
      bot_id: _,
      metadata: __,
      ...shared
    } = post({ files: [{ id: "F1", name: "a.png" }, {}] });
    expect(parse(shared)).toEqual({
      ts: "1700000001.000100",
      writer: "user",
      message: { text: "" },
      files: ["a.png"],
    });
  });

  it.each<[string, object]>([
    [
      "the root",
      {
        ts: THREAD.ts,
        metadata: { event_type: "parley_handover", event_payload: {} },
        blocks: [SAID],
      },
    ],
    ["a notice", { blocks: [TIME] }],
    ["details of the handover", { blocks: [richText("rich_text_preformatted", "order: 5")] }],
    ["a post whose metadata Slack has dropped", { metadata: undefined, blocks: [SAID] }],
    ["a post of another bot", { user: "U0OTHER", metadata: undefined }],
    ["a join", { subtype: "channel_join", bot_id: undefined, user: "U0ANNA" }],
  ])("is left out if it is %s", (_, given) => {
    expect(parse(post(given))).toBeUndefined();
  });

  it.each(["", 5, null, {}, { ts: 5 }])("is left out if it is no message: %j", (given) => {
    expect(parse(given)).toBeUndefined();
  });

  it("is of the agent, with what its marks say and the names of its files", () => {
    expect(parse(reply({ files: [{ id: "F1", title: "Bill" }] }))).toEqual({
      ts: "1700000002.000100",
      writer: { agent: "U0ANNA" },
      message: { text: "Hi" },
      files: ["Bill"],
    });
    const marks = (name: string, user = BOT) =>
      parse(reply({ reactions: [{ name, users: [user] }] }))?.mark;
    expect(marks("white_check_mark")).toBe("delivered");
    expect(marks("x")).toBe("failed");
    expect(marks("grey_question")).toBe("uncertain");
    expect(marks("lock", "U0BEN")).toBe("note");
    // What colleagues put on it says nothing of what became of it.
    expect(marks("x", "U0BEN")).toBeUndefined();
    expect(marks("eyes")).toBeUndefined();
  });
});
