import type { RichMessage, SlackMessage } from "../../../convert/to-slack/slack-message.ts";
import { type ConversationId, toServiceId, toUserId } from "../../../ids.ts";
import { renderDetails } from "../../../views/details.ts";
import { type RootFacts, type RootLinks, renderRoot } from "../../../views/root.ts";
import type { Texts } from "../../../views/texts/en.ts";
import { LINK, numbered } from "./sample-values.ts";

const factsOf = (text: string, state: RootFacts["state"]): RootFacts => ({
  id: "c_0123456789abcdef01234567" as ConversationId,
  userId: toUserId(text),
  user: { name: text, email: text, language: text, externalId: text },
  state,
  openedAt: 0,
  metadata: { reason: text, ...Object.fromEntries(numbered(60, (n) => [`${text}${n}`, text])) },
  furtherReasons: numbered(10, (n) => ({ reason: `${n}${text}`.slice(0, 500), at: n })),
  transcript: numbered(60, () => ({ from: text, text })),
  ownerUnverified: true,
  ...(state !== "open" && {
    ending: {
      at: 0,
      to: { id: toServiceId("svc"), name: text },
      by: "U0ANNA",
      note: text,
      outcome: text,
    },
  }),
});

const linksOf = (text: string): RootLinks => ({
  movable: true,
  declinable: true,
  movedFrom: { link: LINK, by: "U0ANNA", team: text },
  lost: LINK,
  previous: LINK,
  next: LINK,
  into: LINK,
});

/** A root with all that it can show. `state`: how it ended. */
export const rootOf = (text: string, texts: Texts, state: RootFacts["state"]): SlackMessage =>
  renderRoot(factsOf(text, state), linksOf(text), 1e9, texts);

/** Details with all that they can show. */
export const detailsOf = (text: string, texts: Texts): RichMessage =>
  renderDetails(
    factsOf(text, "open"),
    linksOf(text),
    { [text.slice(0, 40)]: "https://w.slack.com/{externalId}?q={name}" },
    texts,
  );
