import { humanise } from "../convert/text/slack-text.ts";
import type { Texts } from "./texts/en.ts";

/** The reason of a handover that an agent has asked for. Bots read it too, so it is a code. */
export const TAKEN_OVER = "taken_over_by_agent";

/** A reason as people read it: in the team's language if it is our own. Literal text. */
export const describeReason = (reason: string, { root }: Pick<Texts, "root">): string =>
  reason === TAKEN_OVER ? root.takenOver : humanise(reason);
