import { describe, expect, it } from "vitest";
import {
  allTold,
  EAGER,
  envelopeOf,
  isTried,
  keepWaiting,
  letPass,
  press,
} from "../support/replies.ts";
import { requestsToSend, sentTo } from "../support/sent.ts";
import { handOver } from "../support/steps.ts";
import { postsIn, reactionsOn, textOf, toldTo } from "../support/threads.ts";
import { type Env, startWorld, type World } from "../support/world.ts";

async function openThread(env: Env = EAGER) {
  const world = await startWorld({ env });
  const { user, root } = await handOver(world);
  const { slack, parley } = world;
  const inThread = { user: "U0ANNA", threadTs: root.ts };
  return {
    world,
    slack,
    parley,
    user,
    root,
    /** Replies are relayed in the order of their thread: what is not sent before this one never will be. */
    async sendNext(text = "Next") {
      const marker = env.REPLY_MODE === "explicit" ? "&gt;&gt; " : "";
      await slack.post({ ...inThread, text: `${marker}${text}` });
      await parley.until(() => sentTo(world, user.id).includes(text));
    },
    write: (text: string) => slack.post({ ...inThread, text }),
    /** Writes something and waits until the User has it. */
    async send(text: string) {
      const { ts } = await slack.post({ ...inThread, text });
      await slack.waitFor(() => reactionsOn(slack, ts).includes("white_check_mark"));
      return ts;
    },
    edit: (ts: string, text: string) => slack.edit({ user: "U0ANNA", ts, text }),
    remove: (ts: string) => slack.remove({ user: "U0ANNA", ts }),
    told: (count = 1) => slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts)[count - 1]),
    allTold: () => allTold(world, root.ts),
  };
}

/** Stops a reply between the bridge's reading of it and its sending; resolves once it is there, with what lets it go. */
async function stopOnTheWay(
  { parley }: World,
  userId: string,
  write: () => Promise<unknown>,
): Promise<() => void> {
  const answer = Promise.withResolvers<void>();
  parley.faults.add(`GET /users/${userId}/owner`, { kind: "held", until: answer.promise }, 1);
  await write();
  await parley.until(() =>
    parley.requests.some(({ path, method }) => method === "GET" && path.endsWith("/owner")),
  );
  return answer.resolve;
}

describe("a reply that is edited before it has gone", () => {
  it("goes with its new text, and nobody is asked", async () => {
    const { world, user, write, edit, sendNext, allTold: told } = await openThread();
    const letGo = keepWaiting(world, user.id);
    const { ts } = await write("Helo");
    await isTried(world, user.id);
    await edit(ts, "Hell");
    await edit(ts, "Hello");
    letGo();
    await sendNext();
    expect(sentTo(world, user.id)).toEqual(["Hello", "Next"]);
    expect(await told()).toEqual([]);
  });

  it("goes with its new text while it can be undone", async () => {
    const { world, parley, user, write, edit } = await openThread({ UNDO_SECONDS: "30" });
    const { ts } = await write("Helo");
    await edit(ts, "Hello");
    await (await write("Next")).delivered;
    await letPass(world, 30_000);
    await parley.until(() => sentTo(world, user.id).includes("Next"));
    expect(sentTo(world, user.id)).toEqual(["Hello", "Next"]);
  });

  it("goes once, with its new text, though the bridge had the old one in its hands", async () => {
    const { world, slack, user, write, edit, sendNext, allTold: told } = await openThread();
    let ts = "";
    const letGo = await stopOnTheWay(world, user.id, async () => {
      ({ ts } = await write("Helo"));
    });
    await edit(ts, "Hello");
    letGo();
    await sendNext();
    expect(sentTo(world, user.id)).toEqual(["Hello", "Next"]);
    expect(await told()).toEqual([]);
    await slack.waitFor(() => reactionsOn(slack, ts).length > 0);
    expect(reactionsOn(slack, ts)).toEqual(["white_check_mark"]);
  });

  it("stays inside when it became a note, and is marked, also if that is told twice", async () => {
    const { world, slack, user, write, edit, sendNext, allTold: told } = await openThread();
    const letGo = keepWaiting(world, user.id);
    const { ts } = await write("secret");
    await isTried(world, user.id);
    await edit(ts, "// secret");
    await slack.redeliver(envelopeOf(slack, ts, "message_changed").event_id);
    letGo();
    await sendNext();
    expect(sentTo(world, user.id)).toEqual(["Next"]);
    expect(await told()).toEqual([]);
    await slack.waitFor(() => reactionsOn(slack, ts).includes("lock"));
  });

  it("goes with its new text when it failed and is sent again", async () => {
    const { world, slack, parley, user, write, edit, told, allTold: all } = await openThread();
    parley.faults.add(`POST /users/${user.id}/messages`, { kind: "status", status: 400 }, 1);
    const { ts } = await write("Refused");
    const failed = await told();
    await edit(ts, "Accepted");
    expect(await all()).toHaveLength(1);
    await press(world, failed, "parley_send_again");
    await slack.waitFor(() => reactionsOn(slack, ts).includes("white_check_mark"));
    expect(sentTo(world, user.id)).toEqual(["Accepted"]);
  });

  it.each(["late", "never"])(
    "goes once, with its new text, when its own event comes %s",
    async (when) => {
      const { slack, user, world, write, edit, sendNext, allTold: told } = await openThread();
      const isOriginal = ({ subtype, text }: Readonly<Record<string, unknown>>) =>
        subtype === undefined && text === "Helo";
      const stopDropping = slack.dropEvents(isOriginal);
      const { ts } = await write("Helo");
      stopDropping();
      await edit(ts, "Hello");
      if (when === "late") await slack.redeliver(envelopeOf(slack, ts).event_id);
      await world.stopBridge();
      await world.startBridge();
      await sendNext();
      expect(sentTo(world, user.id)).toEqual(["Hello", "Next"]);
      expect(await told()).toEqual([]);
    },
  );

  it("waits for its writer with REPLY_MODE=explicit once its >> is gone", async () => {
    const thread = await openThread({ ...EAGER, REPLY_MODE: "explicit" });
    const { world, user, write, edit, sendNext, told } = thread;
    const letGo = keepWaiting(world, user.id);
    const { ts } = await write("&gt;&gt; Your refund");
    await isTried(world, user.id);
    await edit(ts, "Your refund?");
    letGo();
    const asked = await told();
    expect(asked.text).toContain("The User does not have this message");
    await sendNext();
    expect(sentTo(world, user.id)).toEqual(["Next"]);
    await press(world, asked, "parley_send_again");
    await world.parley.until(() => sentTo(world, user.id).includes("Your refund?"));
  });
});

