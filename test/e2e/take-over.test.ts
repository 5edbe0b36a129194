import { describe, expect, it } from "vitest";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import { EAGER, press } from "../support/replies.ts";
import { requestsToSend, sentTo } from "../support/sent.ts";
import { openStateSql } from "../support/state-sql.ts";
import { handBack, handOver } from "../support/steps.ts";
import { postsIn, reactionsOn, rootsAbout, textOf, toldTo } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

type Message = FakeSlack["state"]["messages"][number];

const TAKE_OVER = "parley_take_over";

/** Ben wrote in a thread whose User another Service has; he has been told, with buttons. */
async function refusedReply(world: World, text = "It ships today") {
  const { user, root } = await handOver(world);
  await handBack(world, root);
  const { ts, told } = await refuse(world, root, text);
  return { user, root, ts, told };
}

async function refuse({ slack }: World, root: Message, text: string) {
  const before = toldTo(slack, "U0BEN", root.ts).length;
  const { ts } = await slack.post({ user: "U0BEN", threadTs: root.ts, text });
  const told = await slack.waitFor(() => toldTo(slack, "U0BEN", root.ts)[before]);
  return { ts, told };
}

const takenOver = ({ parley }: World, userId: string): number =>
  parley.requests.filter(
    ({ method, path, body }) =>
      method === "PUT" &&
      path === `/users/${userId}/owner` &&
      (body as { newOwner?: string }).newOwner === parley.agentService.identification,
  ).length;

const linkTo = (ts: string) => `/p${ts.replace(".", "")}`;

/** A world whose Users' replies are tried again at once. */
const startEager = () => startWorld({ env: EAGER });

describe("a reply that is refused because another Service has the User", () => {
  it("can be sent by taking the User over, after a question, exactly this reply, once", async () => {
    const world = await startEager();
    const { slack, parley } = world;
    const { user, root, ts, told } = await refusedReply(world);
    expect(textOf(told)).toMatch(/Take over and send/);
    expect(textOf(told)).toMatch(/Leave it/);
    expect(textOf(told)).toMatch(/Take the User over\?/);

    await press(world, told, TAKE_OVER);

    await parley.until(() => sentTo(world, user.id).length > 0);
    expect(parley.user(user.id).owner).toBe(parley.agentService.identification);
    await slack.waitFor(() => reactionsOn(slack, ts).join() === "white_check_mark");
    const newer = await slack.waitFor(() => rootsAbout(slack, user.id)[1]);
    const [notice] = await slack.waitFor(() => {
      const posts = postsIn(slack, newer.ts);
      return posts.length > 0 ? posts : undefined;
    });
    expect(notice?.text).toMatch(/<@U0BEN> took this User over/);
    expect(notice?.text).toContain(linkTo(ts));
    await slack.waitFor(() => textOf(root).includes(linkTo(newer.ts)));
    expect(sentTo(world, user.id)).toEqual(["It ships today"]);
    expect(requestsToSend(world, user.id)).toBe(1);
    expect(takenOver(world, user.id)).toBe(1);
    await parley.userWrites(user.id, "Thank you");
    await slack.waitFor(() => postsIn(slack, newer.ts).some(({ text }) => text === "Thank you"));
  });

  it("is offered so also if the User was taken away unnoticed, and to everyone in the thread", async () => {
    const world = await startEager();
    const { slack, parley } = world;
    const night = parley.addService({ name: "Night shift" });
    const { user, root } = await handOver(world);
    await parley.handOver({ userId: user.id, to: night.identification });
    await refuse(world, root, "It ships today");
    const post = await slack.waitFor(() =>
      postsIn(slack, root.ts).find(({ blocks }) => JSON.stringify(blocks).includes(TAKE_OVER)),
    );

    await slack.click({ user: "U0ANNA", channel: slack.channel, ts: post.ts, actionId: TAKE_OVER });

    await parley.until(() => sentTo(world, user.id).length > 0);
    expect(sentTo(world, user.id)).toEqual(["It ships today"]);
    const newer = await slack.waitFor(() => rootsAbout(slack, user.id)[1]);
    await slack.waitFor(() =>
      postsIn(slack, newer.ts).some(({ text }) => /<@U0ANNA> took/.test(text)),
    );
  });

  it("goes once, however often and wherever somebody clicks", async () => {
    const world = await startEager();
    const { slack, parley } = world;
    const { user, root, told } = await refusedReply(world);
    const post = await slack.waitFor(() =>
      postsIn(slack, root.ts).find(({ blocks }) => JSON.stringify(blocks).includes(TAKE_OVER)),
    );
    const there = { channel: slack.channel, ts: post.ts, actionId: TAKE_OVER };

    await Promise.all([
      press(world, told, TAKE_OVER),
      press(world, told, TAKE_OVER),
      slack.click({ user: "U0ANNA", ...there }),
      slack.click({ user: "U0BEN", ...there }),
    ]);

    await parley.until(() => sentTo(world, user.id).length > 0);
    const newer = await slack.waitFor(() => rootsAbout(slack, user.id)[1]);
    await slack.post({ user: "U0BEN", threadTs: newer.ts, text: "Next" });
    await parley.until(() => sentTo(world, user.id).includes("Next"));
    expect(sentTo(world, user.id)).toEqual(["It ships today", "Next"]);
    expect(takenOver(world, user.id)).toBe(1);
    expect(rootsAbout(slack, user.id)).toHaveLength(2);
  });

  it("takes the User over once, also if somebody presses again and another Service takes the User back meanwhile", async () => {
    const world = await startEager();
    const { slack, parley } = world;
    const { user, root, told } = await refusedReply(world);
    const post = await slack.waitFor(() =>
      postsIn(slack, root.ts).find(({ blocks }) => JSON.stringify(blocks).includes(TAKE_OVER)),
    );
    slack.faults.add("chat.postMessage", { kind: "status", status: 503 });
    await press(world, told, TAKE_OVER);
    await parley.until(() => takenOver(world, user.id) > 0);

    await slack.click({ user: "U0ANNA", channel: slack.channel, ts: post.ts, actionId: TAKE_OVER });
    await slack.waitFor(() => /dismissed already/.test(post.text));
    parley.user(user.id).owner = parley.botService.identification;

    await slack.waitFor(() => toldTo(slack, "U0BEN", root.ts)[1]);
    expect(takenOver(world, user.id)).toBe(1);
    expect(parley.user(user.id).owner).toBe(parley.botService.identification);
    expect(sentTo(world, user.id)).toEqual([]);
  });

  it("is left alone for good if its writer says so", async () => {
    const world = await startEager();
    const { slack, parley } = world;
    const { user, root, told } = await refusedReply(world);
    const stale = structuredClone(told);

    await press(world, told, "parley_dismiss");

    await slack.waitFor(() => toldTo(slack, "U0BEN", root.ts).length === 0);
    Object.assign(told, stale, { deleted: false });
    await press(world, told, TAKE_OVER);
    await slack.waitFor(() => /dismissed already/.test(told.text));
    expect(parley.user(user.id).owner).toBe(parley.botService.identification);
    expect(sentTo(world, user.id)).toEqual([]);
  });
});

describe("a reply in an old thread", () => {
  it("is not called too old when the bridge has lost its record", async () => {
    const world = await startEager();
    const { root } = await handOver(world);
    const state = await openStateSql(world);
    await state.ask("DELETE FROM conversations");
    await state.close();
    await world.stopBridge();
    await world.startBridge();

    const { told } = await refuse(world, root, "Hello");

    expect(told.text).toMatch(/no record of this thread/);
    expect(told.text).not.toMatch(/too old/);
  });
});
