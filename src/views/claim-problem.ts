import type { Refusal } from "../errors.ts";
import { renderRefusal } from "./refusal.ts";
import type { Texts } from "./texts/en.ts";

/** Why nobody was asked to answer a User, or not to. */
export type ClaimProblem =
  | { readonly problem: "not-open" | "unclaimed" | "has-already" | "yours" | "not-known" }
  /** Somebody was faster. `by`: who has the User now, Slack id; missing: nobody. */
  | { readonly problem: "overtaken"; readonly by?: string }
  /** Whoever is to answer is no agent of that team. */
  | { readonly problem: "not-agent"; readonly team: string }
  /** The User was moved to that team from the thread in which this was asked for. */
  | { readonly problem: "left"; readonly team: string }
  | { readonly problem: "refused"; readonly refusal: Refusal };

/** To whoever wanted that. Literal text. */
export function renderClaimProblem(given: ClaimProblem, texts: Texts): string {
  const { claimProblems, leftThread } = texts;
  switch (given.problem) {
    case "refused":
      return renderRefusal(given.refusal, texts);
    case "left":
      return leftThread.unlinked(given.team);
    case "not-agent":
      return claimProblems["not-agent"](given.team);
    default:
      return claimProblems[given.problem];
  }
}
