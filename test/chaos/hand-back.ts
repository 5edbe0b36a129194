import { setTimeout as pause } from "node:timers/promises";
import { ACTIONS, SHORTCUTS } from "../../src/views/actions.ts";
import { eventually } from "./eventually.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";

const PATIENCE_MS = 120_000;

interface Root {
  readonly channel: string;
  readonly ts: string;
  readonly blocks?: unknown;
}

export interface HandBack {
  readonly user: number;
  /** Parley's id of the User. */
  readonly id: string;
  /** Of the conversation; another one each time its thread opens again. */
  readonly root: () => Root;
  readonly agent: string;
  readonly random: Random;
}

/** An agent hands the User back, again and again until the User is with the bot. Some do it with a last word. */
export async function handBack(stage: Stage, request: HandBack): Promise<void> {
  const { parley } = stage;
  const isBack = () => parley.user(request.id).owner === parley.botService.identification;
  let problem: string | undefined;
  const deadline = Date.now() + PATIENCE_MS;
  while (!isBack()) {
    if (Date.now() > deadline) {
      const roots = stage.places.rootsOf(request.user).map(({ ts }) => ts);
      throw new Error(
        `User ${request.user} cannot be handed back from ${request.root().ts}, of ${roots.join(", ")}: ${problem}`,
      );
    }
    const failures = failuresOf(stage, request);
    problem = await submit(stage, request);
    if (problem) {
      await pause(request.random.between(100, 500));
      continue;
    }
    await eventually(() => isBack() || failuresOf(stage, request) > failures, {
      timeoutMs: PATIENCE_MS,
      what: `User ${request.user} is with the bot, or the thread says why not`,
    });
  }
  // Until the thread shows it, the bot would hand over a User whose conversation is still open.
  await eventually(() => showsHandBack(stage, request.root()), {
    timeoutMs: PATIENCE_MS,
    what: `the root of User ${request.user} shows the hand-back`,
  });
}

/** What kept the bridge from taking the form; undefined once it has confirmed that it has it. */
async function submit(
  { slack, ledger }: Stage,
  { user, root, agent, random }: HandBack,
): Promise<string | undefined> {
  const { channel, ts: rootTs } = root();
  const place = { user: agent, channel, ts: rootTs };
  const known = new Set(slack.state.views.keys());
  const asked = await slack.shortcut({ ...place, callbackId: SHORTCUTS.handBack.id });
  if (asked.status !== "delivered") return `the shortcut was ${asked.status}`;
  const open = await eventually(
    () =>
      [...slack.state.views.values()].find(
        ({ view }) => !known.has(view.id) && view.private_metadata.includes(rootTs),
      ),
    { timeoutMs: 4_000, what: "a form" },
  ).catch(() => undefined);
  if (!open) return "no form came";
  const lastWord = random.chance(0.5)
    ? ledger.write({ from: "agent", user, lastWordIn: rootTs })
    : undefined;
  const sent = await slack.submitView({
    user: agent,
    viewId: open.view.id,
    ...(lastWord && { values: { last_message: `${lastWord.token} goodbye` } }),
  });
  if (sent.status !== "delivered" || sent.errors) {
    return `the form was ${sent.status}: ${JSON.stringify(sent.errors)}`;
  }
  if (lastWord) ledger.acknowledge(lastWord.token);
  return undefined;
}

const failuresOf = ({ slack, places }: Stage, { user }: HandBack): number =>
  [...slack.state.messages, ...slack.state.ephemerals].filter(
    ({ thread_ts, text }) =>
      places.userOf(thread_ts ?? "") === user &&
      // Or another team has the User meanwhile.
      /handing back did not work|Not handed back/.test(text),
  ).length;

/** The root says so; where somebody has deleted it, a post does. */
export function showsHandBack({ slack, places }: Stage, root: Root): boolean {
  if (slack.state.messages.some((message) => message === root)) {
    return !JSON.stringify(root.blocks ?? []).includes(ACTIONS.handBack.id);
  }
  const conversation = places.conversationOf(root.ts);
  return slack.state.messages.some(
    ({ thread_ts, text }) =>
      places.conversationOf(thread_ts) === conversation && text.includes("no longer reach"),
  );
}
