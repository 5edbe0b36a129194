import type { Sight } from "../../http/look-at-host.ts";
import { parseJson } from "../../json.ts";
import type { Remark } from "../../ops/doctor/check.ts";
import {
  type Answer,
  INFERRED_FACTS,
  type InferredFact,
  type Seen,
  type Verdict,
} from "./inferred-facts.ts";
import type { Site } from "./site.ts";

const STATUS = { expected: "ok", differs: "warning", untold: "open" } as const satisfies Record<
  Verdict,
  Remark["status"]
>;

/** Which of the facts about Parley that are only inferred hold, one line for each. */
export async function checkInferred({
  parley,
  parleyToStrangers,
}: Pick<Site, "parley" | "parleyToStrangers">): Promise<readonly Remark[]> {
  const seen: Seen = {
    stranger: answerIn(await parleyToStrangers()),
    ourselves: answerIn(await parley()),
  };
  return INFERRED_FACTS.map((inferred) => {
    const verdict = inferred.tell?.(seen) ?? "untold";
    return { status: STATUS[verdict], detail: `${inferred.fact}: ${describe(inferred, verdict)}` };
  });
}

/** A page is no answer of Parley's. */
const answerIn = (sight: Sight): Answer | undefined =>
  sight.kind === "answer" && parseJson(sight.body) !== undefined ? sight : undefined;

function describe({ tell, shownBy }: InferredFact, verdict: Verdict): string {
  switch (verdict) {
    case "expected":
      return "answered as expected";
    case "differs":
      return `answered differently; ${shownBy}`;
    case "untold":
      return tell
        ? `cannot be told while Parley does not answer us; ${shownBy}`
        : `cannot be told without a User; told by: ${shownBy}`;
    default:
      return verdict satisfies never;
  }
}
