import { literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { formatMoment, oneLine, shorten } from "../convert/text/slack-text.ts";
import { mention } from "./notice.ts";
import type { RootFacts, RootLinks } from "./root-facts.ts";
import type { Texts } from "./texts/en.ts";

/** Whether the conversation is open, or how it ended. Slack's mrkdwn. */
export function describeState(
  { state, ending, openedAt }: RootFacts,
  { into }: RootLinks,
  { root }: Texts,
): string {
  if (state === "open" || !ending) {
    return `:large_green_circle: ${root.open(formatMoment(openedAt))}`;
  }
  const at = formatMoment(ending.at);
  const to = ending.to && literalMrkdwn(oneLine(shorten(ending.to.name, 80)));
  switch (state) {
    case "handed-back": {
      const by = ending.by === undefined ? undefined : mention(ending.by);
      const note = ending.note && `\n${root.note(literalMrkdwn(shorten(ending.note, 500)))}`;
      return `:white_circle: ${root.handedBack(to, by, at)}${note ?? ""}`;
    }
    case "taken-away":
      return `:white_circle: ${root.takenAway(to, at)}`;
    case "merged":
      return `:white_circle: ${root.merged(into, at)}`;
  }
}
