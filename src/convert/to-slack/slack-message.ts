import type { Json } from "../../json.ts";

/** A message for Slack. `text` is used by notifications and screen readers, and shown if there are no blocks. */
export interface SlackMessage {
  /** Slack's mrkdwn; everything foreign in it is escaped. */
  readonly text: string;
  readonly blocks?: readonly Json[];
  /** Shown in place of the bridge's own name; `icon` is an emoji code. */
  readonly author?: { readonly name: string; readonly icon: string };
}

/** One with blocks that not every Slack takes. */
export interface RichMessage extends SlackMessage {
  /** In their place where Slack refuses them. */
  readonly plainBlocks?: readonly Json[];
}
