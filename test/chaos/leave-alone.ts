import { press } from "./claims.ts";
import { type DeskDeed, findDeskDeeds } from "./desk-deeds.ts";
import { eventually } from "./eventually.ts";
import { handBack, showsHandBack } from "./hand-back.ts";
import { untilQuiet } from "./quiet.ts";
import type { Random } from "./random.ts";
import { speak } from "./speak.ts";
import type { Stage } from "./stage.ts";
import { AGENTS, BILLING, type ChaosTeam, SUPPORT } from "./teams.ts";
import type { Workload } from "./workload.ts";

type Message = Stage["slack"]["state"]["messages"][number];

/** What becomes of each of the Users, and to which team they come. */
const FATES = [
  { team: SUPPORT, fate: "nobody answers" },
  { team: BILLING, fate: "nobody answers" },
  { team: SUPPORT, fate: "two take at once" },
  { team: SUPPORT, fate: "two take at once" },
  { team: SUPPORT, fate: "answered" },
  { team: BILLING, fate: "answered" },
] as const;
type Fate = (typeof FATES)[number]["fate"];

const PATIENCE_MS = 120_000;

const HANDED_BACK = "hand back nobody_available";
/** All that the desk does by itself while nobody answers; on a slow machine some fall together, and only the latest is done. */
const STEPS = [
  "remind claimant",
  "release",
  "remind thread",
  "remind group",
  "tell waiting",
  "remind leads",
  "tell nobody-available",
  HANDED_BACK,
];

/**
 * When all trouble is over some Users come once more, and nobody answers, or somebody does after the first reminder. So what the desk
 * has to do is known to the letter, and who wins when two take a User at once.
 *
 * @returns how many Users, and what was not as it should be, one line each
 */
export async function leaveAlone(
  stage: Stage,
  workload: Workload,
  random: Random,
): Promise<{ readonly users: number; readonly wrong: readonly string[] }> {
  const known = [...workload.ids].filter(([user]) => {
    const own = workload.conversations.filter((each) => each.user === user);
    // Of the last handover the bridge may never have heard.
    return own.at(-1)?.isKnown && stage.places.rootsOf(user).length === own.length;
  });
  const chosen = random.shuffled(known).slice(0, FATES.length);
  const wrong = await Promise.all(
    chosen.map(async ([user, id], index) => {
      const { team, fate } = FATES[index % FATES.length] ?? FATES[0];
      const chance = random.fork();
      const found = await leaveOne(stage, workload, { user, id, team, fate, random: chance }).catch(
        (error: unknown) => [String(error)],
      );
      return found.map((what) => `User ${user} in peace (${fate}): ${what}`);
    }),
  );
  await untilQuiet(stage, 60_000);
  return { users: chosen.length, wrong: wrong.flat() };
}

async function leaveOne(
  stage: Stage,
  workload: Workload,
  {
    user,
    id,
    team,
    fate,
    random,
  }: { user: number; id: string; team: ChaosTeam; fate: Fate; random: Random },
): Promise<string[]> {
  const { parley, places } = stage;
  const until = <T>(what: string, probe: () => T) =>
    eventually(probe, { timeoutMs: PATIENCE_MS, what });
  const before = places.rootsOf(user).length;
  const last = places.rootsOf(user).at(-1);
  if (last) {
    const newest = () => places.rootsOf(user)[before - 1] ?? last;
    await handBack(stage, { user, id, root: newest, agent: AGENTS[0], random });
  }
  const since = Date.now();
  workload.conversations.push({ user, isKnown: true });
  await parley.handOver({
    userId: id,
    to: parley.agentService.identification,
    metadata: { reason: team.reason },
  });
  const root = await until("a thread opens", () => places.rootsOf(user)[before]);
  const deeds = (): DeskDeed[] =>
    findDeskDeeds(stage, { ids: new Map([[user, id]]) }).filter(
      (deed) => deed.user === user && deed.at >= since,
    );
  if (fate === "answered") {
    await until("somebody is reminded", () => deeds().length > 0);
    const answeredAt = await answer(stage, { user, id, root });
    await until("the User is asked whether they are there", () =>
      deeds().some(({ step }) => step === "tell still-there"),
    );
    // One may have been on its way.
    const [, ...late] = deeds().filter(({ step, at }) => STEPS.includes(step) && at > answeredAt);
    return late.map(({ step }) => `${step} after the answer`);
  }
  const wrong = fate === "two take at once" ? await takeAtOnce(stage, root) : [];
  await until("the root shows the hand-back", () => {
    const isBack = parley.user(id).owner === parley.botService.identification;
    return isBack && showsHandBack(stage, root);
  });
  const steps = deeds().map(({ step }) => step);
  const isRight =
    steps.includes(HANDED_BACK) &&
    steps.every((step) => STEPS.includes(step)) &&
    new Set(steps).size === steps.length;
  return [...wrong, ...(isRight ? [] : [`the desk did: ${steps.join(", ")}`])];
}

/** Resolves when the User has it, with the moment of that. */
async function answer(
  { slack, ledger, parley }: Stage,
  { user, id, root }: { user: number; id: string; root: Message },
): Promise<number> {
  const { channel, ts: threadTs } = root;
  const entry = ledger.write({ from: "agent", user });
  const text = `${entry.token} at last`;
  const posted = await speak(slack, { user: AGENTS[0], channel, threadTs, text });
  entry.place = { channel, ts: posted.ts };
  if ((await posted.delivered).status === "delivered") ledger.acknowledge(entry.token);
  const sent = await eventually(
    () => parley.sent(id).find(({ message }) => message?.includes(entry.token)),
    { timeoutMs: PATIENCE_MS, what: "the answer arrives" },
  );
  return ledger.arrivedAt.get(sent.id) ?? Infinity;
}

/** One of them has the User then, and the other is told who. */
async function takeAtOnce(stage: Stage, { channel, ts }: Message): Promise<string[]> {
  const { slack } = stage;
  await Promise.all(AGENTS.map((user) => press(stage, "take", { channel, ts, user })));
  const winners = () =>
    slack.state.messages.flatMap(({ thread_ts, text }) => {
      const [, winner] = /^:raising_hand: <@(\w+)> answers this User\./.exec(text) ?? [];
      return thread_ts === ts && winner ? [winner] : [];
    });
  const told = () =>
    slack.state.ephemerals.filter(
      ({ thread_ts, user, text }) =>
        thread_ts === ts && !winners().includes(user) && text.includes(`<@${winners()[0]}>`),
    );
  await eventually(() => winners().length > 0 && told().length > 0, {
    timeoutMs: PATIENCE_MS,
    what: "one of two wins, and the other is told",
  });
  return winners().length === 1 ? [] : [`several answer: ${winners().join(", ")}`];
}
