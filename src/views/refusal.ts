import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import type { Refusal } from "../errors.ts";
import { notice } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** Why somebody may not do something, and whom they can ask. Literal text, also in the names: nobody is pinged. */
export function renderRefusal(refusal: Refusal, { refusals }: Pick<Texts, "refusals">): string {
  switch (refusal.kind) {
    case "not-agent":
    case "not-lead": {
      const { missing, missingAny, nobody } = refusals[refusal.kind];
      const { team, ask, nobodyIs } = refusal;
      if (nobodyIs && team !== undefined) return nobody(team);
      const lacks = team === undefined ? missingAny : missing(team);
      return ask.length > 0 ? `${lacks} ${refusals.ask(ask.join(", "))}` : lacks;
    }
    default:
      return refusals[refusal.kind];
  }
}

/** To somebody who may not answer, about what they write in a thread. */
export function renderStaysInside(
  refusal: Refusal,
  texts: Pick<Texts, "refusals" | "reply">,
): SlackMessage {
  const { headlines, staysInside } = texts.reply;
  const why = literalMrkdwn(renderRefusal(refusal, texts));
  const rest = refusal.kind === "not-known" ? "" : ` ${staysInside}`;
  return notice(`:lock: ${headlines.refused} ${why}${rest}`);
}
