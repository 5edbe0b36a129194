import { anyReasonOf } from "../convert/text/reason-of.ts";
import { formatMomentElement } from "../convert/text/slack-text.ts";
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

/**
 * The first message below a root: who the User is, and all that handovers brought. What does not fit is named and comes whole
 * with `renderOverflow`. What others gave is inert, and people can copy ids as they are. It stays well below
 * `SLACK_LIMITS.blockTextPerMessage`.
 */
export function renderDetails(
  facts: RootFacts,
  links: Pick<RootLinks, "movedFrom" | "lost" | "previous">,
  templates: LinkTemplates,
  texts: Texts,
): RichMessage {
  const { root } = texts;
  const head: Json[] = [richTextBlock(describeUser(facts, templates, texts))];
  if (facts.ownerUnverified) head.push(context(`:warning: ${root.ownerUnverified}`));
  if (links.lost) head.push(context(`:warning: ${root.lost(links.lost)}`));
  if (links.previous) {
    head.push(context(`:leftwards_arrow_with_hook: ${linkTo(links.previous, root.previous)}`));
  }
  if (links.movedFrom) head.push(context(describeMovedFrom(links.movedFrom, root)));
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
