import type { BridgeProcess } from "./bridge-process.ts";
import type { Plan } from "./plan.ts";
import type { Backlog } from "./quiet.ts";
import type { Count, Verdict } from "./verdict.ts";

export interface Report {
  readonly plan: Plan;
  readonly verdict: Verdict;
  readonly backlog: Backlog;
  readonly sentAgain: number;
  readonly takenOver: number;
  readonly trouble: ReadonlyMap<string, number>;
  readonly bridge: BridgeProcess["counts"];
  readonly tookMs: number;
}

/** The run in figures. */
export function formatReport(report: Report): string {
  const { plan, verdict, backlog, trouble, bridge } = report;
  const { fromUsers, fromAgents, conversations } = verdict;
  const row = (name: string, figure: (count: Count) => number) =>
    `${name.padEnd(34)}${String(figure(fromUsers)).padStart(14)}${String(figure(fromAgents)).padStart(14)}`;
  return [
    `seed ${plan.seed} · ${plan.users} Users · ${plan.socketMode ? "Socket Mode" : "HTTP"} · ${(report.tookMs / 1000).toFixed(1)} s`,
    `${"".padEnd(34)}${"User → agent".padStart(14)}${"agent → User".padStart(14)}`,
    row("sent", ({ sent }) => sent),
    row("acknowledged", ({ acknowledged }) => acknowledged),
    row("not acknowledged", ({ sent, acknowledged }) => sent - acknowledged),
    row("delivered (of the acknowledged)", ({ delivered }) => delivered),
    row("delivered (of the others)", ({ deliveredAnyway }) => deliveredAnyway),
    row("told as uncertain", ({ uncertain }) => uncertain),
    row("told as not sent", ({ refused }) => refused),
    row("declared repeat", ({ declaredRepeats }) => declaredRepeats),
    row("LOST", ({ lost }) => lost.length),
    row("DOUBLED", ({ doubled }) => doubled.length),
    row("DISORDERED", ({ disordered }) => disordered.length),
    row("MISDIRECTED", ({ misdirected }) => misdirected.length),
    `threads: ${conversations.expected} expected, ${conversations.missing.length} missing, ${conversations.doubled.length} doubled`,
    `dead letters: ${backlog.deadLetters.inbox} inbox, ${backlog.deadLetters.outbox} outbox; sent again by button: ${report.sentAgain}, by taking over: ${report.takenOver}`,
    `bridge: ${bridge.starts} starts, ${bridge.kills} SIGKILLs, ${bridge.cleanStops} clean stops, ${bridge.exits} exits of its own`,
    `trouble: ${[...trouble].map(([name, times]) => `${name} ${times}`).join(", ")}`,
  ].join("\n");
}
