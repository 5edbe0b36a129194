import { describe, expect, it } from "vitest";
import type { ParleyUser } from "../../fakes/parley/state.ts";
import { changesAt, requestsToSend, sentTo } from "../support/sent.ts";
import { handBack, handOver, submitHandBack } from "../support/steps.ts";
import {
  postsIn,
  rootsAbout,
  rootsOf,
  shownOf,
  textOf,
  textsTo,
  toldTo,
} from "../support/threads.ts";
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
    await slack.waitFor(() => shownOf(slack, root).includes(`Parley User \`${registered.id}\``));
    expect(textOf(root)).toContain("Ada Lovelace");
    await parley.userWrites(registered.id, "after");
    await isPosted(world, root.ts, "after");
    await slack.post({ user: ANNA, threadTs: root.ts, text: "Hello" });
    await parley.until(() => sentTo(world, registered.id).includes("Hello"));
    expect(rootsOf(slack)).toHaveLength(1);
    // Whoever asks for the old id finds the User too.
    const { channel } = slack;
    const command = "/parley-owner";
    await slack.command({ user: ANNA, channel, command, text: anonymous.id });
    const isWithUs = new RegExp(`User ${registered.id} is with`);
    await slack.waitFor(() => textsTo(slack, ANNA).some((text) => isWithUs.test(text)));
    expect(requestsToSend(world, anonymous.id)).toBe(0);
    await handBack(world, root);
    expect(parley.user(registered.id).owner).toBe(parley.botService.identification);
  });

  it("gets what an agent writes while word of it is still on its way", async () => {
    const two = await twoUsers();
    const { world, anonymous, registered } = two;
    const { slack, parley } = world;
    const { root } = await handOver(world, { user: anonymous });
    const held = parley.holdCallbacks();
    const { delivered } = await parley.mergeUsers(anonymous.id, registered.id);
    await slack.post({ user: ANNA, threadTs: root.ts, text: "Hello" });
    await parley.until(() => requestsToSend(world, anonymous.id) > 0);

    await held.release();
    await Promise.all(delivered);

    await parley.until(() => sentTo(world, registered.id).length > 0);
    expect(sentTo(world, registered.id)).toEqual(["Hello"]);
    expect(toldTo(slack, ANNA, root.ts)).toEqual([]);
  });

  it("is handed back although word of it comes late", async () => {
    const two = await twoUsers();
    const { world, anonymous, registered } = two;
    const { slack, parley } = world;
    const { root } = await handOver(world, { user: anonymous });
    const held = parley.holdCallbacks();
    await parley.mergeUsers(anonymous.id, registered.id);
    await submitHandBack(slack, root.ts, { message_for_user: "Bye" });
    await parley.until(() => changesAt(parley, anonymous.id).length > 0);
    await held.release();

    await slack.waitFor(() => /Handed back/.test(textOf(root)));
    expect(parley.user(registered.id).owner).toBe(parley.botService.identification);
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
});
