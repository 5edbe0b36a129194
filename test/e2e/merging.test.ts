import { describe, expect, it } from "vitest";
import type { ParleyUser } from "../../fakes/parley/state.ts";
import { allTold } from "../support/replies.ts";
import { requestsToSend, sentTo } from "../support/sent.ts";
import { handBack, handOver, lastCallbackHandled, PATIENCE } from "../support/steps.ts";
import { postsIn, rootsAbout, rootsOf, textOf, toldTo } from "../support/threads.ts";
import { startWorld, type World, type WorldOptions } from "../support/world.ts";

const ANNA = "U0ANNA";

interface Two {
  readonly world: World;
  readonly anonymous: ParleyUser;
  readonly registered: ParleyUser;
}

async function twoUsers(options: WorldOptions = {}): Promise<Two> {
  const world = await startWorld(options);
  const anonymous = world.parley.createUser();
  const registered = world.parley.createUser({
    uniqueIdentifier: "customer-7",
    additionalInformation: { name: "Ada Lovelace" },
  });
  return { world, anonymous, registered };
}

async function merge({ world, anonymous, registered }: Two): Promise<void> {
  const { delivered } = await world.parley.mergeUsers(anonymous.id, registered.id);
  // The bot, which may have owned one of them, cannot be reached.
  const outcomes = await Promise.all(delivered);
  expect(outcomes.some((outcome) => outcome.delivered)).toBe(true);
}

/** A callback about a User whom Parley no longer knows, as it may still be on its way. */
const lateMessage = ({ parley }: World, userId: string, id: number, message: string) =>
  parley.callback(parley.agentService.identification, {
    type: "message",
    user: { id: userId },
    body: { id, time: Math.floor(Date.now() / 1000), message, typeId: 1 },
  });

const postTexts = ({ slack }: World, rootTs: string) =>
  postsIn(slack, rootTs).map(({ text }) => text);
const isPosted = (world: World, rootTs: string, text: string) =>
  world.slack.waitFor(() => postTexts(world, rootTs).some((post) => post.includes(text)));

describe("an anonymous User who registers during a conversation", () => {
  it("goes on in the same thread, under the new id", async () => {
    const two = await twoUsers();
    const { world, anonymous, registered } = two;
    const { slack, parley } = world;
    const { root } = await handOver(world, { user: anonymous });
    await parley.userWrites(anonymous.id, "before");
    await isPosted(world, root.ts, "before");

    await merge(two);

    await isPosted(world, root.ts, `is now Parley User ${registered.id}`);
    await slack.waitFor(() => textOf(root).includes(`Parley User \`${registered.id}\``));
    expect(textOf(root)).toContain("Ada Lovelace");
    await parley.userWrites(registered.id, "after");
    await isPosted(world, root.ts, "after");
    await slack.post({ user: ANNA, threadTs: root.ts, text: "Hello" });
    await parley.until(() => sentTo(world, registered.id).includes("Hello"));
    expect(rootsOf(slack)).toHaveLength(1);
    expect(requestsToSend(world, anonymous.id)).toBe(0);
    await handBack(world, root);
    expect(parley.user(registered.id).owner).toBe(parley.botService.identification);
  });

  it("is found under both ids after restarts, and late callbacks for the old one arrive", async () => {
    const two = await twoUsers();
    const { world, anonymous, registered } = two;
    const { slack, parley } = world;
    const { root } = await handOver(world, { user: anonymous });
    await merge(two);
    await isPosted(world, root.ts, `is now Parley User ${registered.id}`);
    await world.stopBridge();
    await world.startBridge();

    expect(await lateMessage(world, anonymous.id, 900_001, "late")).toMatchObject({
      delivered: true,
    });
    await isPosted(world, root.ts, "late");
    await parley.userWrites(registered.id, "new");
    await isPosted(world, root.ts, "new");
    await slack.post({ user: ANNA, threadTs: root.ts, text: "Hello" });
    await parley.until(() => sentTo(world, registered.id).includes("Hello"));
    expect(rootsOf(slack)).toHaveLength(1);
  });

  it("is told of once, however often Parley calls", async () => {
    const two = await twoUsers();
    const { world, anonymous } = two;
    const { parley } = world;
    const { root } = await handOver(world, { user: anonymous });
    await merge(two);
    await parley.redeliver();
    await allTold(world, root.ts);
    const told = postTexts(world, root.ts).filter((text) => text.includes("has registered"));
    expect(told).toHaveLength(1);
  });

  it("gets replies that were written before and are sent after, or their writer is told", async () => {
    const two = await twoUsers({ env: { RETRY_FIRST_MS: "5", RETRY_CAP_MS: "20" } });
    const { world, anonymous, registered } = two;
    const { slack, parley } = world;
    const { root } = await handOver(world, { user: anonymous });
    parley.faults.add(/^GET \/users\/.*owner$/, { kind: "status", status: 503 });
    await slack.post({ user: ANNA, threadTs: root.ts, text: "Waiting" });
    await parley.until(() => parley.requests.some(({ path }) => path.endsWith("/owner")));
    await merge(two);
    await isPosted(world, root.ts, "has registered");
    parley.faults.clear();
    await parley.until(() => sentTo(world, registered.id).includes("Waiting"));
    expect(sentTo(world, registered.id)).toEqual(["Waiting"]);
  });

  it("goes on in the thread that was just being opened", async () => {
    const two = await twoUsers({ env: { RETRY_FIRST_MS: "5", RETRY_CAP_MS: "20" } });
    const { world, anonymous, registered } = two;
    const { slack, parley } = world;
    slack.faults.add("chat.postMessage", { kind: "rate-limited", retryAfterSeconds: 1 }, 1);
    const { identification: to } = parley.agentService;
    await (await parley.handOver({ userId: anonymous.id, to })).delivered;
    await slack.waitFor(() => slack.calls("chat.postMessage").length > 0);
    await merge(two);
    await parley.userWrites(registered.id, "Hello?");
    await lastCallbackHandled(world, registered.id);
    await lastCallbackHandled(world, anonymous.id);

    const root = await slack.waitFor(() => rootsOf(slack)[0], PATIENCE.timeout);
    await isPosted(world, root.ts, "Hello?");
    await slack.post({ user: ANNA, threadTs: root.ts, text: "Hello!" });
    await parley.until(() => sentTo(world, registered.id).includes("Hello!"));
    expect(rootsOf(slack)).toHaveLength(1);
    const metrics = await (await fetch(`${world.bridgeUrl()}/metrics`)).text();
    expect(metrics).toContain("parley_bridge_open_conversations 1\n");
  });
});

