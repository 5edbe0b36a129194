import { parseJson } from "../../json.ts";
import type { Remark } from "../../ops/doctor/check.ts";
import { INFERRED_FACTS, type InferredFact, type Seen, type Verdict } from "./inferred-facts.ts";
import type { Site } from "./site.ts";

const STATUS = { expected: "ok", differs: "warning", untold: "open" } as const satisfies Record<
  Verdict,
  Remark["status"]
>;
/** Which of the facts about Parley that are only inferred hold, one line for each. */
export async function checkInferred({
  parley,
  services,
}: Pick<Site, "parley" | "services">): Promise<readonly Remark[]> {
  const stranger = await parley();
  const seen: Seen = {
    // A page is no answer of Parley's.
    stranger: stranger.kind === "answer" && parseJson(stranger.body) ? stranger : undefined,
    ourselves: await services().catch(() => undefined),
  };
  return INFERRED_FACTS.map((inferred) => {
    const verdict = inferred.tell?.(seen) ?? "untold";
    return { status: STATUS[verdict], detail: `${inferred.fact}: ${describe(inferred, verdict)}` };
  });
}

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
