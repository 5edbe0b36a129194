import { describe, expect, it } from "vitest";
import { attemptsIn } from "../support/attempts.ts";
import { sentTo } from "../support/sent.ts";
import { openStateSql, rewriteWaiting } from "../support/state-sql.ts";
import { handOver, PATIENCE, writeFirst } from "../support/steps.ts";
import { postsIn, reactionsOn, textOf, textsTo } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

const QUICK = { RETRY_FIRST_MS: "20", RETRY_CAP_MS: "100" };
const HOUR_MS = 3_600_000;

/** The words in a thread, one line each, whatever the posts say around them. */
const wordsIn = ({ slack }: World, ts: string) =>
  postsIn(slack, ts).flatMap(({ text }) => text.split("\n"));
const arrivedAt = ({ parley }: World, userId: string) =>
  parley.requests.filter(
    ({ method, path }) => method === "POST" && path === `/users/${userId}/messages`,
  );

/** Moves what waits for Slack into the past, as if the bridge had been stopped all the while. */
async function letWait(world: World, ms: number): Promise<void> {
  const state = await openStateSql(world);
  await state.ask("UPDATE inbox SET appended_at = appended_at - ? WHERE state = 'waiting'", ms);
  await rewriteWaiting(state, "inbox", (body) => ({
    ...body,
    receivedAt: Number(body.receivedAt) - ms,
  }));
  await state.close();
}

