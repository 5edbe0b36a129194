import { describe, expect, it } from "vitest";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import { killBridge } from "../support/killed.ts";
import { EAGER, press } from "../support/replies.ts";
import { requestsToSend, sentTo } from "../support/sent.ts";
import { handBack, handOver, openState, submitHandBack } from "../support/steps.ts";
import { postsIn, reactionsOn, rootsAbout, textOf, toldTo } from "../support/threads.ts";
import { startWorld, type World, type WorldOptions } from "../support/world.ts";

type Message = FakeSlack["state"]["messages"][number];
type Told = FakeSlack["state"]["ephemerals"][number];

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

/** Parley has done what this request asks for. */
const isDone = (request: { method: string; answer: unknown }, method: string): boolean =>
  request.method === method && request.answer !== null;

const PARTS = ["a", "b", "c"].map((letter) => `${letter.repeat(80)}.`);

/** Another Service takes the User when the first part of Ben's long reply has gone; he has been told. */
async function refusedRest(world: World) {
  const { parley } = world;
  const night = parley.addService({ name: "Night shift" });
  const { user, root } = await handOver(world);
  const stop = parley.subscribe((change) => {
    if (change.kind !== "request" || !isDone(change.request, "POST")) return;
    parley.user(user.id).owner = night.identification;
  });
  const { ts, told } = await refuse(world, root, PARTS.join("\n\n"));
  stop();
  return { user, root, ts, told };
}

/** A world whose Parley tells nobody of a handover. */
const startUntold = () => startEager({ parley: { shapes: { handover: "none" } } });

/** As {@link refusedReply}, in a world where the User's own words open the thread. */
async function refusedUntold(world: World) {
  const { slack, parley } = world;
  const user = parley.createUser();
  await parley.handOver({ userId: user.id, to: parley.agentService.identification });
  await parley.userWrites(user.id, "Hello");
  const root = await slack.waitFor(() => rootsAbout(slack, user.id)[0]);
  await parley.handOver({ userId: user.id, to: parley.botService.identification });
  return { user, root, ...(await refuse(world, root, "It ships today")) };
}

/** Until the returned function is called, another Service has the User as soon as Parley has given them to us. */
function nightIsFaster({ parley }: World, userId: string): () => void {
  const night = parley.addService({ name: "Night shift" });
  return parley.subscribe((change) => {
    if (change.kind !== "request" || !isDone(change.request, "PUT")) return;
    parley.user(userId).owner = night.identification;
  });
}

/** Presses the button; resolves with the next question. */
async function pressForAnother(world: World, root: Message, told: Told): Promise<Told> {
  const { slack } = world;
  await press(world, told, TAKE_OVER);
  return await slack.waitFor(() =>
    toldTo(slack, "U0BEN", root.ts).find(
      ({ ts, blocks }) => ts !== told.ts && JSON.stringify(blocks).includes(TAKE_OVER),
    ),
  );
}

const linkTo = (ts: string) => `/p${ts.replace(".", "")}`;

/** A world whose Users' replies are tried again at once. */
const startEager = (options: WorldOptions = {}) =>
  startWorld({ ...options, env: { ...EAGER, ...options.env } });

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

  it("does not go any more once its writer has deleted it", async () => {
    const world = await startEager();
    const { slack, parley } = world;
    const { user, ts, told } = await refusedReply(world);

    const deleted = await slack.remove({ user: "U0BEN", ts });
    expect(deleted.status).toBe("delivered");
    await press(world, told, TAKE_OVER);

    await slack.waitFor(() => /dismissed already/.test(told.text));
    expect(parley.user(user.id).owner).toBe(parley.botService.identification);
    expect(takenOver(world, user.id)).toBe(0);
  });

  it("goes after all that were refused before it, each once, and one thread opens", async () => {
    const world = await startEager();
    const { slack, parley } = world;
    const { user, root, told } = await refusedReply(world, "First");
    const second = await refuse(world, root, "Second");

    await press(world, told, TAKE_OVER);
    await parley.until(() => sentTo(world, user.id).includes("First"));
    await press(world, second.told, TAKE_OVER);

    await parley.until(() => sentTo(world, user.id).includes("Second"));
    expect(sentTo(world, user.id)).toEqual(["First", "Second"]);
    expect(rootsAbout(slack, user.id)).toHaveLength(2);
    expect(takenOver(world, user.id)).toBe(1);
  });
});

