import { describe, expect, it } from "vitest";
import { startBridgeProcess } from "../support/process.ts";
import { allTold, EAGER, envelopeOf, isTried, keepWaiting, letPass } from "../support/replies.ts";
import { sentTo } from "../support/sent.ts";
import { openStateSql } from "../support/state-sql.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { postsIn, reactionsOn, toldTo } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

/** Replies are relayed in the order of their thread: what is not sent before this one never will be. */
async function sendNext(world: World, userId: string, rootTs: string, text = "Next") {
  await world.slack.post({ user: "U0ANNA", threadTs: rootTs, text });
  await world.parley.until(() => sentTo(world, userId).includes(text));
}

const lockedInTime = ({ log }: World) =>
  log.lines.filter(({ event }) => event === "reply.locked").map(({ fields }) => fields.in_time);

describe("a message that begins as a note", () => {
  it("is never relayed, and is marked", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, root } = await handOver(world);
    const inThread = { threadTs: root.ts, user: "U0ANNA" };
    const plain = ["// secret", "//secret", "note: secret", "Note: secret", "NOTE:secret"];
    const styled = ["\n  // secret", "*note:* secret", "_// secret_"];

    const notes: { readonly ts: string }[] = [];
    for (const text of [...plain, ...styled]) {
      notes.push(await slack.post({ ...inThread, text }));
    }
    for (const subtype of ["thread_broadcast", "me_message"] as const) {
      notes.push(await slack.post({ ...inThread, text: "note: secret", subtype }));
    }
    notes.push(
      await slack.shareFile({
        ...inThread,
        name: "secret.png",
        mimetype: "image/png",
        bytes: Buffer.from("secret"),
        text: "note: secret",
      }),
    );
    await slack.post({ ...inThread, text: "&gt;&gt; a plain reply" });
    await slack.post({ ...inThread, text: "A note: not one at all // really" });

    await sendNext(world, user.id, root.ts);
    expect(sentTo(world, user.id)).toHaveLength(3);
    expect(sentTo(world, user.id).join()).not.toContain("secret");
    await slack.waitFor(() => notes.every(({ ts }) => reactionsOn(slack, ts).length > 0));
    expect(notes.map(({ ts }) => reactionsOn(slack, ts))).toEqual(notes.map(() => ["lock"]));
    expect(await allTold(world, root.ts)).toEqual([]);
  });

  it("stays a note when its event comes again, also after a restart", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, root } = await handOver(world);
    const { ts, delivered } = await slack.post({
      user: "U0ANNA",
      threadTs: root.ts,
      text: "// secret",
    });
    await delivered;
    const { event_id, event } = envelopeOf(slack, ts);

    expect(await slack.redeliver(event_id)).toMatchObject({ status: "delivered" });
    await world.stopBridge();
    await world.startBridge();
    expect(await slack.redeliver(event_id)).toMatchObject({ status: "delivered" });
    // As if Slack had forgotten by now how it began.
    expect(await slack.sendEvent({ ...event, text: "secret" })).toMatchObject({
      status: "delivered",
    });

    await sendNext(world, user.id, root.ts);
    expect(sentTo(world, user.id)).toEqual(["Next"]);
    await slack.waitFor(() => reactionsOn(slack, ts).length > 0);
    expect(reactionsOn(slack, ts)).toEqual(["lock"]);
  });

  it("is marked and not relayed when its event was lost and it is read back", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, root } = await handOver(world);
    const stopDropping = slack.dropEvents(() => true);
    const lost = { user: "U0ANNA", threadTs: root.ts };
    const note = await slack.post({ ...lost, text: "note: secret" });
    await slack.post({ ...lost, text: "Not a note" });
    stopDropping();
    await world.stopBridge();
    await world.startBridge();

    await world.parley.until(() => sentTo(world, user.id).includes("Not a note"));
    await slack.waitFor(() => reactionsOn(slack, note.ts).includes("lock"));
    await sendNext(world, user.id, root.ts);
    expect(sentTo(world, user.id)).toEqual(["Not a note", "Next"]);
  });

  it("is marked and not relayed when the bridge is killed over it", async () => {
    const world = await startWorld({ stopped: true });
    const { slack, parley } = world;
    const first = await startBridgeProcess(world);
    const user = parley.createUser();
    await parley.handOver({ userId: user.id, to: parley.agentService.identification });
    const root = await slack.waitFor(() => slack.state.messages[0]);
    // The thread takes replies once a message of the User is in it.
    await parley.userWrites(user.id, "Hello");
    await slack.waitFor(() => postsIn(slack, root.ts)[0]);
    slack.faults.add("reactions.add", { kind: "refused" });
    const { ts } = await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "// secret" });
    await slack.waitFor(() => slack.calls("reactions.add").length > 0);

    first.signal("SIGKILL");
    await first.exited;
    slack.faults.clear();
    await world.startBridge();

    await slack.waitFor(() => reactionsOn(slack, ts).includes("lock"), PATIENCE.timeout);
    expect(await slack.redeliver(envelopeOf(slack, ts).event_id)).toMatchObject({
      status: "delivered",
    });
    await sendNext(world, user.id, root.ts);
    expect(sentTo(world, user.id)).toEqual(["Next"]);
  });

  it("says nothing in threads that are none of ours", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, root } = await handOver(world);
    const theirs = await slack.post({ user: "U0BEN", text: "A thread of people" });
    const note = await slack.post({ user: "U0ANNA", threadTs: theirs.ts, text: "// ours" });
    await sendNext(world, user.id, root.ts);
    expect(await allTold(world, root.ts)).toEqual([]);
    expect(reactionsOn(slack, note.ts)).toEqual([]);
  });
});

