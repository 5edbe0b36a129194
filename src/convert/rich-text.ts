import { isJsonObject, type Json } from "../json.ts";

/** Slack's `rich_text` as plain data. Source: docs.slack.dev/reference/block-kit/blocks/rich-text-block, 2026. */
export type RichText = { readonly [key: string]: Json };

const isRichTextBlock = (block: Json): block is RichText =>
  isJsonObject(block) && block.type === "rich_text";

export const hasRichText = (blocks: readonly Json[]): boolean => blocks.some(isRichTextBlock);

/** The sections, lists, quotes and code blocks of all `rich_text` blocks. */
export const richTextElements = (blocks: readonly Json[]): RichText[] =>
  blocks.filter(isRichTextBlock).flatMap(childrenOf);

/** What is inside of an element, as far as it can be understood. */
export const childrenOf = ({ elements }: RichText): RichText[] =>
  Array.isArray(elements) ? (elements as readonly Json[]).filter(isJsonObject) : [];

export const stringIn = (value: Json | undefined): string =>
  typeof value === "string" ? value : "";

/** A whole number from 0 on; 0 for anything else. */
export const countIn = (value: Json | undefined): number =>
  typeof value === "number" && Number.isInteger(value) && value > 0 ? value : 0;