describe("taking over for a reply", () => {
  it("takes the User once although the answer is lost, and goes on after a restart", async () => {
    const world = await startEager();
    const { slack, parley } = world;
    const { user, told } = await refusedReply(world);
    parley.faults.add(`PUT /users/${user.id}/owner`, { kind: "lost-answer" }, 1);
    parley.faults.add(`POST /users/${user.id}/messages`, { kind: "status", status: 503 });

    await press(world, told, TAKE_OVER);
    await parley.until(() => requestsToSend(world, user.id) > 0);
    await world.stopBridge();
    parley.faults.clear();
    await world.startBridge();

    await parley.until(() => sentTo(world, user.id).length > 0);
    expect(sentTo(world, user.id)).toEqual(["It ships today"]);
    expect(takenOver(world, user.id)).toBe(1);
    expect(rootsAbout(slack, user.id)).toHaveLength(2);
  });

  it("asks when the bridge died while the reply was sent, and sends nothing twice", async () => {
    const world = await startEager({ env: { PARLEY_RESPONSE_TIMEOUT_MS: "1000" } });
    const { slack, parley } = world;
    const { user, root, told } = await refusedReply(world);
    parley.faults.add(`POST /users/${user.id}/messages`, { kind: "hang" }, 1);
    await press(world, told, TAKE_OVER);
    await parley.until(() => sentTo(world, user.id).length > 0);

    await killBridge(world);
    await world.startBridge();

    await slack.waitFor(() =>
      toldTo(slack, "U0BEN", root.ts).some(({ text }) => /Perhaps not delivered/.test(text)),
    );
    expect(sentTo(world, user.id)).toEqual(["It ships today"]);
  });

  it("is refused again, with a new question, when another Service is faster", async () => {
    const world = await startUntold();
    const { parley } = world;
    const { user, root, told } = await refusedUntold(world);
    const stop = nightIsFaster(world, user.id);

    const again = await pressForAnother(world, root, told);

    expect(again.text).toMatch(/did not give us this User/);
    expect(sentTo(world, user.id)).toEqual([]);
    expect(takenOver(world, user.id)).toBe(1);
    stop();
    await press(world, again, TAKE_OVER);
    await parley.until(() => sentTo(world, user.id).length > 0);
    expect(sentTo(world, user.id)).toEqual(["It ships today"]);
    expect(takenOver(world, user.id)).toBe(2);
  });

  it("does not take the User from whoever was faster although our own answer was lost", async () => {
    const world = await startUntold();
    const { parley } = world;
    const { user, root, told } = await refusedUntold(world);
    nightIsFaster(world, user.id);
    parley.faults.add(`PUT /users/${user.id}/owner`, { kind: "lost-answer" }, 1);

    await pressForAnother(world, root, told);

    expect(takenOver(world, user.id)).toBe(1);
    expect(sentTo(world, user.id)).toEqual([]);
  });

  it("does nothing any more once the writer has deleted what was refused again", async () => {
    const world = await startUntold();
    const { slack, parley } = world;
    const { user, root, ts, told } = await refusedUntold(world);
    const stop = nightIsFaster(world, user.id);
    const again = await pressForAnother(world, root, told);
    stop();

    expect((await slack.remove({ user: "U0BEN", ts })).status).toBe("delivered");
    await press(world, again, TAKE_OVER);

    await slack.waitFor(() => /dismissed already/.test(again.text));
    expect(takenOver(world, user.id)).toBe(1);
    expect(sentTo(world, user.id)).toEqual([]);
    expect(toldTo(slack, "U0BEN", root.ts).map(({ text }) => text)).not.toContainEqual(
      expect.stringMatching(/has this message already/),
    );
    expect(parley.user(user.id).owner).not.toBe(parley.agentService.identification);
  });

  it("is refused again when the new conversation ended before the reply could go", async () => {
    const world = await startEager();
    const { slack, parley } = world;
    const { user, root, told } = await refusedReply(world);
    parley.faults.add(`POST /users/${user.id}/messages`, { kind: "status", status: 503 });
    await press(world, told, TAKE_OVER);
    const newer = await slack.waitFor(() => rootsAbout(slack, user.id)[1]);
    await parley.until(() => requestsToSend(world, user.id) > 0);

    await submitHandBack(slack, newer.ts);

    const again = await slack.waitFor(() =>
      toldTo(slack, "U0BEN", root.ts).find(
        ({ ts, blocks }) => ts !== told.ts && JSON.stringify(blocks).includes(TAKE_OVER),
      ),
    );
    parley.faults.clear();
    expect(again.text).toMatch(/handed back to Bot Service/);
    expect(sentTo(world, user.id)).toEqual([]);
    expect(parley.user(user.id).owner).toBe(parley.botService.identification);
    expect(takenOver(world, user.id)).toBe(1);
  });

  it("sends into what a colleague has opened meanwhile, without asking Parley for the User again", async () => {
    const world = await startEager();
    const { slack, parley } = world;
    const { user, told } = await refusedReply(world);
    await handOver(world, { user });
    const newer = await slack.waitFor(() => rootsAbout(slack, user.id)[1]);

    await press(world, told, TAKE_OVER);

    await parley.until(() => sentTo(world, user.id).length > 0);
    await slack.waitFor(() =>
      postsIn(slack, newer.ts).some(({ text }) => /earlier thread/.test(text)),
    );
    expect(takenOver(world, user.id)).toBe(0);
    expect(rootsAbout(slack, user.id)).toHaveLength(2);
  });

  it("takes the User from whoever has them although the bridge took them for ours", async () => {
    const world = await startEager();
    const { slack, parley } = world;
    const night = parley.addService({ name: "Night shift" });
    const { user, told } = await refusedReply(world);
    const { root: stale } = await handOver(world, { user });
    parley.user(user.id).owner = night.identification;

    await press(world, told, TAKE_OVER);

    await parley.until(() => sentTo(world, user.id).length > 0);
    expect(sentTo(world, user.id)).toEqual(["It ships today"]);
    expect(takenOver(world, user.id)).toBe(1);
    await slack.waitFor(() => /\*Taken over\* by Night shift/.test(textOf(stale)));
    await slack.waitFor(() => rootsAbout(slack, user.id)[2]);
  });

  it("says so when Parley does not give the User, and sends nothing", async () => {
    const world = await startEager({ parley: { rules: { nonOwnerMayPutOwner: false } } });
    const { slack, parley } = world;
    const { user, root, told } = await refusedReply(world);

    await press(world, told, TAKE_OVER);

    const again = await slack.waitFor(() =>
      toldTo(slack, "U0BEN", root.ts).find(({ text }) => /did not give us this User/.test(text)),
    );
    expect(JSON.stringify(again.blocks)).toContain(TAKE_OVER);
    expect(sentTo(world, user.id)).toEqual([]);
    expect(parley.user(user.id).owner).toBe(parley.botService.identification);
  });

  it("sends only what the User does not have of a long reply", async () => {
    const world = await startEager({ env: { PARLEY_MESSAGE_LENGTH: "100" } });
    const { parley } = world;
    const { user, told } = await refusedRest(world);
    expect(sentTo(world, user.id)).toEqual(PARTS.slice(0, 1));
    expect(told.text).toMatch(/A part of it has reached the User, or may have/);

    await press(world, told, TAKE_OVER);

    await parley.until(() => sentTo(world, user.id).length === 3);
    expect(sentTo(world, user.id)).toEqual(PARTS);
  });

  it.each(["deleted", "changed"])(
    "sends nothing more of a long reply that was %s when a part had gone",
    async (how) => {
      const world = await startEager({ env: { PARLEY_MESSAGE_LENGTH: "100" } });
      const { slack, parley } = world;
      const { user, root, ts, told } = await refusedRest(world);

      if (how === "deleted") await slack.remove({ user: "U0BEN", ts });
      else await slack.edit({ user: "U0BEN", ts, text: "Something else" });
      await slack.waitFor(() =>
        toldTo(slack, "U0BEN", root.ts).some(({ text }) =>
          /has this message already|Parley cannot change/.test(text),
        ),
      );
      await press(world, told, TAKE_OVER);

      await slack.waitFor(() => /dismissed already/.test(told.text));
      expect(takenOver(world, user.id)).toBe(0);
      expect(sentTo(world, user.id)).toEqual(PARTS.slice(0, 1));
      expect(parley.user(user.id).owner).not.toBe(parley.agentService.identification);
    },
  );
});

describe("a reply in an old thread", () => {
  it("is refused with a link to the thread where the User is, and the old root points there", async () => {
    const world = await startEager();
    const { slack } = world;
    const { user, root } = await handOver(world);
    await handBack(world, root);
    const { root: newer } = await handOver(world, { user });
    await slack.waitFor(() => textOf(root).includes(linkTo(newer.ts)));

    const { told } = await refuse(world, root, "Still here?");

    expect(told.text).toMatch(
      /^:no_entry: \*Not sent\.\* This User goes on with us in another thread/,
    );
    expect(told.text).toContain(linkTo(newer.ts));
    expect(told.text).not.toContain("/parley-owner");
    expect(JSON.stringify(told.blocks)).not.toContain(TAKE_OVER);
    expect(sentTo(world, user.id)).toEqual([]);
  });

  it("is not called too old when the bridge has lost its record", async () => {
    const world = await startEager();
    const { root } = await handOver(world);
    const state = await openState(world);
    await state.write("DELETE FROM keyv");
    await state.close();
    await world.stopBridge();
    await world.startBridge();

    const { told } = await refuse(world, root, "Hello");

    expect(told.text).toMatch(/no record of this thread/);
    expect(told.text).not.toMatch(/too old/);
  });
});
