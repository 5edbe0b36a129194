import { shorten } from "./slack-text.ts";

/** In UTF-16 units. Longer ones push what was written out of sight. */
const NAME_LIMIT = 80;

/** Control and format characters, but for the two that join emoji and shape Arabic and Indic letters. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu;

/**
 * A name that people gave themselves, fit to stand in front of what they write: one line, short, and with nothing in it
 * that turns the text behind it around. Empty if nobody would see anything.
 */
export function cleanName(name: string): string {
  const line = name.replaceAll(/\s+/g, " ").replaceAll(UNSEEN, "").replaceAll(/ +/g, " ").trim();
  return isSeen(line) ? shorten(line, NAME_LIMIT) : "";
}

/** Whether a reader would see anything of a text. */
export const isSeen = (text: string): boolean =>
  /[^\s\p{Default_Ignorable_Code_Point}\u2800]/u.test(text);
