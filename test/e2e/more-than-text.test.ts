import { describe, expect, it } from "vitest";
import type { Block } from "../../fakes/slack/state.ts";
import { FORWARD, TABLE } from "../fixtures/conversion/slack-content.ts";
import { png } from "../support/files.ts";
import { allTold, EAGER, envelopeOf, press } from "../support/replies.ts";
import { sentTo } from "../support/sent.ts";
import { handOver, writeFirst } from "../support/steps.ts";
import { reactionsOn, toldTo } from "../support/threads.ts";
import { startWorld, type WorldOptions } from "../support/world.ts";

const rich = (...elements: readonly Record<string, unknown>[]): Block => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements }],
});
const words = (text: string) => ({ type: "text", text });

async function openThread(options: WorldOptions = {}) {
  const world = await startWorld({ env: EAGER, ...options });
  const { user, root } = await handOver(world);
  return { world, ...world, user, root, at: { user: "U0ANNA", threadTs: root.ts } };
}

describe("what an agent forwards or pastes", () => {
  it("reaches the User: a forwarded message with its author, and a table", async () => {
    const { world, slack, parley, user, at } = await openThread();
    const { ts } = await slack.post({
      ...at,
      text: "Prices:",
      attachments: [FORWARD, { id: 2, fallback: "[no preview]", blocks: [TABLE] }],
    });
    await parley.until(() => sentTo(world, user.id)[0]);
    expect(sentTo(world, user.id)).toEqual([
      expect.stringMatching(
        /^Prices:\n\n> \*\*Ben Okafor:\*\*\n>\n> in short\n\n\| Item \| Price \|/,
      ),
    ]);
    await slack.waitFor(() => reactionsOn(slack, ts).length > 0);
    expect(reactionsOn(slack, ts)).toEqual(["white_check_mark"]);
  });

  it("reaches the User without any words beside it", async () => {
    const { world, slack, parley, user, at } = await openThread();
    const { ts } = await slack.post({ ...at, text: "", blocks: [], attachments: [FORWARD] });
    await parley.until(() => sentTo(world, user.id)[0]);
    expect(sentTo(world, user.id)).toEqual(["> **Ben Okafor:**\n>\n> in short"]);
    await slack.waitFor(() => reactionsOn(slack, ts).includes("white_check_mark"));
  });

  it("brings the files inside of it, and a picture that is a file, each once", async () => {
    const { slack, parley, user, root, at } = await openThread();
    const { fileId } = await slack.shareFile({
      user: "U0BEN",
      name: "shoes.png",
      mimetype: "image/png",
      bytes: png(500),
    });
    const file = slack.state.messages.at(-1)?.files?.[0];
    await slack.post({
      ...at,
      text: "Look",
      blocks: [
        rich(words("Look")),
        { type: "image", slack_file: { id: fileId }, alt_text: "shoes" },
      ],
      attachments: [{ ...FORWARD, text: "", files: [{ ...file }] }],
    });
    await slack.post({ ...at, text: "Next" });
    await parley.until(() => parley.sent(user.id).at(-1)?.message === "Next");
    expect(parley.sent(user.id).map(({ message, media }) => [message, media?.description])).toEqual(
      [
        ["Look", undefined],
        [null, "shoes.png"],
        ["Next", undefined],
      ],
    );
    expect(toldTo(slack, "U0BEN", root.ts)).toEqual([]);
  });

  it("is said again in words only when it is corrected", async () => {
    const { world, slack, parley, user, root, at } = await openThread();
    const { fileId } = await slack.shareFile({
      user: "U0BEN",
      name: "shoes.png",
      mimetype: "image/png",
      bytes: png(500),
    });
    const { ts } = await slack.post({
      ...at,
      text: "Lok",
      attachments: [{ ...FORWARD, text: "", files: [{ id: fileId, name: "shoes.png" }] }],
    });
    await slack.waitFor(() => reactionsOn(slack, ts).includes("white_check_mark"));
    await slack.edit({ user: "U0ANNA", ts, text: "Look" });
    await allTold(world, root.ts);
    const offer = await slack.waitFor(() =>
      slack.state.ephemerals.find(({ text }) => text.includes("correction")),
    );
    await press(world, offer, "parley_send_again");
    await parley.until(() => sentTo(world, user.id).includes("Look"));
    await slack.post({ ...at, text: "Next" });
    await parley.until(() => parley.sent(user.id).at(-1)?.message === "Next");
    expect(parley.sent(user.id).map(({ message, media }) => message ?? media?.description)).toEqual(
      ["Lok", "shoes.png", "Look", "Next"],
    );
  });

  it("is not called delivered where a part of it cannot go, and its writer is told which", async () => {
    const { world, slack, parley, user, root, at } = await openThread();
    const { ts } = await slack.post({
      ...at,
      text: "Watch this",
      blocks: [rich(words("Watch this"), { type: "hologram" }), { type: "video" }],
    });
    await slack.post({ ...at, text: "Next" });
    await parley.until(() => sentTo(world, user.id).includes("Next"));
    expect(sentTo(world, user.id)).toEqual(["Watch this", "Next"]);
    const [told] = await allTold(world, root.ts);
    expect(told).toContain("a video");
    expect(told).toContain("hologram");
    expect(told).toContain("The rest of your message goes to the User.");
    await slack.waitFor(() => reactionsOn(slack, ts).length > 0);
    expect(reactionsOn(slack, ts)).toEqual(["x"]);
  });

  it.each(["a part", "a file"])(
    "does not say that the rest goes while another Service has the User, but once it does: %s",
    async (what) => {
      const { world, slack, parley, user, root, at } = await openThread();
      const other = parley.addService({ name: "Night shift" });
      await parley.handOver({ userId: user.id, to: other.identification });
      const text = "Watch this";
      const program = { name: "a.exe", mimetype: "application/x-msdownload", bytes: png(100) };
      if (what === "a file") await slack.shareFile({ ...at, text, ...program });
      else await slack.post({ ...at, text, blocks: [rich(words(text)), { type: "video" }] });
      const told = (pattern: RegExp) =>
        slack.state.ephemerals.find(({ text: said }) => pattern.test(said));
      const refusal = await slack.waitFor(() => told(/Night shift/));
      await allTold(world, root.ts);
      expect(told(/The rest of your message/)).toBeUndefined();

      await press(world, refusal, "parley_take_over");
      await parley.until(() => sentTo(world, user.id).includes(text));
      await slack.waitFor(() => told(/The rest of your message goes to the User/));
    },
  );

  it("is told to its writer where nothing of it can go", async () => {
    const { world, slack, parley, user, root, at } = await openThread();
    const { ts } = await writeFirst(slack, { ...at, text: "", blocks: [{ type: "video" }] });
    await slack.post({ ...at, text: "Next" });
    await parley.until(() => sentTo(world, user.id).includes("Next"));
    const [told, ...more] = await allTold(world, root.ts);
    expect(more).toEqual([]);
    expect(told).toContain("a video");
    expect(told).not.toContain("The rest");
    expect(sentTo(world, user.id)).toEqual(["Next"]);
    await slack.waitFor(() => reactionsOn(slack, ts).length > 0);
    expect(reactionsOn(slack, ts)).toEqual(["x"]);
  });

  it("stays inside as a note where only its blocks say so", async () => {
    const { world, slack, parley, user, at } = await openThread({
      env: { ...EAGER, MENTIONS: "hide" },
    });
    const ben = { type: "user", user_id: "U0BEN" };
    const notes = [
      await slack.post({ ...at, text: "", blocks: [rich(words("note: secret"))] }),
      await slack.post({
        ...at,
        text: "<@U0BEN> // secret",
        blocks: [rich(ben, words(" // secret"))],
      }),
      await slack.post({ ...at, text: "\u200e\u2060// secret" }),
      await slack.post({ ...at, text: "note： secret" }),
      await slack.post({ ...at, text: ":lock: secret" }),
      await slack.post({ ...at, text: " // secret" }),
    ];
    await slack.post({ ...at, text: "Next" });
    await parley.until(() => sentTo(world, user.id).includes("Next"));
    expect(sentTo(world, user.id)).toEqual(["Next"]);
    await slack.waitFor(() => notes.every(({ ts }) => reactionsOn(slack, ts).length > 0));
    expect(notes.map(({ ts }) => reactionsOn(slack, ts))).toEqual(notes.map(() => ["lock"]));
  });
});

