import type { SlackMessage } from "../../../convert/to-slack/slack-message.ts";
import { toThreadSteps } from "../../../convert/to-slack/thread-steps.ts";
import type { Json } from "../../../json.ts";
import { LANGUAGES, type Language } from "../../../language.ts";
import type { Texts } from "../../../views/texts/en.ts";
import { textsFor } from "../../../views/texts/texts-for.ts";
import { ANSWERS } from "./every-answer.ts";
import {
  answerFormOf,
  assignFormOf,
  declineFormOf,
  eraseFindOf,
  eraseFormOf,
  formOf,
  homeOf,
  moveFormOf,
} from "./every-form.ts";
import { NOTICES } from "./every-notice.ts";
import { detailsOf, rootOf } from "./every-root.ts";

/** Something that the bridge shows in Slack. */
export interface Sample {
  /** What it is, and in which language. */
  readonly name: string;
  readonly shown: { readonly blocks: readonly Json[] } | { readonly view: Json };
}

/** What is longest in Slack's eyes, and has to be cut everywhere. */
const LONG = "<&> *_~` 👩‍👩‍👧‍👦 word\n".repeat(150);

/** What Parley's Markdown becomes blocks of. */
const MARKDOWN = `# Title\n\n**bold** _italic_ ~~gone~~ [link](https://example.com)\n\n- a\n  1. b\n\n> quote\n\n\`\`\`\ncode\n\`\`\`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n${LONG}`;

const VIEWS: Readonly<Record<string, (text: string, texts: Texts) => Json>> = {
  "App Home": homeOf,
  "the form to hand back": formOf,
  "the form of quick answers": answerFormOf,
  "the form to move": moveFormOf,
  "the form to decline": declineFormOf,
  "the form to assign": assignFormOf,
  "the form to erase": eraseFindOf,
  "the form to confirm that": eraseFormOf,
};

/** Everything that the bridge shows in Slack, as long as it can be, in every language. */
export const everyView = (): readonly Sample[] =>
  LANGUAGES.flatMap((language) => [
    ...messagesIn(language).flatMap(([name, { blocks }]) =>
      blocks ? [{ name: `${name} (${language})`, shown: { blocks } }] : [],
    ),
    ...Object.entries(VIEWS).map(([name, render]) => ({
      name: `${name} (${language})`,
      shown: { view: render(LONG, textsFor(language)) },
    })),
  ]);

function messagesIn(language: Language): readonly (readonly [string, SlackMessage])[] {
  const texts = textsFor(language);
  const { plainBlocks = [], ...details } = detailsOf(LONG, texts);
  const written = toThreadSteps(
    {
      typeId: 1,
      title: LONG,
      text: MARKDOWN,
      buttons: [{ type: "reply", title: LONG, payload: LONG }],
      carousel: [{ title: LONG, text: MARKDOWN }],
      quickReplies: [LONG],
    },
    texts.message,
  );
  return [
    ...Object.entries({ ...NOTICES, ...ANSWERS }).map(
      ([name, render]) => [name, render(LONG, texts)] as const,
    ),
    ...(["open", "handed-back", "taken-away", "merged"] as const).map(
      (state) => [`a first message: ${state}`, rootOf(LONG, texts, state)] as const,
    ),
    ["the details", details],
    ["the details, plain", { ...details, blocks: plainBlocks }],
    ...written.flatMap((step) =>
      "message" in step ? [["a User's message", step.message] as const] : [],
    ),
  ];
}
