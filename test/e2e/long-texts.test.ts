import { describe, expect, it } from "vitest";
import { literalMrkdwn } from "../../src/convert/text/literal-mrkdwn.ts";
import { bytesIn, shownIn } from "../support/files.ts";
import { EAGER } from "../support/replies.ts";
import { handOver, PATIENCE, postTo } from "../support/steps.ts";
import { postsIn, rootsAbout, shownOf, textOf } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

const SENTENCE = /This is only the beginning/;
const REFUSED = /Slack did not take/;

/** What Slack itself says where files are switched off. */
const refuseFiles = ({ slack }: World) =>
  slack.faults.add("files.getUploadURLExternal", {
    kind: "other-answer",
    isDone: false,
    write: (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end('{"ok":false,"error":"file_uploads_disabled"}');
    },
  });

const lengthOfPosts = ({ slack }: World, rootTs: string): number =>
  postsIn(slack, rootTs).reduce((sum, post) => sum + post.text.length, 0);

describe("a User's message", () => {
  it.each([
    ["a line of quote signs", `${"> ".repeat(45)}\n${"a".repeat(2_800)}`],
    [
      "quote signs in the middle",
      `${"a\n".repeat(1_500)}${" >".repeat(400)}\n${"b".repeat(3_000)}`,
    ],
    ["quote signs in code", `\`\`\`\n${">  ".repeat(400)}\n${"a".repeat(2_800)}\n\`\`\``],
  ])("with %s stops nothing", async (_what, text) => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    await parley.userWrites(user.id, text);
    await parley.userWrites(user.id, "done");

    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text === "done", PATIENCE.timeout);
    expect(lengthOfPosts(world, root.ts)).toBeGreaterThan(text.length);
  });

  it("of 12,000 characters is posted as it is", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    await parley.userWrites(user.id, "word ".repeat(2_400));
    await parley.userWrites(user.id, "done");

    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text === "done", PATIENCE.timeout);
    expect(postsIn(slack, root.ts)).toHaveLength(6);
    expect(slack.state.files.size).toBe(0);
  });

  it.each([
    ["12,001 characters", `${"word ".repeat(2_400)}!`],
    ["a megabyte", `${"All of it. ".repeat(90_000)}The last word.`],
    ["a megabyte of brackets", "[".repeat(1_000_000)],
    ["many short paragraphs", "a\n\n".repeat(150_000)],
    ["many signs of emphasis", "*_".repeat(500_000)],
  ])("of %s is a beginning and a file with all of it", async (_what, text) => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    await parley.userWrites(user.id, text);
    await parley.userWrites(user.id, "done");

    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text === "done", PATIENCE.timeout);
    const shown = shownIn(slack, root.ts);
    expect(shown).toEqual([expect.stringMatching(SENTENCE), "[message.txt]", "done"]);
    expect(shown[0]?.slice(0, 5)).toBe(literalMrkdwn(text).slice(0, 5));
    expect(shown[0]?.length).toBeGreaterThan(2_400);
    expect(shown[0]?.length).toBeLessThan(2_700);
    expect(bytesIn(slack, "message.txt")?.toString("utf8")).toBe(text);
  });

  it.each([
    ["buttons", { buttons: Array.from({ length: 4_000 }, (_, n) => button(`button ${n}`)) }],
    ["quick replies", { quickReplies: Array.from({ length: 4_000 }, (_, n) => `reply ${n}`) }],
    ["cards", { carousel: Array.from({ length: 4_000 }, (_, n) => ({ title: `card ${n}` })) }],
  ])("with thousands of %s is a beginning and a file, too", async (_what, message) => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    await parley.userWrites(user.id, { message: "Look:", ...message });
    await parley.userWrites(user.id, "done");

    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text === "done", PATIENCE.timeout);
    expect(shownIn(slack, root.ts)).toEqual([
      expect.stringMatching(SENTENCE),
      "[message.txt]",
      "done",
    ]);
    expect(bytesIn(slack, "message.txt")?.toString("utf8")).toMatch(/^Look:.* 0\b.* 3999\b/s);
  });

  it("with hundreds of files shows ten of them and names the others", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack } = world;
    const { user, root } = await handOver(world);
    const carousel = Array.from({ length: 300 }, (_, n) => ({
      media: { id: `x/y/photo${n}.png` },
    }));

    await postTo(world, "/parley/callback", {
      type: "message",
      body: { user: { id: user.id }, message: { id: 900, message: "Look:", carousel } },
    });
    await world.parley.userWrites(user.id, "done");

    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text === "done", PATIENCE.timeout);
    const shown = shownIn(slack, root.ts);
    expect(shown.length).toBeLessThan(16);
    expect(shown.join("\n")).toContain("photo299.png");
  });

  it("comes in five posts and a sentence where Slack refuses the file", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    refuseFiles(world);

    await parley.userWrites(user.id, "All of it. ".repeat(90_000));
    await parley.userWrites(user.id, "done");

    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text === "done", PATIENCE.timeout);
    const shown = shownIn(slack, root.ts);
    expect(shown).toHaveLength(6);
    expect(shown[4]).toMatch(REFUSED);
    expect(shown[4]).toMatch(/The last 977,\d{3} characters are not shown/);
    expect(lengthOfPosts(world, root.ts)).toBeGreaterThan(12_000);
  });

  it("appears once although the bridge is stopped between its posts and its file", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    slack.faults.add("files.completeUploadExternal", { kind: "lost-answer" }, 1);

    await parley.userWrites(user.id, "All of it. ".repeat(90_000));
    await parley.userWrites(user.id, "done");

    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text === "done", PATIENCE.timeout);
    expect(shownIn(slack, root.ts)).toEqual([
      expect.stringMatching(SENTENCE),
      "[message.txt]",
      "done",
    ]);
  });
});

const button = (title: string) => ({ type: "reply" as const, title, payload: title });

describe("the metadata of a handover", () => {
  const metadata = {
    reason: "refund",
    list: Array.from({ length: 40_000 }, (_, n) => `value ${n}`),
  };

  it("comes as a beginning and a file if it is long", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;

    const { user, root } = await handOver(world, { metadata });
    await parley.userWrites(user.id, "done");

    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text === "done", PATIENCE.timeout);
    expect(shownOf(slack, root)).toContain("*list[0]*\nvalue 0");
    expect(postsIn(slack, root.ts).map(textOf)[0]).toMatch(SENTENCE);
    expect(shownIn(slack, root.ts).slice(1)).toEqual(["[metadata.txt]", "done"]);
    expect(bytesIn(slack, "metadata.txt")?.toString("utf8")).toContain("value 39999");
  });

  it("comes in five posts and a sentence where Slack refuses the file", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    refuseFiles(world);

    const { user, root } = await handOver(world, { metadata });
    await parley.userWrites(user.id, "done");

    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text === "done", PATIENCE.timeout);
    expect(postsIn(slack, root.ts)).toHaveLength(6);
    expect(textOf(postsIn(slack, root.ts)[4] ?? { text: "" })).toMatch(REFUSED);
  });

  it("may have names as long as it is itself", async () => {
    const world = await startWorld({ env: EAGER });
    const leaf = Array.from({ length: 30_000 }, (_, n) => n);
    let nested: unknown = leaf;
    for (let level = 0; level < 50; level++) nested = { ["k".repeat(14_000)]: nested };

    await postTo(world, "/parley/handovers", { userId: "7", metadata: nested });

    await world.slack.waitFor(() => rootsAbout(world.slack, "7")[0], PATIENCE.timeout);
  });
});
