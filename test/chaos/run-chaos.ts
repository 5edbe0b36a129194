import type { Plan } from "./plan.ts";
import { type Backlog, untilQuiet } from "./quiet.ts";
import { createRandom } from "./random.ts";
import { formatReport } from "./report.ts";
import { sendAgain } from "./send-again.ts";
import { setStage } from "./stage.ts";
import { startTrouble } from "./trouble.ts";
import { reachVerdict, type Verdict } from "./verdict.ts";
import { startWorkload } from "./workload.ts";

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
  const { bridge, slack, parley } = stage;
  let keep = true;
  try {
    const startedAt = Date.now();
    bridge.start();
    await bridge.up();
    const trouble = startTrouble(stage, plan, random.fork());
    const workload = startWorkload(stage, plan, random.fork());
    try {
      await workload.finished;
    } finally {
      await trouble.stop();
    }
    const drainingSince = Date.now();
    onProgress(`wrote for ${drainingSince - startedAt} ms; waiting for peace`);
    const backlog = await untilQuiet(stage, 180_000);
    const again = await sendAgain(stage, workload, random.fork());
    const verdict = reachVerdict(stage, workload);
    const broken = [
      ...listBroken(verdict, backlog),
      ...again.wrong.map((token) => `sent again, but not delivered exactly once: ${token}`),
      ...[...slack.crashes, ...parley.failures].map((error) => `defect of a fake: ${error.stack}`),
    ];
    const report = formatReport({
      plan,
      verdict,
      backlog,
      sentAgain: again.pressed,
      takenOver: stage.ledger.entries.filter(({ isTakenOver }) => isTakenOver).length,
      trouble: trouble.counts,
      bridge: bridge.counts,
      tookMs: Date.now() - startedAt,
    });
    keep = broken.length > 0;
    return { verdict, broken: keep ? [...broken, `log: ${stage.logFile}`] : [], report };
  } catch (error) {
    throw new Error(`chaos with seed ${plan.seed}; log: ${stage.logFile}`, { cause: error });
  } finally {
    await stage.close(keep);
  }
}

function listBroken({ fromUsers, fromAgents, conversations }: Verdict, backlog: Backlog): string[] {
  const told = fromAgents.uncertain;
  return [
    ...Object.entries({ fromUsers, fromAgents }).flatMap(([direction, count]) =>
      (["lost", "doubled", "disordered", "misdirected"] as const).flatMap((fate) =>
        count[fate].map((what) => `${direction} ${fate}: ${what}`),
      ),
    ),
    ...conversations.missing.map((what) => `thread missing: ${what}`),
    ...conversations.doubled.map((what) => `thread doubled: ${what}`),
    ...(backlog.deadLetters.inbox > 0
      ? [`dead letters in the inbox: ${backlog.deadLetters.inbox}`]
      : []),
    ...(backlog.deadLetters.outbox === told
      ? []
      : [`dead letters in the outbox: ${backlog.deadLetters.outbox}, but told: ${told}`]),
  ];
}