describe("a lock on a message", () => {
  it("keeps it inside while it waits for Parley, for whoever puts it there", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack } = world;
    const { user, root } = await handOver(world);
    const letGo = keepWaiting(world, user.id);
    const { ts } = await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "secret" });
    await isTried(world, user.id);

    expect(await slack.react({ user: "U0BEN", ts, name: "lock" })).toMatchObject({
      status: "delivered",
    });
    letGo();

    await sendNext(world, user.id, root.ts);
    expect(sentTo(world, user.id)).toEqual(["Next"]);
    expect(lockedInTime(world)).toEqual([true]);
    expect(reactionsOn(slack, ts)).not.toContain("white_check_mark");
    expect(await allTold(world, root.ts)).toEqual([]);
  });

  it("keeps it inside while it can be undone", async () => {
    const world = await startWorld({ env: { UNDO_SECONDS: "30" } });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const inThread = { user: "U0ANNA", threadTs: root.ts };
    const { ts } = await slack.post({ ...inThread, text: "secret" });
    await slack.react({ user: "U0ANNA", ts, name: "lock" });
    await (await slack.post({ ...inThread, text: "Next" })).delivered;
    await letPass(world, 30_000);
    await parley.until(() => sentTo(world, user.id).includes("Next"));
    expect(lockedInTime(world)).toEqual([true]);
    expect(sentTo(world, user.id)).toEqual(["Next"]);
  });

  it("keeps it inside when it is heard of before the message, also after a restart", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, root } = await handOver(world);
    const held = slack.holdEvents();
    const { ts } = await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "secret" });
    void slack.react({ user: "U0ANNA", ts, name: "lock" });
    await slack.waitFor(() => held.events.length === 2);
    await held.release("lifo");
    await world.stopBridge();
    await world.startBridge();
    await slack.redeliver(envelopeOf(slack, ts).event_id);
    await sendNext(world, user.id, root.ts);
    expect(sentTo(world, user.id)).toEqual(["Next"]);
  });

  it("keeps it inside when both events were lost and the thread is read back", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, root } = await handOver(world);
    const stopDropping = slack.dropEvents(() => true);
    const { ts } = await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "secret" });
    await slack.react({ user: "U0ANNA", ts, name: "lock" });
    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "No secret" });
    stopDropping();
    await world.stopBridge();
    await world.startBridge();
    await world.parley.until(() => sentTo(world, user.id).includes("No secret"));
    await sendNext(world, user.id, root.ts);
    expect(sentTo(world, user.id)).toEqual(["No secret", "Next"]);
  });

  it("changes nothing once it is sent", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, root } = await handOver(world);
    const { ts } = await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Hello" });
    await slack.waitFor(() => reactionsOn(slack, ts).includes("white_check_mark"));
    await slack.react({ user: "U0ANNA", ts, name: "lock" });
    await sendNext(world, user.id, root.ts);
    expect(sentTo(world, user.id)).toEqual(["Hello", "Next"]);
    expect(lockedInTime(world)).toEqual([false]);
    expect(await allTold(world, root.ts)).toEqual([]);
  });

  it("means nothing on what the User wrote, nor does another reaction on a reply", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    await parley.userWrites(user.id, "Hello?");
    const post = await slack.waitFor(() => postsIn(slack, root.ts)[0]);
    await slack.react({ user: "U0ANNA", ts: post.ts, name: "lock" });
    const letGo = keepWaiting(world, user.id);
    const { ts } = await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Reply" });
    await isTried(world, user.id);
    await slack.react({ user: "U0ANNA", ts, name: "key" });
    letGo();
    await sendNext(world, user.id, root.ts);
    expect(sentTo(world, user.id)).toEqual(["Reply", "Next"]);
    expect(toldTo(slack, "U0ANNA", root.ts)).toEqual([]);
  });

  it("leaves nothing behind outside of our threads", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, root } = await handOver(world);
    const general = await slack.post({ user: "U0BEN", text: "Lunch?" });
    const inThread = await slack.post({ user: "U0ANNA", threadTs: general.ts, text: "Yes" });
    const colleagues = await slack.post({ user: "U0BEN", threadTs: general.ts, text: "When?" });
    const state = await openStateSql(world);
    const rows = () => state.ask("SELECT id FROM outbox");
    const before = await rows();

    for (const { ts } of [general, inThread, colleagues, root]) {
      expect(await slack.react({ user: "U0ANNA", ts, name: "lock" })).toMatchObject({
        status: "delivered",
      });
    }

    expect(await rows()).toEqual(before);
    await state.close();
    await sendNext(world, user.id, root.ts);
    expect(sentTo(world, user.id)).toEqual(["Next"]);
  });

  it("counts also where Slack does not say what thread the message is in", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack } = world;
    const { user, root } = await handOver(world);
    slack.faults.add("conversations.replies", { kind: "status", status: 500 });
    const held = slack.holdEvents();
    const { ts } = await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "secret" });
    void slack.react({ user: "U0ANNA", ts, name: "lock" });
    await slack.waitFor(() => held.events.length === 2);
    await held.release("lifo");
    slack.faults.clear();
    await sendNext(world, user.id, root.ts);
    expect(sentTo(world, user.id)).toEqual(["Next"]);
  });
});
