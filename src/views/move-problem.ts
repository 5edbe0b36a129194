import type { Refusal } from "../errors.ts";
import { renderRefusal } from "./refusal.ts";
import type { Texts } from "./texts/en.ts";

/** Why nobody was asked to move a User. */
export type MoveProblem =
  | { readonly problem: "not-open" | "not-ready" | "one-team" | "team-gone" }
  | { readonly problem: "with-team"; readonly team: string }
  /** It was moved to that team from the thread in which this was asked for. */
  | { readonly problem: "left"; readonly team: string }
  | { readonly problem: "refused"; readonly refusal: Refusal };

/** To whoever wanted that. Literal text. */
export function renderMoveProblem(given: MoveProblem, texts: Texts): string {
  const { moveProblems } = texts;
  switch (given.problem) {
    case "refused":
      return renderRefusal(given.refusal, texts);
    case "left":
      return texts.leftThread.unlinked(given.team);
    case "with-team":
      return moveProblems["with-team"](given.team);
    default:
      return moveProblems[given.problem];
  }
}
