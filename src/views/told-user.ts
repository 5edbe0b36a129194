import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { shorten } from "../convert/text/slack-text.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { causeText, quiet } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** In the thread: what the bridge told the User by itself, and whether they have it. `cause`: why they do not. */
export function renderToldUser(
  text: string,
  outcome: "told" | "uncertain" | { readonly cause: string },
  { toldUser }: Texts,
): SlackMessage {
  const words =
    typeof outcome === "object" ? toldUser.failed(causeText(outcome.cause)) : toldUser[outcome];
  return quiet(
    `:robot_face: ${words}\n>${literalMrkdwn(shorten(text, 1_000)).replaceAll("\n", "\n>")}`,
  );
}