describe("a reply that is edited after it has gone", () => {
  it("sends nothing by itself and asks its writer alone", async () => {
    const { world, slack, user, root, send, edit, sendNext, told } = await openThread();
    const ts = await send("Helo");
    await edit(ts, "Hello");
    const asked = await told();
    expect(asked.text).toContain("The User has the text as it was before");
    expect(textOf(asked).split("\n")).toEqual(
      expect.arrayContaining(["Send correction", "Leave it"]),
    );
    await sendNext();
    expect(sentTo(world, user.id)).toEqual(["Helo", "Next"]);
    expect(await allTold(world, root.ts, "U0BEN")).toEqual([]);
    expect(postsIn(slack, root.ts)).toHaveLength(0);
  });

  it("goes as a correction once, however often its writer presses", async () => {
    const { world, user, send, edit, sendNext, told } = await openThread();
    const ts = await send("Helo");
    await edit(ts, "Hello");
    const asked = await told();
    const stale = structuredClone(asked);
    await Promise.all([
      press(world, asked, "parley_send_again"),
      press(world, stale, "parley_send_again"),
    ]);
    await world.parley.until(() => sentTo(world, user.id).includes("Hello"));
    await sendNext();
    expect(sentTo(world, user.id)).toEqual(["Helo", "Hello", "Next"]);
    expect(requestsToSend(world, user.id)).toBe(3);
  });

  it("is left as it is for good, also after a restart", async () => {
    const { world, slack, user, send, edit, sendNext, told } = await openThread();
    const ts = await send("Helo");
    await edit(ts, "Hello");
    const asked = await told();
    const stale = structuredClone(asked);
    await world.stopBridge();
    await world.startBridge();
    await press(world, asked, "parley_dismiss");
    await slack.waitFor(() => asked.deleted);
    Object.assign(asked, stale, { deleted: false });
    await press(world, asked, "parley_send_again");
    await slack.waitFor(() => /sent or dismissed already/.test(asked.text));
    await sendNext();
    expect(sentTo(world, user.id)).toEqual(["Helo", "Next"]);
  });

  it("asks once for each edit, however often it is told", async () => {
    const { slack, send, edit, allTold: told } = await openThread();
    const ts = await send("one");
    await edit(ts, "two");
    await slack.redeliver(envelopeOf(slack, ts, "message_changed").event_id);
    await edit(ts, "three");
    expect(await told()).toHaveLength(2);
  });

  it("asks nothing where only a preview of a link was added", async () => {
    const { world, slack, user, send, sendNext, allTold: told } = await openThread();
    const ts = await send("See https://example.com");
    const { event } = envelopeOf(slack, ts);
    const message = { ...event, attachments: [{ title: "Example", id: 1 }] };
    await slack.sendEvent({
      type: "message",
      subtype: "message_changed",
      hidden: true,
      channel: slack.channel,
      ts: "1800000000.000100",
      event_ts: "1800000000.000100",
      message,
      previous_message: event,
    });
    await sendNext();
    expect(sentTo(world, user.id)).toHaveLength(2);
    expect(await told()).toEqual([]);
  });

  it("cannot become a note any more, and its writer is told", async () => {
    const { world, user, send, edit, sendNext, allTold: told } = await openThread();
    const ts = await send("secret");
    await edit(ts, "note: secret");
    expect(await told()).toEqual([expect.stringContaining("The User has this message already")]);
    await sendNext();
    expect(sentTo(world, user.id)).toEqual(["secret", "Next"]);
  });
});

