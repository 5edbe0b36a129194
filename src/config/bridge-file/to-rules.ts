import { defined } from "../../defined.ts";
import type { DeskRules, IdleStep, WaitingStep } from "../desk-rules.ts";
import type { BridgeFile } from "./bridge-file-schema.ts";
import { toOpeningHours } from "./opening-hours.ts";

type FileTeam = NonNullable<BridgeFile["teams"]>[number];

/** The rules of a team's desk: what it does not say itself stands at the top of the file. */
export function toRules(file: BridgeFile, team: FileTeam): DeskRules {
  const hours = file.hours?.[team.hours ?? ""];
  const silent = team.silent ?? file.silent;
  const idle = team.idle ?? file.idle;
  return {
    ...defined({
      hours: hours && toOpeningHours(hours),
      silent: silent && { afterMs: toMs(silent.after), release: silent.release },
    }),
    outside: team.outside ?? file.outside ?? "queue",
    assign: team.assign ?? file.assign ?? "none",
    collision: team.collision ?? file.collision ?? "off",
    waiting: inOrder((team.waiting ?? file.waiting ?? []).map(toWaitingStep)),
    idle: inOrder([idle ?? []].flat().map(toIdleStep)),
    endWords: team["end-words"] ?? file["end-words"] ?? [],
    outcomes: team.outcomes ?? file.outcomes ?? [],
    transcript: toCount((team["hand-back"] ?? file["hand-back"])?.transcript),
    links: team.links ?? file.links ?? {},
  };
}

type FileWaitingStep = NonNullable<BridgeFile["waiting"]>[number];

function toWaitingStep({ after, ...what }: FileWaitingStep): WaitingStep {
  const afterMs = toMs(after);
  if (what.remind !== undefined) return { afterMs, remind: what.remind };
  if (what["tell-user"] !== undefined) return { afterMs, tellUser: what["tell-user"] };
  return { afterMs, handBack: what["hand-back"] ?? "nobody_available" };
}

type FileIdleStep = Exclude<NonNullable<BridgeFile["idle"]>, readonly unknown[]>;

function toIdleStep({ after, ...what }: FileIdleStep): IdleStep {
  const afterMs = toMs(after);
  if (what["tell-user"] !== undefined) return { afterMs, tellUser: what["tell-user"] };
  return { afterMs, handBack: what["hand-back"] ?? "user_silent" };
}

const inOrder = <Step extends { readonly afterMs: number }>(steps: readonly Step[]): Step[] =>
  steps.toSorted((a, b) => a.afterMs - b.afterMs);

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Of a duration such as `3m`. */
const toMs = (duration: string): number =>
  Number(duration.slice(0, -1)) * (UNITS[duration.slice(-1)] ?? 0);

/** Of `none`, `all` or `last-20`. */
function toCount(transcript = "none"): number {
  if (transcript === "none") return 0;
  return transcript === "all" ? Number.POSITIVE_INFINITY : Number(transcript.slice("last-".length));
}
