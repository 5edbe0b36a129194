/** Longer addresses are no links for Slack. */
const URL_LIMIT = 3_000;

/** Characters that end an address in Slack's or in Markdown's syntax, or that nobody sees. */
const UNSAFE = /[\s<>"\\^`{|}\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** An address that can be shown and followed without surprise; `undefined` for anything but web, mail and telephone. */
export function toSafeUrl(url: string): string | undefined {
  const trimmed = url.trim().replace(/^tel:\/\//i, "tel:");
  if (!/^(?:https?:\/\/\S|mailto:\S|tel:\S)/i.test(trimmed)) return undefined;
  const safe = trimmed.toWellFormed().replaceAll(UNSAFE, encodeURIComponent);
  return safe.length <= URL_LIMIT ? safe : undefined;
}

/** Whether a label says where the link leads: it is the address itself, with or without the part that all have. */
export const isItsOwnLabel = (label: string, url: string): boolean =>
  [
    url,
    url.replace(/^(?:mailto|tel):(?:\/\/)?/i, ""),
    url.replace(/^https?:\/\//i, ""),
    url.replace(/\/$/, ""),
  ].includes(label);