describe("a note that is edited", () => {
  it("goes only when its writer says so, and then loses its lock", async () => {
    const { world, slack, user, write, edit, sendNext, told } = await openThread();
    const { ts } = await write("// Your parcel is found");
    await slack.waitFor(() => reactionsOn(slack, ts).includes("lock"));
    await edit(ts, "Your parcel is found");
    const asked = await told();
    expect(asked.text).toContain("The User does not have this message");
    await sendNext();
    expect(sentTo(world, user.id)).toEqual(["Next"]);
    await press(world, asked, "parley_send_again");
    await world.parley.until(() => sentTo(world, user.id).length === 2);
    await slack.waitFor(() => reactionsOn(slack, ts).join() === "white_check_mark");
  });

  it("is not read back as a reply when its own event was lost", async () => {
    const { world, slack, user, write, edit, sendNext, told } = await openThread();
    const stopDropping = slack.dropEvents(1);
    const { ts } = await write("// internal");
    stopDropping();
    await edit(ts, "internal");
    expect((await told()).text).toContain("The User does not have this message");
    const rounds = () => world.log.lines.filter(({ event }) => event === "repair.done").length;
    await world.stopBridge();
    const before = rounds();
    await world.startBridge();
    await expect.poll(rounds).toBeGreaterThan(before);
    await sendNext();
    expect(sentTo(world, user.id)).toEqual(["Next"]);
  });

  it("stays a note without a word where it still is one", async () => {
    const { world, slack, user, write, edit, sendNext, allTold: told } = await openThread();
    const { ts } = await write("// one");
    await slack.waitFor(() => reactionsOn(slack, ts).includes("lock"));
    await edit(ts, "note: two");
    await sendNext();
    expect(sentTo(world, user.id)).toEqual(["Next"]);
    expect(await told()).toEqual([]);
  });
});

describe("a message that is edited after it was kept inside", () => {
  it.each([
    ["by a lock", "U0ANNA"],
    ["by a colleague's lock", "U0BEN"],
  ])("is never said to have reached the User: %s", async (_, locker) => {
    const { world, slack, user, write, edit, told } = await openThread();
    const letGo = keepWaiting(world, user.id);
    const { ts } = await write("secret");
    await isTried(world, user.id);
    await slack.react({ user: locker, ts, name: "lock" });
    letGo();
    await edit(ts, "no secret");
    expect((await told()).text).toContain("The User does not have this message");
  });
});

describe("a reply that is deleted", () => {
  it("does not go if it has not gone, and is never said to have, however often that is told", async () => {
    const { world, slack, user, write, remove, sendNext, allTold: told } = await openThread();
    const letGo = keepWaiting(world, user.id);
    const { ts } = await write("oops");
    await isTried(world, user.id);
    await remove(ts);
    await slack.redeliver(envelopeOf(slack, ts, "message_deleted").event_id);
    letGo();
    await sendNext();
    expect(sentTo(world, user.id)).toEqual(["Next"]);
    expect(await told()).toEqual([]);
  });

  it("does not go though the bridge had it in its hands", async () => {
    const { world, user, write, remove, sendNext, allTold: told } = await openThread();
    let ts = "";
    const letGo = await stopOnTheWay(world, user.id, async () => {
      ({ ts } = await write("oops"));
    });
    await remove(ts);
    letGo();
    await sendNext();
    expect(sentTo(world, user.id)).toEqual(["Next"]);
    expect(await told()).toEqual([]);
  });

  it("is with the User for good once it has gone, and its writer is told once", async () => {
    const { world, slack, user, send, remove, allTold: told } = await openThread();
    const ts = await send("oops");
    await remove(ts);
    await slack.redeliver(envelopeOf(slack, ts, "message_deleted").event_id);
    expect(await told()).toEqual([expect.stringContaining("Parley cannot take it back")]);
    expect(sentTo(world, user.id)).toEqual(["oops"]);
  });

  it("is no loss where the User never had it: notes, what failed, what was kept inside", async () => {
    const thread = await openThread({ ...EAGER, REPLY_MODE: "explicit" });
    const { world, slack, parley, user, write, remove, told, allTold: all } = thread;
    const note = await write("// note");
    const inside = await write("internal");
    await press(world, await told(1), "parley_dismiss");
    parley.faults.add(`POST /users/${user.id}/messages`, { kind: "status", status: 400 }, 1);
    const failed = await write("&gt;&gt; refused");
    await slack.waitFor(() => reactionsOn(slack, failed.ts).includes("x"));
    const before = await all();

    for (const { ts } of [note, inside, failed]) await remove(ts);

    expect(await all()).toEqual(before);
  });
});