describe("while Slack is down", () => {
  it.each([
    ["fails", { kind: "status", status: 500 }],
    ["cuts every connection", { kind: "refused" }],
    ["has no room", { kind: "rate-limited", retryAfterSeconds: 1 }],
  ] as const)("keeps everything in order, also when it %s", async (_how, fault) => {
    const world = await startWorld({ env: QUICK });
    const { slack, parley, log } = world;
    const conversations = [];
    while (conversations.length < 5) conversations.push(await handOver(world));
    slack.faults.add("*", fault);
    for (let n = 0; n < 6; n++) {
      for (const { user } of conversations) {
        const { delivered } = await parley.userWrites(user.id, `${user.id}: ${n}`);
        expect((await delivered).delivered).toBe(true);
      }
    }
    for (const { inbox } of conversations) {
      await expect.poll(() => attemptsIn(log, inbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
    }

    slack.faults.clear();

    for (const { user, ts } of conversations) {
      const expected = Array.from({ length: 6 }, (_, n) => `${user.id}: ${n}`);
      await slack.waitFor(() => wordsIn(world, ts).includes(`${user.id}: 5`), 10_000);
      expect(wordsIn(world, ts)).toEqual(expected);
    }
  });

  it("says afterwards when a message was written", async () => {
    const world = await startWorld({ env: QUICK });
    const { slack, parley, log } = world;
    const { user, ts, inbox } = await handOver(world);
    slack.faults.add("chat.postMessage", { kind: "status", status: 500 });
    await parley.userWrites(user.id, "Hello?");
    await expect.poll(() => attemptsIn(log, inbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
    await world.stopBridge();
    await letWait(world, HOUR_MS);
    slack.faults.clear();

    await world.startBridge();
    await parley.userWrites(user.id, "Thank you");

    await slack.waitFor(() => wordsIn(world, ts).includes("Thank you"));
    const [late, prompt] = postsIn(slack, ts);
    const [, seconds] = /Delayed; written <!date\^(\d+)\^/.exec(late ? textOf(late) : "") ?? [];
    expect(Math.abs(Number(seconds) * 1000 - (Date.now() - HOUR_MS))).toBeLessThan(60_000);
    expect(late?.text).toBe("Hello?");
    expect(prompt && textOf(prompt)).not.toContain("Delayed");
  });

  it("says the time of a message that was delayed for less than two minutes", async () => {
    const world = await startWorld({ env: QUICK });
    const { slack, parley, log } = world;
    const { user, ts, inbox } = await handOver(world);
    slack.faults.add("chat.postMessage", { kind: "status", status: 500 });
    await parley.userWrites(user.id, "Hello?");
    await expect.poll(() => attemptsIn(log, inbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
    await world.stopBridge();
    await letWait(world, 60_000);
    slack.faults.clear();

    await world.startBridge();

    const post = await slack.waitFor(() => postsIn(slack, ts)[0]);
    expect(textOf(post)).toMatch(/<!date\^\d+\^\{time_secs\}\|/);
    expect(textOf(post)).not.toContain("Delayed");
  });

  it("says the day too of messages that share a late post", async () => {
    const world = await startWorld({ env: QUICK });
    const { slack, parley, log } = world;
    const { user, ts, inbox } = await handOver(world);
    slack.faults.add("chat.postMessage", { kind: "status", status: 500 });
    for (const text of ["One", "Two", "Three"]) {
      const { delivered } = await parley.userWrites(user.id, text);
      await delivered;
    }
    await expect.poll(() => attemptsIn(log, inbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
    await world.stopBridge();
    await letWait(world, 26 * HOUR_MS);
    slack.faults.clear();

    // Whatever waits is merged at this pace.
    await world.startBridge({ GROUP_SECONDS: "1" });

    await slack.waitFor(() => wordsIn(world, ts).includes("Three"));
    const [late] = postsIn(slack, ts);
    expect(late?.text).toBe("One\nTwo\nThree");
    expect(
      (late ? textOf(late) : "").match(/written <!date\^\d+\^\{date_short_pretty\}/g),
    ).toHaveLength(3);
  });

  it.each([
    ["a file", "files.completeUploadExternal"],
    ["the line in the place of a file", "files.getUploadURLExternal"],
  ])("says so of %s", async (shown, refused) => {
    const world = await startWorld({ env: QUICK });
    const { slack, parley, log } = world;
    const { user, ts, inbox } = await handOver(world);
    slack.faults.add(refused, { kind: "status", status: 500 });
    const media = { name: "note.txt", mimeType: "text/plain", bytes: Buffer.from("hello") };
    await parley.userWrites(user.id, { media });
    await expect.poll(() => attemptsIn(log, inbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
    await world.stopBridge();
    await letWait(world, HOUR_MS);
    if (shown === "a file") slack.faults.clear();

    await world.startBridge({}, { patience: { fileToSlackMs: 1 } });

    const shared = () =>
      slack.state.messages.filter(({ thread_ts, files }) => thread_ts === ts && files);
    const posts = () => (shown === "a file" ? shared() : postsIn(slack, ts));
    const post = await slack.waitFor(() => posts()[0]);
    expect([post.text, textOf(post)].join("\n")).toMatch(/Delayed; written <!date\^\d+\^/);
    expect([...shared(), ...postsIn(slack, ts)]).toHaveLength(1);
  });

  it("says so of what Parley brings late, because nobody was there to take it", async () => {
    let agoMs = 0;
    const world = await startWorld({ parley: { now: () => Date.now() - agoMs } });
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    agoMs = HOUR_MS;
    await parley.userWrites(user.id, "Hello?");
    await slack.waitFor(() => wordsIn(world, ts).includes("Hello?"));
    agoMs = 60_000;
    await parley.userWrites(user.id, "A clock that is a minute wrong");
    await slack.waitFor(() => postsIn(slack, ts).length === 2);
    const [late = "", prompt] = postsIn(slack, ts).map(textOf);
    const [, seconds] = /Delayed; written <!date\^(\d+)\^/.exec(late) ?? [];
    expect(Math.abs(Number(seconds) * 1000 - (Date.now() - HOUR_MS))).toBeLessThan(60_000);
    expect(prompt).not.toContain("<!date");
  });

  it("says so of a long message as well", async () => {
    const world = await startWorld({ env: QUICK });
    const { slack, parley, log } = world;
    const { user, ts, inbox } = await handOver(world);
    slack.faults.add("chat.postMessage", { kind: "status", status: 500 });
    await parley.userWrites(user.id, `${"word ".repeat(1_500)}end`);
    await expect.poll(() => attemptsIn(log, inbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
    await world.stopBridge();
    await letWait(world, HOUR_MS);
    slack.faults.clear();

    await world.startBridge();

    await slack.waitFor(() => postsIn(slack, ts).at(-1)?.text.endsWith("end"));
    const [first, ...others] = postsIn(slack, ts).map(textOf);
    expect(first).toContain("Delayed; written");
    expect(others.join("\n")).not.toContain("Delayed");
  });

  it("shows the delay and what was given up in the App Home", async () => {
    const world = await startWorld({ env: QUICK });
    const { slack, parley, log } = world;
    const { user, inbox } = await handOver(world);
    await parley.callback(parley.agentService.identification, { type: "riddle" });
    slack.faults.add("chat.postMessage", { kind: "status", status: 500 });
    await parley.userWrites(user.id, "Hello?");
    await expect.poll(() => attemptsIn(log, inbox).at(-1)?.outcome, PATIENCE).toBe("deferred");
    await slack.openHome({ user: "U0ANNA" });
    const home = (agent: string) => JSON.stringify(slack.state.homes.get(agent)?.blocks ?? []);
    await slack.waitFor(() => home("U0ANNA") !== "[]");
    expect(home("U0ANNA")).not.toContain("delayed");
    await world.stopBridge();
    await letWait(world, HOUR_MS);

    await world.startBridge();
    await slack.openHome({ user: "U0BEN" });

    await slack.waitFor(() => home("U0BEN") !== "[]");
    expect(home("U0BEN")).toContain(
      "Delivery is delayed: 1 waiting for Slack, the oldest for 1 h. Nothing is lost.",
    );
    expect(home("U0BEN")).toContain("1 could not be delivered");
  });
});

const HOURGLASS = "hourglass_flowing_sand";

describe("while Parley is down", () => {
  it("marks replies that wait for a while, and takes the marks away when they have gone", async () => {
    const world = await startWorld({ env: QUICK });
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    parley.faults.add(/\/users\//, { kind: "status", status: 503 });

    const reply = await slack.post({ user: "U0ANNA", threadTs: ts, text: "One moment" });
    const behind = await slack.post({ user: "U0BEN", threadTs: ts, text: "Two moments" });
    await Promise.all([reply.delivered, behind.delivered]);
    world.advance(3_000);

    for (const { ts: written } of [reply, behind]) {
      await slack.waitFor(() => reactionsOn(slack, written).join() === HOURGLASS, 15_000);
    }
    parley.faults.clear();
    await parley.until(() => sentTo(world, user.id).length === 2);
    for (const { ts: written } of [reply, behind]) {
      await slack.waitFor(() => reactionsOn(slack, written).join() === "white_check_mark");
    }
    expect(sentTo(world, user.id)).toEqual(["One moment", "Two moments"]);
  });

  it("marks a reply at once when Parley asks to wait an hour, and what is written behind it, also after a restart", async () => {
    const world = await startWorld();
    const { slack, parley, log } = world;
    const { user, ts, outbox } = await handOver(world);
    const call = `POST /users/${user.id}/messages`;
    parley.faults.add(call, { kind: "rate-limited", retryAfterSeconds: 3_600 }, 1);
    const write = (text: string) => slack.post({ user: "U0ANNA", threadTs: ts, text });
    const hasTag = (reply: { ts: string }) =>
      slack.waitFor(() => reactionsOn(slack, reply.ts).join() === HOURGLASS);

    await hasTag(await write("In an hour"));
    await hasTag(await write("Behind it"));
    await world.stopBridge();
    await world.startBridge();
    await hasTag(await write("Behind that"));

    expect(attemptsIn(log, outbox).map(({ outcome }) => outcome)).toEqual(["deferred"]);
    expect(sentTo(world, user.id)).toEqual([]);
  });

  it("does not mark a reply that goes out at the third try", async () => {
    const world = await startWorld({ env: QUICK });
    const { slack, parley, log } = world;
    const { user, ts, outbox } = await handOver(world);
    parley.faults.add(`GET /users/${user.id}/owner`, { kind: "refused" }, 2);

    const reply = await slack.post({ user: "U0ANNA", threadTs: ts, text: "A hiccup" });

    await slack.waitFor(() => reactionsOn(slack, reply.ts).includes("white_check_mark"));
    const outcomes = () => attemptsIn(log, outbox).map(({ outcome }) => outcome);
    await expect.poll(outcomes, PATIENCE).toEqual(["deferred", "deferred", "done"]);
    const calls = slack.calls("reactions.add").map(({ args }) => args.name);
    expect(calls).toEqual(["white_check_mark"]);
  });

  it("gives a reply up in the end: marked as failed and no longer as waiting", async () => {
    const world = await startWorld({ env: { ...QUICK, RETRY_MAX_AGE_MS: "5000" } });
    const { slack, parley, log } = world;
    const { user, ts, outbox } = await handOver(world);
    parley.faults.add(/\/users\//, { kind: "status", status: 503 });

    const reply = await slack.post({ user: "U0ANNA", threadTs: ts, text: "Never" });
    await reply.delivered;
    world.advance(3_000);

    await slack.waitFor(() => reactionsOn(slack, reply.ts).includes(HOURGLASS), 15_000);
    world.advance(2_000);
    await slack.waitFor(() => reactionsOn(slack, reply.ts).join() === "x", 15_000);
    await slack.waitFor(() => textsTo(slack, "U0ANNA")[0]?.includes("Not delivered"));
    const last = () => attemptsIn(log, outbox).at(-1);
    await expect.poll(() => last()?.outcome, PATIENCE).toBe("dead");
    expect(Number(last()?.age_ms)).toBeGreaterThan(5_000);
    parley.faults.clear();
    await slack.post({ user: "U0ANNA", threadTs: ts, text: "Next" });
    await parley.until(() => sentTo(world, user.id).length === 1);
    expect(sentTo(world, user.id)).toEqual(["Next"]);
  });

  it("pauses as configured: doubling from the first to the cap, spread over its upper half", async () => {
    const env = { RETRY_FIRST_MS: "40", RETRY_CAP_MS: "200" };
    const world = await startWorld({ env });
    const { slack, parley, log } = world;
    const { ts, outbox } = await handOver(world);
    parley.faults.add(/\/users\//, { kind: "status", status: 503 });

    await slack.post({ user: "U0ANNA", threadTs: ts, text: "Later" });

    await expect.poll(() => attemptsIn(log, outbox).length, PATIENCE).toBeGreaterThanOrEqual(6);
    for (const [n, { next_attempt_in_ms }] of attemptsIn(log, outbox).slice(0, 6).entries()) {
      const ceiling = Math.min(200, 40 * 2 ** n);
      expect(next_attempt_in_ms).toBeGreaterThanOrEqual(ceiling / 2);
      expect(next_attempt_in_ms).toBeLessThanOrEqual(ceiling);
    }
  });

  it.each([400, 403, 404, 409, 422])("does not try again after HTTP %i", async (status) => {
    const world = await startWorld({ env: QUICK });
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    parley.faults.add(`POST /users/${user.id}/messages`, { kind: "status", status }, 1);

    const reply = await writeFirst(slack, { user: "U0ANNA", threadTs: ts, text: "Refused" });
    await slack.post({ user: "U0ANNA", threadTs: ts, text: "Next" });

    await parley.until(() => sentTo(world, user.id).length === 1);
    await slack.waitFor(() => reactionsOn(slack, reply.ts).includes("x"));
    expect(arrivedAt(world, user.id)).toHaveLength(2);
    expect(sentTo(world, user.id)).toEqual(["Next"]);
  });

  it("tries again after exactly as long as Parley asks", async () => {
    const world = await startWorld({ env: QUICK });
    const { slack, parley, log } = world;
    const { user, ts, outbox } = await handOver(world);
    const call = `POST /users/${user.id}/messages`;
    parley.faults.add(call, { kind: "rate-limited", retryAfterSeconds: 1 }, 1);

    await slack.post({ user: "U0ANNA", threadTs: ts, text: "Slowly" });

    await parley.until(() => sentTo(world, user.id).length === 1);
    expect(attemptsIn(log, outbox)[0]).toMatchObject({
      outcome: "deferred",
      next_attempt_in_ms: 1_000,
    });
    const [first, second] = arrivedAt(world, user.id).map(({ at }) => at);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(990);
  });
});
