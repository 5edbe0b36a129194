import { unescapeText } from "./slack-text.ts";

/** What an agent wrote, as the User should read it: plain text, links as addresses, no markup of Slack. */
export const toParley = (mrkdwn: string): string =>
  unescapeText(
    mrkdwn
      .replaceAll(/<!(?:here|channel|everyone)(?:\|[^>]*)?>/g, "")
      .replaceAll(/<(?:[!@#][^>|]*)\|([^>]*)>/g, "$1")
      .replaceAll(/<[!@#][^>]*>/g, "")
      .replaceAll(/<(?:mailto:|tel:)?([^>|]+)\|([^>]*)>/g, (_, address: string, label: string) =>
        address.endsWith(label) || label === "" ? address : `${label} (${address})`,
      )
      .replaceAll(/<([^>]+)>/g, "$1"),
  ).trim();
