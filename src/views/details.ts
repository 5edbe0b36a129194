import { anyReasonOf } from "../convert/text/reason-of.ts";
import { formatMoment, formatMomentElement } from "../convert/text/slack-text.ts";
import { context } from "../convert/to-slack/blocks.ts";
import type { RichMessage } from "../convert/to-slack/slack-message.ts";
import type { Json } from "../json.ts";
import { customerLinks } from "./customer-links.ts";
import { renderFields, renderTranscript } from "./details-parts.ts";
import { code, type Line, ours, richTextBlock } from "./rich-text-lines.ts";
import { describeMovedFrom, linkTo, type RootFacts, type RootLinks } from "./root.ts";
import { describeDetails } from "./root-user.ts";
import type { Texts } from "./texts/en.ts";

/** Addresses about the User, as templates, by name. */
export type LinkTemplates = Readonly<Record<string, string>>;

/** What else there is: where it was before, and when the User goes back if nobody answers, ms. */
type Besides = Pick<RootLinks, "movedFrom" | "lost" | "previous"> & { readonly expiresAt?: number };

/**
 * The first message below a root: who the User is, and all that handovers brought. What does not fit is named and comes whole
 * with `renderOverflow`. What others gave is inert, and people can copy ids as they are. It stays well below
 * `SLACK_LIMITS.blockTextPerMessage`.
 */
export function renderDetails(
  facts: RootFacts,
  besides: Besides,
  templates: LinkTemplates,
  texts: Texts,
): RichMessage {
  const { root } = texts;
  const head: Json[] = [richTextBlock(describeUser(facts, templates, texts))];
  if (facts.ownerUnverified) head.push(context(`:warning: ${root.ownerUnverified}`));
  if (besides.lost) head.push(context(`:warning: ${root.lost(besides.lost)}`));
  if (besides.previous) {
    head.push(context(`:leftwards_arrow_with_hook: ${linkTo(besides.previous, root.previous)}`));
  }
  if (besides.expiresAt !== undefined) {
    head.push(context(`:hourglass: ${root.expires(formatMoment(besides.expiresAt))}`));
  }
  if (besides.movedFrom) head.push(context(describeMovedFrom(besides.movedFrom, root)));
  const fields = renderFields(facts.metadata, texts);
  const transcript = renderTranscript(facts.transcript, texts);
  return {
    text: root.details,
    blocks: [...head, ...fields.rich, ...transcript.rich],
    plainBlocks: [...head, ...fields.plain, ...transcript.plain],
  };
}

function describeUser(facts: RootFacts, templates: LinkTemplates, texts: Texts): Line[] {
  const { root } = texts;
  const reason = anyReasonOf(facts.metadata);
  const links = customerLinks(templates, facts);
  return [
    describeDetails(facts.user, texts),
    [...ours(`${root.userId} `), ...code(facts.userId)],
    ...(reason === undefined ? [] : [[...ours(`${root.reason} `), ...code(reason)]]),
    ...(facts.furtherReasons ?? []).map(({ reason: further, at }) => [
      ...ours(`${root.furtherReason} `),
      ...code(further),
      ...ours(" · "),
      formatMomentElement(at),
    ]),
    ...(links.length === 0 ? [] : [links.flatMap(toLink)]),
  ];
}

const toLink = ({ name, url }: { name: string; url: string }, index: number): Line => [
  ...(index === 0 ? [] : ours(" · ")),
  { type: "link", url, text: name },
];
