import type { Refusal } from "./ports.ts";

const ADVICE: Readonly<Record<Refusal, string>> = {
  "other-company":
    "Only members of the workspace that runs this bridge can answer Users. Ask one of them to write it.",
  deactivated: "This account is deactivated in Slack, so it cannot answer Users.",
  guest:
    "Guests of this workspace cannot answer Users. Ask a member to write it, or whoever runs this bridge to allow it (GUESTS_MAY_ANSWER).",
  "no-person": "Only people can answer Users.",
};

/** A sentence or two for somebody who may not act, with what to do. Literal text. */
export const adviceForRefusal = (refusal: Refusal): string => ADVICE[refusal];
