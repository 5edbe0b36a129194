import type { Harm } from "./harms.ts";
import { type EventsVerdict, judgeEvents } from "./judge-events.ts";
import { leaveAlone } from "./leave-alone.ts";
import { tokensIn } from "./ledger.ts";
import { findNotices } from "./notices.ts";
import type { Plan } from "./plan.ts";
import { type Backlog, untilQuiet } from "./quiet.ts";
import { createRandom } from "./random.ts";
import { formatReport } from "./report.ts";
import { sendAgain } from "./send-again.ts";
import { setStage } from "./stage.ts";
import { findTakeOvers } from "./take-overs.ts";
import { tellStories } from "./tell-stories.ts";
import { startTrouble } from "./trouble.ts";
import { reachVerdict, type Verdict } from "./verdict.ts";
import { startWorkload } from "./workload.ts";
import { writeRecord } from "./write-record.ts";

export interface ChaosResult {
  readonly verdict: Verdict;
  /** Everything that breaks the promise, one line each. */
  readonly broken: readonly string[];
  /** The table. */
  readonly report: string;
}

/** One run: people write while the bridge is killed and both sides make trouble; then peace, and the count. */
export async function runChaos(
  plan: Plan,
  onProgress: (line: string) => void,
): Promise<ChaosResult> {
  const random = createRandom(plan.seed);
  const stage = await setStage(plan);
  const { bridges, cluster, slack, parley } = stage;
  let keep = true;
  try {
    const startedAt = Date.now();
    for (const bridge of bridges) bridge.start();
    await Promise.all(bridges.map((bridge) => bridge.up()));
    const trouble = startTrouble(stage, plan, random.fork());
    const workload = startWorkload(stage, plan, random.fork());
    let harms: readonly Harm[] = [];
    try {
      await workload.finished;
    } finally {
      harms = await trouble.stop();
    }
    const drainingSince = Date.now();
    onProgress(`wrote for ${drainingSince - startedAt} ms; waiting for peace`);
    const backlog = await untilQuiet(stage, 180_000);
    // A press takes the buttons away.
    const told = new Set(findNotices(stage).keys());
    const again = await sendAgain(stage, workload, random.fork());
    const alone = await leaveAlone(stage, workload, random.fork());
    const verdict = reachVerdict(stage, workload, { harms, told });
    await untilQuiet(stage, 60_000);
    const events = await judgeEvents(stage);
    const found = [...listBroken(verdict, backlog), ...listWrongEvents(events)];
    const sightings = cluster?.sightings.all ?? [];
    const broken = [
      ...found,
      ...tellStories(found.flatMap(tokensIn), stage.ledger.entries, harms, sightings),
      ...alone.wrong,
      ...again.wrong.map((token) => `sent again, but not delivered exactly once: ${token}`),
      ...[...slack.crashes, ...parley.failures].map((error) => `defect of a fake: ${error.stack}`),
    ];
    const report = formatReport({
      plan,
      verdict,
      events,
      backlog,
      sentAgain: again.pressed,
      leftAlone: alone.users,
      takenOver: stage.ledger.entries.filter(({ isTakenOver }) => isTakenOver).length,
      trouble: trouble.counts,
      bridges: bridges.map(({ counts }) => counts),
      balancer: cluster?.balancer.counts,
      takeOvers: findTakeOvers(harms, sightings, stage.ledger.entries),
      tookMs: Date.now() - startedAt,
    });
    keep = broken.length > 0;
    if (keep) await writeRecord(stage, harms);
    return { verdict, broken: keep ? [...broken, `logs: ${stage.folder}`] : [], report };
  } catch (error) {
    throw new Error(`chaos with seed ${plan.seed}; logs: ${stage.folder}`, { cause: error });
  } finally {
    await stage.close(keep);
  }
}

const listWrongEvents = ({ lost, disordered, wrong }: EventsVerdict): string[] => [
  ...lost.map((what) => `event lost: ${what}`),
  ...disordered.map((what) => `events disordered: ${what}`),
  ...wrong.map((what) => `events: ${what}`),
];

function listBroken(
  { fromUsers, fromAgents, conversations, moves, desk, outsiders, late }: Verdict,
  backlog: Backlog,
): string[] {
  const told = fromAgents.uncertain;
  return [
    ...Object.entries({ fromUsers, fromAgents }).flatMap(([direction, count]) =>
      (["lost", "doubled", "disordered", "misdirected"] as const).flatMap((fate) =>
        count[fate].map((what) => `${direction} ${fate}: ${what}`),
      ),
    ),
    ...late,
    ...moves.wrong,
    ...desk.wrong,
    ...outsiders.wrong,
    ...conversations.missing.map((what) => `thread missing: ${what}`),
    ...conversations.doubled.map((what) => `thread doubled: ${what}`),
    ...(["inbox", "bot"] as const).flatMap((queue) =>
      backlog.deadLetters[queue] > 0
        ? [`dead letters in ${queue}: ${backlog.deadLetters[queue]}`]
        : [],
    ),
    ...(backlog.deadLetters.outbox === told
      ? []
      : [`dead letters in the outbox: ${backlog.deadLetters.outbox}, but told: ${told}`]),
  ];
}
