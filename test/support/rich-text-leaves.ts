import { isJsonObject, type Json } from "../../src/json.ts";

/** A text, link or emoji in blocks, in reading order; a link without a label reads as its address. */
export interface Leaf {
  readonly type: string;
  readonly text: string;
  readonly url?: string;
}

export function leavesOf(blocks: readonly Json[]): Leaf[] {
  return blocks.flatMap((block): Leaf[] => {
    if (!isJsonObject(block)) return [];
    if (Array.isArray(block.elements)) return leavesOf(block.elements as readonly Json[]);
    const url = typeof block.url === "string" ? { url: block.url } : {};
    return [{ type: String(block.type), text: String(block.text ?? block.url ?? ""), ...url }];
  });
}

const CONTAINERS = new Set([
  "rich_text",
  "rich_text_section",
  "rich_text_list",
  "rich_text_quote",
  "rich_text_preformatted",
]);
const CONTROL = /<(?:[!@#]|https?:|mailto:)[^>]*>/i;
const UNSEEN = /[\s<>\p{Cc}\p{Cf}]/u;

/** Whatever in blocks could ping, run, mislead, or pass for a line of the bridge. */
export function dangersIn(blocks: readonly Json[]): string[] {
  return blocks.flatMap((block): string[] => {
    if (!isJsonObject(block)) return [];
    if (CONTAINERS.has(String(block.type)))
      return dangersIn((block.elements ?? []) as readonly Json[]);
    const { type, text, url } = block;
    if (type === "emoji") return block.name === "paperclip" ? [] : ["emoji"];
    if (type === "text")
      return CONTROL.test(String(text)) ? [`control sequence: ${String(text)}`] : [];
    if (type !== "link") return [`element: ${String(type)}`];
    const address = String(url);
    const isSafe = /^(?:https?:\/\/|mailto:|tel:)/i.test(address) && !UNSEEN.test(address);
    const says =
      text === undefined || address.endsWith(String(text)) || address === `${String(text)}/`;
    return [
      ...(isSafe ? [] : [`address: ${address}`]),
      ...(says ? [] : [`label: ${String(text)}`]),
    ];
  });
}
