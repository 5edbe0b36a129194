import type { Json } from "../../json.ts";

/** A message for Slack: `text` is what notifications and screen readers use, and all there is where blocks are missing. */
export interface SlackMessage {
  /** Slack's mrkdwn; everything foreign in it is escaped. */
  readonly text: string;
  readonly blocks?: readonly Json[];
  /** Shown in place of the bridge's own name; `icon` is an emoji code. */
  readonly author?: { readonly name: string; readonly icon: string };
}
