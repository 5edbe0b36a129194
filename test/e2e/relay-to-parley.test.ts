import { describe, expect, it } from "vitest";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import { requestsToSend, sentTo } from "../support/sent.ts";
import { handOver, PATIENCE, writeFirst } from "../support/steps.ts";
import { postsIn, reactionsOn, textOf, toldTo } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

const eventOf = (slack: FakeSlack, ts: string) =>
  [...slack.sentEvents.values()].find(({ event }) => event.ts === ts);

describe("what agents write in the thread", () => {
  it("reaches the User in order, with each agent's name and picture", async () => {
    const world = await startWorld({
      slack: {
        members: [
          {
            id: "U0ANNA",
            name: "anna",
            displayName: "Anna",
            imageUrl: "https://a.example/anna.png",
          },
          {
            id: "U0BEN",
            name: "ben",
            realName: "Ben Okafor",
            imageUrl: "https://a.example/ben.png",
          },
        ],
      },
    });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const inThread = { threadTs: root.ts };

    await writeFirst(slack, { ...inThread, user: "U0ANNA", text: "plain &amp; &lt;simple&gt;" });
    await writeFirst(slack, {
      ...inThread,
      user: "U0BEN",
      text: "to all",
      subtype: "thread_broadcast",
    });
    await writeFirst(slack, { ...inThread, user: "U0ANNA", text: "waves", subtype: "me_message" });
    await slack.post({ ...inThread, user: "U0BEN", text: "done" });

    await parley.until(() => sentTo(world, user.id).includes("done"));
    const [anna, ben] = [
      { name: "Anna", avatar: "https://a.example/anna.png" },
      { name: "Ben Okafor", avatar: "https://a.example/ben.png" },
    ].map((agent) => expect.objectContaining(agent));
    expect(parley.sent(user.id).map(({ message, agent }) => [message, agent])).toEqual([
      ["plain & \\<simple>", anna],
      ["to all", ben],
      ["waves", anna],
      ["done", ben],
    ]);
    const ids = parley.sent(user.id).map(({ agent }) => String(agent?.id));
    expect(ids[0]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[1]);
    for (const id of ids) expect(id).toMatch(/^\d+$/);
  });
});

describe("what is no reply to the User", () => {
  it("is not sent: our own posts, other bots, edits, deletions, joins, previews, other places", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    slack.state.quirks.messageReplied = true;
    const { user, root } = await handOver(world, { metadata: { reason: "help" } });
    const place = { channel: slack.channel, channel_type: "channel", thread_ts: root.ts };
    const ts = (n: number) => `1700000000.00000${n}`;
    const message = { type: "message", ...place, user: "U0ANNA", parent_user_id: slack.botUserId };
    await parley.userWrites(user.id, "Our own post about this is no reply");
    await slack.waitFor(() => postsIn(slack, root.ts).length > 0);
    const first = await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "first" });
    await parley.until(() => sentTo(world, user.id).includes("first"));

    const outcomes = await Promise.all([
      slack.edit({ user: "U0ANNA", ts: first.ts, text: "first, edited" }),
      slack.sendEvent({
        ...message,
        ts: ts(1),
        text: "a bot that is also a member",
        bot_id: "B0OTHER",
      }),
      slack.sendEvent({
        ...message,
        ts: ts(2),
        text: "a bot",
        subtype: "bot_message",
        user: undefined,
        bot_id: "B0OTHER",
      }),
      slack.sendEvent({ ...message, ts: ts(3), text: "joined", subtype: "channel_join" }),
      slack.sendEvent({ ...message, ts: ts(4), text: "hidden", hidden: true }),
      slack.sendEvent({ ...message, ts: ts(5), text: "first", message: { text: "unfurled" } }),
      slack.sendEvent({
        ...message,
        ts: ts(6),
        text: "old",
        subtype: "message_deleted",
        hidden: true,
      }),
      slack.post({ user: "U0ANNA", text: "outside of threads" }).then(({ delivered }) => delivered),
    ]);
    const others = await slack.post({ user: "U0BEN", text: "A thread of people" });
    await slack.post({ user: "U0ANNA", threadTs: others.ts, text: "among ourselves" });
    const gone = await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "second" });
    await parley.until(() => sentTo(world, user.id).includes("second"));
    outcomes.push(await slack.remove({ user: "U0ANNA", ts: gone.ts }));
    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "last" });

    await parley.until(() => sentTo(world, user.id).includes("last"));
    expect(sentTo(world, user.id)).toEqual(["first", "second", "last"]);
    expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => "delivered"));
    const stored = world.log.lines.filter(({ event }) => event === "reply.stored");
    expect(stored.filter(({ fields }) => fields.kind === "reply")).toHaveLength(3);
  });

  it("is not sent again: the same event, or another about the same message, also after a restart", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const { ts, delivered } = await slack.post({
      user: "U0ANNA",
      threadTs: root.ts,
      text: "Hello",
    });
    await delivered;
    const envelope = eventOf(slack, ts);
    if (!envelope) throw new Error("Slack sent no event");
    const again = async () => {
      for (const outcome of [
        await slack.redeliver(envelope.event_id),
        await slack.sendEvent(envelope.event),
      ]) {
        expect(outcome).toMatchObject({ status: "delivered" });
      }
    };

    await again();
    await parley.until(() => sentTo(world, user.id).length > 0);
    await again();
    await world.stopBridge();
    await world.startBridge();
    await again();

    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Bye" });
    await parley.until(() => sentTo(world, user.id).includes("Bye"));
    expect(sentTo(world, user.id)).toEqual(["Hello", "Bye"]);
  });
});

