import { isJsonObject, type Json } from "../../json.ts";

/** Slack's `rich_text` as plain data. Source: docs.slack.dev/reference/block-kit/blocks/rich-text-block, 2026. */
export type RichText = { readonly [key: string]: Json };

/** The elements inside of an element; anything else in it is left out. */
export const childrenOf = ({ elements }: RichText): RichText[] =>
  Array.isArray(elements) ? (elements as readonly Json[]).filter(isJsonObject) : [];

export const stringIn = (value: Json | undefined): string =>
  typeof value === "string" ? value : "";

/** A whole number from 0 on; 0 for anything else. */
export const countIn = (value: Json | undefined): number =>
  typeof value === "number" && Number.isInteger(value) && value > 0 ? value : 0;
