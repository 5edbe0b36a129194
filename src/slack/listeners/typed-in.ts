import type { ViewOutput } from "@slack/bolt";
import { withEmoji } from "../../convert/to-parley/to-emoji.ts";

/**
 * What somebody typed into the input of a form that has this `block_id`, and the same `action_id` unless told otherwise; Slack's codes
 * of emoji, such as `:tada:`, are emoji. `undefined`: nothing.
 */
export const typedIn = ({ state }: ViewOutput, block: string, action = block): string | undefined =>
  withEmoji(state.values[block]?.[action]?.value ?? "").trim() || undefined;