describe("what Slack tells about a message", () => {
  it.each([
    "subtype",
    "files",
    "blocks",
    "attachments",
    "parent_user_id",
    "bot_id",
    "text",
    "hidden",
    "message",
  ])("may be null: %s", async (field) => {
    const { world, slack, parley, user, at } = await openThread();
    const stopDropping = slack.dropEvents(() => true);
    const { ts } = await slack.post({ ...at, text: "Hello" });
    stopDropping();
    const { event } = envelopeOf(slack, ts);
    await slack.sendEvent({ ...event, [field]: null });
    await parley.until(() => sentTo(world, user.id)[0]);
    expect(sentTo(world, user.id)).toEqual(["Hello"]);
  });

  it("is read without half of a character, also where it is read back", async () => {
    const { world, slack, parley, user, at } = await openThread();
    const stopDropping = slack.dropEvents(() => true);
    await slack.post({ ...at, text: "cut here \ud83d" });
    stopDropping();
    await world.stopBridge();
    await world.startBridge();
    await parley.until(() => sentTo(world, user.id)[0]);
    expect(sentTo(world, user.id)).toEqual(["cut here \ufffd"]);
  });

  it("is in the log where it cannot be read", async () => {
    const { slack, log, at } = await openThread();
    const stopDropping = slack.dropEvents(() => true);
    const { ts } = await slack.post({ ...at, text: "Hello" });
    stopDropping();
    const { event } = envelopeOf(slack, ts);
    expect(await slack.sendEvent({ ...event, ts: 5 })).toMatchObject({ status: "delivered" });
    const [line] = log.lines.filter((each) => each.event === "reply.unreadable");
    expect(line?.fields).toMatchObject({ fields: ["event.ts"] });
  });
});
