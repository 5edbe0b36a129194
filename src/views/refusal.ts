import type { Refusal } from "../errors.ts";
import type { Texts } from "./texts/en.ts";

/** Why somebody may not do something, and whom they can ask. Literal text. */
export function renderRefusal(refusal: Refusal, { refusals }: Pick<Texts, "refusals">): string {
  switch (refusal.kind) {
    case "not-agent":
    case "not-lead": {
      const { missing, nobody, ask } = refusals[refusal.kind];
      const { team, nobodyIs } = refusal;
      const who = refusal.ask.map((name) => `@${name}`).join(", ");
      const lacks = nobodyIs && team !== undefined ? nobody(team) : missing(team);
      return who === "" ? lacks : `${lacks} ${ask(who)}`;
    }
    default:
      return refusals[refusal.kind];
  }
}