describe("a reply that may not be sent", () => {
  it("stays when another Service took the User unnoticed, and root and author learn of it", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const other = parley.addService({ name: "Night shift" });
    const { user, root } = await handOver(world);
    await parley.handOver({ userId: user.id, to: other.identification });

    const { ts } = await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Hello" });
    const told = await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts)[0]);
    await slack.waitFor(() => /\*Taken over\* by Night shift/.test(textOf(root)));
    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Hello?" });
    await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts).length === 2);

    expect(told.text).toMatch(/^:no_entry: \*Not sent\.\* Night shift has this User now/);
    expect(reactionsOn(slack, ts)).toEqual(["x"]);
    expect(requestsToSend(world, user.id)).toBe(0);
  });
});

describe("a reply that Parley does not take", () => {
  it("gets another reaction, and its author alone is told why and may send it again", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    parley.faults.add(`POST /users/${user.id}/messages`, { kind: "status", status: 400 }, 1);

    const { ts } = await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Refused" });
    await slack.post({ user: "U0BEN", threadTs: root.ts, text: "Accepted" });

    const told = await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts)[0]);
    expect(told.text).toMatch(/^:x: \*Not delivered\.\* Parley refused it \(HTTP 400\)\./);
    expect(toldTo(slack, "U0BEN", root.ts)).toEqual([]);
    expect(reactionsOn(slack, ts)).toEqual(["x"]);
    await parley.until(() => sentTo(world, user.id).includes("Accepted"));
    await click(world, told, "parley_send_again");
    await parley.until(() => sentTo(world, user.id).includes("Refused"));
    await slack.waitFor(() => reactionsOn(slack, ts).includes("white_check_mark"));
    expect(sentTo(world, user.id)).toEqual(["Accepted", "Refused"]);
  });

  it("is told of, with Parley's own reason, once nobody can have merged the User any more", async () => {
    const seldom = { RETRY_FIRST_MS: "60000", RETRY_CAP_MS: "60000" };
    const world = await startWorld({ env: seldom });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    parley.state.users.delete(user.id);

    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Hello" });
    await parley.until(() => requestsToSend(world, user.id) > 0);
    expect(toldTo(slack, "U0ANNA", root.ts)).toEqual([]);

    const later = () => {
      world.advance(60_000);
      return toldTo(slack, "U0ANNA", root.ts).map(({ text }) => text);
    };
    await expect
      .poll(later, { ...PATIENCE, interval: 200 })
      .toEqual([expect.stringContaining("Parley refused it (user_not_found).")]);
  });

  it("is sent once when Parley was only busy", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const fault = { kind: "rate-limited", retryAfterSeconds: 0 } as const;
    parley.faults.add(`POST /users/${user.id}/messages`, fault, 2);

    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Hello" });

    await parley.until(() => sentTo(world, user.id).length > 0);
    expect(sentTo(world, user.id)).toEqual(["Hello"]);
    expect(requestsToSend(world, user.id)).toBe(3);
    expect(toldTo(slack, "U0ANNA", root.ts)).toEqual([]);
  });
});

describe("a reply whose fate nobody knows", () => {
  it("is not sent twice, and its author is asked", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root, ts, told } = await replyUncertain(world);

    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Next" });

    await parley.until(() => sentTo(world, user.id).includes("Next"));
    expect(told.text).toMatch(/^:grey_question: \*Perhaps not delivered\.\*/);
    expect(textOf(told).split("\n")).toEqual(expect.arrayContaining(["Send again", "It arrived"]));
    expect(reactionsOn(slack, ts)).toEqual(["grey_question"]);
    expect(requestsToSend(world, user.id)).toBe(2);
  });

  it("is sent again once, however often the agent clicks", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root, told } = await replyUncertain(world);

    await Promise.all([
      click(world, told, "parley_send_again"),
      click(world, told, "parley_send_again"),
    ]);

    await parley.until(() => sentTo(world, user.id).length === 2);
    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Next" });
    await parley.until(() => sentTo(world, user.id).includes("Next"));
    expect(sentTo(world, user.id)).toEqual(["Perhaps", "Perhaps", "Next"]);
  });

  it("is dismissed for good when the agent says that it arrived", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root, ts, told } = await replyUncertain(world);

    // The agent's window may still show the buttons.
    const stale = structuredClone(told);
    await click(world, told, "parley_it_arrived");
    await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts).length === 0);
    await slack.waitFor(() => reactionsOn(slack, ts).join() === "white_check_mark");
    Object.assign(told, stale, { deleted: false });
    await click(world, told, "parley_send_again");
    await slack.waitFor(() => /dismissed already/.test(told.text));

    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Next" });
    await parley.until(() => sentTo(world, user.id).includes("Next"));
    expect(sentTo(world, user.id)).toEqual(["Perhaps", "Next"]);
  });
});

async function replyUncertain(world: World) {
  const { slack, parley } = world;
  const { user, root } = await handOver(world);
  parley.faults.add(`POST /users/${user.id}/messages`, { kind: "lost-answer" }, 1);
  const { ts } = await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Perhaps" });
  const told = await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts)[0]);
  return { user, root, ts, told };
}

const click = ({ slack }: World, { channel, ts, user }: Told, actionId: string) =>
  slack.click({ user, channel, ts, actionId });

type Told = FakeSlack["state"]["ephemerals"][number];
