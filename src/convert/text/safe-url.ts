/** Slack makes no link of a longer address. */
const URL_LIMIT = 3_000;

/** Characters that end an address in Slack's or in Markdown's syntax, or that are invisible. */
const UNSAFE = /[\s<>"\\^`{|}\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The address in a form that is safe in a link; `undefined` for anything but web, mail and telephone addresses. */
export function toSafeUrl(url: string): string | undefined {
  const trimmed = url.trim().replace(/^tel:\/\//i, "tel:");
  if (!/^(?:https?:\/\/\S|mailto:\S|tel:\S)/i.test(trimmed)) return undefined;
  const safe = trimmed.toWellFormed().replaceAll(UNSAFE, encodeURIComponent);
  return safe.length <= URL_LIMIT ? safe : undefined;
}

/** Whether a link's label is its own address, with or without the scheme. */
export const isItsOwnLabel = (label: string, url: string): boolean =>
  [
    url,
    url.replace(/^(?:mailto|tel):(?:\/\/)?/i, ""),
    url.replace(/^https?:\/\//i, ""),
    url.replace(/\/$/, ""),
  ].includes(label);
