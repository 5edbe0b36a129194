import { describe, expect, it } from "vitest";
import { allTold, letPass, press } from "../support/replies.ts";
import { requestsToSend, sentTo } from "../support/sent.ts";
import { handOver, PATIENCE, writeFirst } from "../support/steps.ts";
import { postsIn, reactionsOn, textOf, toldTo } from "../support/threads.ts";
import { type Env, startWorld, type World } from "../support/world.ts";

const EXPLICIT: Env = { REPLY_MODE: "explicit" };

/** An agent's message, and what the agent was told about it. */
async function writeAndBeTold({ slack }: World, rootTs: string, text: string) {
  const before = toldTo(slack, "U0ANNA", rootTs).length;
  const { ts } = await slack.post({ user: "U0ANNA", threadTs: rootTs, text });
  const told = await slack.waitFor(() => toldTo(slack, "U0ANNA", rootTs)[before]);
  return { ts, told };
}

describe("with REPLY_MODE=explicit a message", () => {
  it("stays inside, and its writer alone is asked", async () => {
    const world = await startWorld({ env: EXPLICIT });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    const { ts, told } = await writeAndBeTold(world, root.ts, "Shall we refund?");

    expect(told.text).toContain("This stays inside");
    expect(textOf(told).split("\n")).toEqual(
      expect.arrayContaining(["Send to user", "Keep inside"]),
    );
    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "&gt;&gt; Next" });
    await parley.until(() => sentTo(world, user.id).includes("Next"));
    expect(sentTo(world, user.id)).toEqual(["Next"]);
    expect(await allTold(world, root.ts, "U0BEN")).toEqual([]);
    expect(postsIn(slack, root.ts)).toHaveLength(0);
    expect(reactionsOn(slack, ts)).toEqual([]);
  });

  it("goes once when its writer sends it, however often they press", async () => {
    const world = await startWorld({ env: EXPLICIT });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const { ts, told } = await writeAndBeTold(world, root.ts, "You get it back");
    const stale = structuredClone(told);

    await Promise.all([
      press(world, told, "parley_send_again"),
      press(world, stale, "parley_send_again"),
    ]);

    await parley.until(() => sentTo(world, user.id).includes("You get it back"));
    await slack.waitFor(() => reactionsOn(slack, ts).includes("white_check_mark"));
    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "&gt;&gt; Next" });
    await parley.until(() => sentTo(world, user.id).includes("Next"));
    expect(sentTo(world, user.id)).toEqual(["You get it back", "Next"]);
    expect(requestsToSend(world, user.id)).toBe(2);
  });

  it("goes when it is released after a restart", async () => {
    const world = await startWorld({ env: EXPLICIT });
    const { parley } = world;
    const { user, root } = await handOver(world);
    const { told } = await writeAndBeTold(world, root.ts, "Later");
    await world.stopBridge();
    await world.startBridge();
    await press(world, told, "parley_send_again");
    await parley.until(() => sentTo(world, user.id).includes("Later"));
  });

  it("never goes once its writer keeps it inside", async () => {
    const world = await startWorld({ env: EXPLICIT });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const { told } = await writeAndBeTold(world, root.ts, "Internal");
    const stale = structuredClone(told);
    await press(world, told, "parley_dismiss");
    await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts).length === 0);
    // The agent's other window may still show the buttons.
    Object.assign(told, stale, { deleted: false });
    await press(world, told, "parley_send_again");
    await slack.waitFor(() => /sent or dismissed already/.test(told.text));

    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "&gt;&gt; Next" });
    await parley.until(() => sentTo(world, user.id).includes("Next"));
    expect(sentTo(world, user.id)).toEqual(["Next"]);
  });

  it("goes at once behind >>, which the User does not see", async () => {
    const world = await startWorld({ env: EXPLICIT });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const inThread = { user: "U0ANNA", threadTs: root.ts };
    const bold = (text: string) => ({ type: "text", text, style: { bold: true } });

    await writeFirst(slack, { ...inThread, text: "&gt;&gt; plain &gt;&gt; arrows" });
    await writeFirst(slack, { ...inThread, text: "&gt;&gt;/me waves", subtype: "me_message" });
    await slack.post({
      ...inThread,
      text: "&gt;&gt; Your *refund*",
      blocks: [
        {
          type: "rich_text",
          elements: [
            {
              type: "rich_text_section",
              elements: [{ type: "text", text: ">> Your " }, bold("refund")],
            },
          ],
        },
      ],
    });

    await parley.until(() => sentTo(world, user.id).length === 3);
    const [arrows, waves, refund] = sentTo(world, user.id);
    expect(arrows).toMatch(/^plain \\?>\\?> arrows$/);
    expect(waves).toBe("/me waves");
    expect(refund).toBe("Your **refund**");
    expect(await allTold(world, root.ts)).toEqual([]);
  });

  it("is a note all the same where it begins as one, and nobody is asked", async () => {
    const world = await startWorld({ env: EXPLICIT });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const { ts } = await writeFirst(slack, {
      user: "U0ANNA",
      threadTs: root.ts,
      text: "// secret",
    });
    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "&gt;&gt; Next" });
    await parley.until(() => sentTo(world, user.id).includes("Next"));
    expect(await allTold(world, root.ts)).toEqual([]);
    expect(reactionsOn(slack, ts)).toEqual(["lock"]);
    expect(sentTo(world, user.id)).toEqual(["Next"]);
  });

  it("cannot be released once a lock is on it", async () => {
    const world = await startWorld({ env: EXPLICIT });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const { ts, told } = await writeAndBeTold(world, root.ts, "secret");
    await slack.react({ user: "U0BEN", ts, name: "lock" });
    await press(world, told, "parley_send_again");
    await slack.waitFor(() => /sent or dismissed already/.test(told.text));
    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "&gt;&gt; Next" });
    await parley.until(() => sentTo(world, user.id).includes("Next"));
    expect(sentTo(world, user.id)).toEqual(["Next"]);
  });
});