describe("two conversations of one User", () => {
  async function bothOpen() {
    const two = await twoUsers();
    const { world, anonymous, registered } = two;
    const old = (await handOver(world, { user: anonymous })).root;
    const root = (await handOver(world, { user: registered })).root;
    await merge(two);
    await world.slack.waitFor(() => /another thread/.test(textOf(old)));
    await isPosted(world, root.ts, "before registering");
    return { ...two, ...world, old, root };
  }

  it("become one: the threads point to each other, and the old one ends", async () => {
    const { world, slack, old, root, registered } = await bothOpen();
    const linkTo = (ts: string) => `/archives/${slack.channel}/p${ts.replace(".", "")}`;
    const [away] = postTexts(world, old.ts);
    expect(away).toMatch(/goes on in <[^|]+\|another thread>/);
    expect(away).toContain(linkTo(root.ts));
    expect(postTexts(world, root.ts)[0]).toContain(linkTo(old.ts));
    expect(rootsAbout(slack, registered.id)).toHaveLength(1);
    expect(rootsOf(slack)).toHaveLength(2);
  });

  it("what comes for either id is shown in the surviving thread, also after a restart", async () => {
    const { world, parley, old, root, anonymous, registered } = await bothOpen();
    await lateMessage(world, anonymous.id, 900_001, "late");
    await isPosted(world, root.ts, "late");
    await world.stopBridge();
    await world.startBridge();
    await lateMessage(world, anonymous.id, 900_002, "later");
    await isPosted(world, root.ts, "later");
    await parley.userWrites(registered.id, "new");
    await isPosted(world, root.ts, "new");
    expect(postTexts(world, old.ts)).toHaveLength(1);
  });

  it("a reply in the old thread is refused with a pointer, one in the surviving thread goes", async () => {
    const { world, slack, parley, old, root, anonymous, registered } = await bothOpen();
    await slack.post({ user: ANNA, threadTs: old.ts, text: "Too late" });
    const told = await slack.waitFor(() => toldTo(slack, ANNA, old.ts)[0]);
    expect(told.text).toMatch(/^:no_entry: \*Not sent\.\* .*another thread/);
    await slack.post({ user: ANNA, threadTs: root.ts, text: "In time" });
    await parley.until(() => sentTo(world, registered.id).includes("In time"));
    expect(sentTo(world, registered.id)).toEqual(["In time"]);
    expect(requestsToSend(world, anonymous.id)).toBe(0);
  });

  it("what is handed over again for the old id reaches the surviving thread", async () => {
    const { world, slack, parley, root, anonymous } = await bothOpen();
    await parley.callback(parley.agentService.identification, {
      type: "action",
      body: {
        name: "handover",
        newOwner: parley.agentService.identification,
        user: { id: anonymous.id },
        metadata: { reason: "asked_again" },
      },
    });
    await isPosted(world, root.ts, "Asked again");
    expect(rootsOf(slack)).toHaveLength(2);
  });
});

describe("a User without an open conversation who registers", () => {
  it("gets one thread, under the new id, though a late callback names the old one", async () => {
    const two = await twoUsers();
    const { world, anonymous, registered } = two;
    const { slack, parley } = world;
    parley.user(registered.id).owner = parley.agentService.identification;
    await merge(two);
    await lastCallbackHandled(world, registered.id);
    // What is no longer needed is tidied away at each start.
    for (let restart = 0; restart < 2; restart++) {
      await world.stopBridge();
      await world.startBridge();
    }

    await lateMessage(world, anonymous.id, 900_001, "late");
    const root = await slack.waitFor(() => rootsAbout(slack, registered.id)[0]);
    await isPosted(world, root.ts, "late");
    await parley.userWrites(registered.id, "new");
    await isPosted(world, root.ts, "new");
    await slack.post({ user: ANNA, threadTs: root.ts, text: "Hello" });
    await parley.until(() => sentTo(world, registered.id).includes("Hello"));
    expect(rootsOf(slack)).toHaveLength(1);
  });

  it("opens a thread that links to the one of before", async () => {
    const two = await twoUsers();
    const { world, anonymous, registered } = two;
    const { slack, parley } = world;
    const { root } = await handOver(world, { user: anonymous });
    await handBack(world, root);
    parley.user(registered.id).owner = parley.agentService.identification;
    await merge(two);
    await parley.userWrites(registered.id, "It's me again");
    const next = await slack.waitFor(() => rootsAbout(slack, registered.id)[0]);
    await isPosted(world, next.ts, "It's me again");
    expect(textOf(next)).toContain(root.ts.replace(".", ""));
    expect(postTexts(world, root.ts).join()).not.toContain("It's me again");
  });
});
