import { isObject } from "./block-limits.ts";
import type { Block } from "./state.ts";

/** The blocks as Slack gives them back: with ids where the app left them out, and `emoji` spelled out. */
export function completeBlocks(blocks: readonly Block[], makeId: () => string): Block[] {
  return blocks.map((block) => {
    const complete = structuredClone(block);
    complete.block_id ??= makeId();
    completeElements(complete, makeId);
    return complete;
  });
}

const INTERACTIVE =
  /^(button|overflow|checkboxes|radio_buttons|.*_select|.*picker|.*_input|file_input)$/;

function completeElements(value: unknown, makeId: () => string): void {
  if (Array.isArray(value)) {
    for (const item of value) completeElements(item, makeId);
    return;
  }
  if (!isObject(value)) return;
  if (value.type === "plain_text") value.emoji ??= true;
  if (value.type === "mrkdwn") value.verbatim ??= false;
  if (typeof value.type === "string" && INTERACTIVE.test(value.type)) value.action_id ??= makeId();
  for (const item of Object.values(value)) completeElements(item, makeId);
}
