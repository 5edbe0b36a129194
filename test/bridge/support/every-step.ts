import type { BridgeError } from "../../../src/errors.ts";
import { isDrawn, SAMPLE } from "../../support/property.ts";
import type { Death } from "./calls.ts";
import type { BridgeOptions } from "./run-bridge.ts";
import { type Bridge, startBridge } from "./start-bridge.ts";

/** What happens to a bridge, and what must be so afterwards, whatever went wrong meanwhile. */
export interface Story {
  readonly options?: BridgeOptions;
  /** Nothing goes wrong in it. */
  readonly before?: (bridge: Bridge) => Promise<void>;
  readonly play: (bridge: Bridge) => Promise<void>;
  /** Complains where something is lost, doubled or misdirected, or where nobody was told. */
  readonly check: (bridge: Bridge) => void | Promise<void>;
}

/** These change nothing: to die there is the same as to die before the next call. */
const READS =
  /\.(head|waiting|pendingLanes|owedNotices|shareState|hasBegun|by[A-Z]\w*|currentId|open|ownerOf|services|identityOf|namesOf|find|describe|threadOf|repliesAfter|acquire|download)$/;

/** What waits there only wakes the desk up: it is died at in stories in which the desk does something by itself. */
const CLOCK = /^clock\./;

/** Where a process may die so that it makes a difference. */
const isStep = (call: string, { options }: Story): boolean =>
  !READS.test(call) && (options?.rules !== undefined || !CLOCK.test(call));

/** The calls of a story in which nothing goes wrong. */
async function callsOf(story: Story, trouble: (bridge: Bridge) => void): Promise<string[]> {
  const bridge = await open(story);
  const from = bridge.calls.made.length;
  trouble(bridge);
  await story.play(bridge);
  await bridge.settled();
  return bridge.calls.made.slice(from);
}

async function open({ options, before }: Story): Promise<Bridge> {
  const bridge = await startBridge(options);
  await before?.(bridge);
  return bridge;
}

async function playWith(
  story: Story,
  trouble: (bridge: Bridge) => void,
  name: string,
): Promise<void> {
  const bridge = await open(story);
  trouble(bridge);
  try {
    await story.play(bridge);
    await bridge.settled();
    await story.check(bridge);
  } catch (error) {
    if (error instanceof Error) error.message = `${name}: ${error.message}`;
    throw error;
  }
}

/**
 * Plays a story once for each of its steps that is drawn, at which the process dies and is started again. `trouble`: what goes wrong
 * besides. Returns how many steps there are.
 */
export async function dieAtEveryStep(
  story: Story,
  when: Death,
  trouble: (bridge: Bridge) => void = () => {},
): Promise<number> {
  let deaths = 0;
  for (const [step, call] of (await callsOf(story, trouble)).entries()) {
    if (!isStep(call, story)) continue;
    const kill = (bridge: Bridge): void => {
      trouble(bridge);
      bridge.calls.dieAt(step, when);
    };
    const name = `killed ${when} step ${step}, ${call} (${SAMPLE})`;
    if (isDrawn(deaths)) await playWith(story, kill, name);
    deaths += 1;
  }
  return deaths;
}

/**
 * The same, and the next process dies too, soon after its start. Returns how many pairs of deaths there are.
 */
export async function dieTwiceAtEveryStep(story: Story): Promise<number> {
  let deaths = 0;
  for (const [step, call] of (await callsOf(story, () => {})).entries()) {
    if (!isStep(call, story)) continue;
    const calls = await callsOf(story, (bridge) => bridge.calls.dieAt(step, "after"));
    for (const [next, again] of calls.slice(step + 1, step + 1 + SOON).entries()) {
      if (!isStep(again, story)) continue;
      const kill = (bridge: Bridge): void => {
        bridge.calls.dieAt(step, "after");
        bridge.calls.dieAt(step + 1 + next, "after");
      };
      const name = `killed after step ${step}, ${call}, and ${next + 1} later, ${again} (${SAMPLE})`;
      if (isDrawn(deaths)) await playWith(story, kill, name);
      deaths += 1;
    }
  }
  return deaths;
}

/** Calls of the next process, with those that read. */
const SOON = 30;

/**
 * Plays a story once for each of its calls that have one of these names, which then fails. Returns how many failed.
 * `after`: the call took effect all the same.
 */
export async function failAtEveryCall(
  story: Story,
  names: RegExp,
  error: BridgeError,
  { after = false }: { after?: boolean } = {},
): Promise<number> {
  const skips = new Map<string, number>();
  let failures = 0;
  for (const call of await callsOf(story, () => {})) {
    if (!names.test(call)) continue;
    const skip = skips.get(call) ?? 0;
    skips.set(call, skip + 1);
    const name = `${call} no. ${skip + 1}: ${error.code}${after ? " after it took effect" : ""}`;
    await playWith(story, ({ calls }) => calls.fail(call, error, { skip, after }), name);
    failures += 1;
  }
  return failures;
}

/**
 * Plays a story once for each turn to post that is waited for in it; the bridge is stopped and started again in that wait.
 * Returns how many turns that were.
 */
export async function stopAtEveryTurn(story: Story): Promise<number> {
  const calls = await callsOf(story, () => {});
  const turns = calls.filter((call) => call === "posts.acquire").length;
  for (let turn = 0; turn < turns; turn++) {
    let goOn = () => {};
    const stopped: Story = {
      ...story,
      async play(bridge) {
        goOn = bridge.slack.holdTurns(turn);
        await story.play(bridge);
        await bridge.stopAndRestart();
        goOn();
      },
    };
    await playWith(stopped, () => {}, `stopped in the wait for turn ${turn}`);
  }
  return turns;
}
