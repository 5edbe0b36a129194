import { shorten } from "./slack-text.ts";

/** In UTF-16 units. A longer name would push the message itself out of sight. */
const NAME_LIMIT = 80;

/** Control and format characters, except the two that join emoji and shape Arabic and Indic letters. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu;

/**
 * A name that people gave themselves, as it can stand in front of what they write: on one line, short, and without
 * characters that reverse the text behind it. Empty if nothing of it would be visible.
 */
export function cleanName(name: string): string {
  const line = name.replaceAll(/\s+/g, " ").replaceAll(UNSEEN, "").replaceAll(/ +/g, " ").trim();
  return isSeen(line) ? shorten(line, NAME_LIMIT) : "";
}

/** Whether anything of a text is visible. */
export const isSeen = (text: string): boolean =>
  /[^\s\p{Default_Ignorable_Code_Point}\u2800]/u.test(text);
