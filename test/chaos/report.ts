import type { BridgeCounts } from "./bridge-process.ts";
import type { EventsVerdict } from "./judge-events.ts";
import type { Plan } from "./plan.ts";
import type { Backlog } from "./quiet.ts";
import type { Balancer } from "./retrying-balancer.ts";
import { formatTakeOvers, type TakeOver } from "./take-overs.ts";
import type { Count, Verdict } from "./verdict.ts";

export interface Report {
  readonly plan: Plan;
  readonly verdict: Verdict;
  readonly events: EventsVerdict;
  readonly backlog: Backlog;
  readonly sentAgain: number;
  readonly takenOver: number;
  /** Users whom nobody answered after all trouble, to see what the desk does. */
  readonly leftAlone: number;
  readonly trouble: ReadonlyMap<string, number>;
  /** Of each process. */
  readonly bridges: readonly BridgeCounts[];
  readonly balancer: Balancer["counts"] | undefined;
  readonly takeOvers: readonly TakeOver[];
  readonly tookMs: number;
}

/** The run in figures. */
export function formatReport(report: Report): string {
  const { plan, verdict, events, backlog, trouble, bridges, balancer } = report;
  const { fromUsers, fromAgents, conversations, moves, desk, outsiders } = verdict;
  const row = (name: string, figure: (count: Count) => number) =>
    `${name.padEnd(34)}${String(figure(fromUsers)).padStart(14)}${String(figure(fromAgents)).padStart(14)}`;
  const total = (figure: keyof BridgeCounts) =>
    bridges.reduce((sum, each) => sum + each[figure], 0);
  const { replicas } = plan;
  return [
    [
      `seed ${plan.seed}`,
      `${plan.users} Users`,
      plan.socketMode ? "Socket Mode" : "HTTP",
      ...(replicas
        ? [
            `${replicas.count} replicas`,
            `load balancer: without an answer ${replicas.withoutAnswer}`,
          ]
        : []),
      `${(report.tookMs / 1000).toFixed(1)} s`,
    ].join(" · "),
    `${"".padEnd(34)}${"User → agent".padStart(14)}${"agent → User".padStart(14)}`,
    row("sent", ({ sent }) => sent),
    row("acknowledged", ({ acknowledged }) => acknowledged),
    row("not acknowledged", ({ sent, acknowledged }) => sent - acknowledged),
    row("delivered (of the acknowledged)", ({ delivered }) => delivered),
    row("delivered (of the others)", ({ deliveredAnyway }) => deliveredAnyway),
    row("told as uncertain", ({ uncertain }) => uncertain),
    row("told as not sent", ({ refused }) => refused),
    row("held, as told, for a colleague", ({ held }) => held),
    row("declared repeat", ({ declaredRepeats }) => declaredRepeats),
    ...(replicas ? [row("sent late by a thawed replica", ({ late }) => late)] : []),
    row("LOST", ({ lost }) => lost.length),
    row("DOUBLED", ({ doubled }) => doubled.length),
    row("DISORDERED", ({ disordered }) => disordered.length),
    row("MISDIRECTED", ({ misdirected }) => misdirected.length),
    `threads: ${conversations.expected} expected, ${conversations.missing.length} missing, ${conversations.doubled.length} doubled; moves: ${moves.asked} asked for, ${moves.made} made, ${moves.wrong.length} wrong; words of outsiders: ${outsiders.written}, ${outsiders.wrong.length} wrong`,
    `desk: ${desk.reminders} reminders, ${desk.toldUsers} words to Users, ${desk.releases} released and ${desk.handBacks} handed back by itself, ${desk.claims} claims shown, ${desk.wrong.length} wrong; left alone in peace: ${report.leftAlone} Users`,
    `events to the bot: ${events.received}, ${events.repeated} of them again; ${events.lost.length} lost, ${events.disordered.length} disordered, ${events.wrong.length} wrong`,
    `dead letters: ${backlog.deadLetters.inbox} inbox, ${backlog.deadLetters.outbox} outbox; sent again by button: ${report.sentAgain}, by taking over: ${report.takenOver}`,
    `bridge: ${total("starts")} starts, ${total("kills")} SIGKILLs, ${total("cleanStops")} clean stops, ${total("exits")} exits of its own`,
    ...(balancer
      ? [
          `freezes: ${total("freezes")}; load balancer: ${balancer.passedOn} answers passed on, ${balancer.repeated} requests repeated, ${balancer.failed} failed`,
        ]
      : []),
    ...formatTakeOvers(report.takeOvers),
    `trouble: ${[...trouble].map(([name, times]) => `${name} ${times}`).join(", ")}`,
  ].join("\n");
}