describe("with UNDO_SECONDS a reply", () => {
  /** How old items of a thread were when they were sent, ms. */
  const agesSent = ({ log, slack }: World, rootTs: string) =>
    log.lines
      .filter(
        ({ event, fields }) =>
          event === "delivery.attempted" &&
          fields.outcome === "done" &&
          fields.lane === `${slack.teamId}/${slack.channel}/${rootTs}`,
      )
      .map(({ fields }) => Number(fields.age_ms));

  it("is held that long, and what is behind it stays behind it", async () => {
    const world = await startWorld({ env: { UNDO_SECONDS: "1" } });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const { ts, told } = await writeAndBeTold(world, root.ts, "one");
    await writeFirst(slack, { user: "U0BEN", threadTs: root.ts, text: "two" });
    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "three" });

    expect(told.text).toContain("goes to the User in 1 s");
    await parley.until(() => sentTo(world, user.id).length === 3);
    expect(sentTo(world, user.id)).toEqual(["one", "two", "three"]);
    await expect.poll(() => agesSent(world, root.ts), PATIENCE).toHaveLength(3);
    for (const age of agesSent(world, root.ts)) expect(age).toBeGreaterThanOrEqual(999);
    await press(world, told, "parley_undo");
    await slack.waitFor(() => told.text.startsWith("Too late"));
    await slack.waitFor(() => reactionsOn(slack, ts).includes("white_check_mark"));
    expect(reactionsOn(slack, ts)).toEqual(["white_check_mark"]);
  });

  it("does not go once it is undone, however often; what is behind it does", async () => {
    const world = await startWorld({ env: { UNDO_SECONDS: "30" } });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const { ts, told } = await writeAndBeTold(world, root.ts, "one");
    const stale = structuredClone(told);
    const behind = await slack.post({ user: "U0BEN", threadTs: root.ts, text: "two" });
    await behind.delivered;

    await press(world, told, "parley_undo");
    await slack.waitFor(() => told.text.startsWith(":lock: Not sent."));
    await slack.waitFor(() => reactionsOn(slack, ts).includes("lock"));
    Object.assign(told, stale);
    await press(world, told, "parley_undo");
    await slack.waitFor(() => told.text !== stale.text);

    expect(told.text).toMatch(/^:lock: Not sent\./);
    await letPass(world, 30_000);
    await parley.until(() => sentTo(world, user.id).length > 0);
    expect(sentTo(world, user.id)).toEqual(["two"]);
  });

  it("can be undone after a restart, and goes after one, in order", async () => {
    const world = await startWorld({ env: { UNDO_SECONDS: "30" } });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const { told } = await writeAndBeTold(world, root.ts, "one");
    await writeFirst(slack, { user: "U0ANNA", threadTs: root.ts, text: "two" });
    const last = await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "three" });
    await last.delivered;
    await world.stopBridge();
    await world.startBridge();
    await press(world, told, "parley_undo");
    await slack.waitFor(() => told.text.startsWith(":lock: Not sent."));
    await letPass(world, 30_000);
    await parley.until(() => sentTo(world, user.id).length === 2);
    expect(sentTo(world, user.id)).toEqual(["two", "three"]);
    await expect.poll(() => agesSent(world, root.ts), PATIENCE).toHaveLength(2);
    for (const age of agesSent(world, root.ts)) expect(age).toBeGreaterThanOrEqual(29_999);
  });

  it("is offered only to its writer", async () => {
    const world = await startWorld({ env: { UNDO_SECONDS: "1" } });
    const { root } = await handOver(world);
    await writeAndBeTold(world, root.ts, "one");
    expect(await allTold(world, root.ts, "U0BEN")).toEqual([]);
  });
});
