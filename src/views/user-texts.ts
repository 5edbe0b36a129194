import type { UserTexts } from "../config/desk-rules.ts";
import { LANGUAGES, type Language } from "../language.ts";
import { textsFor } from "./texts/texts-for.ts";

/** What is known of the one who reads it. */
interface Reader {
  /** As somebody gave it: `nl`, `de-AT`, `NL_be`. */
  readonly language?: string;
}

/** What may stand in a text, in braces. */
export interface TextValues {
  /** When the team is there again. */
  readonly opensAt?: { readonly at: number; readonly timezone: string };
}

/**
 * What a User is told, as Markdown: in their language, else in that of the team, else in any. `undefined`: there is no text of
 * this name any more.
 */
export function userTextFor(
  name: string,
  reader: Reader,
  values: TextValues,
  { userTexts, language }: { userTexts: UserTexts; language: Language },
): string | undefined {
  const given = userTexts[name] ?? {};
  const theirs = languageOf(reader.language);
  const wanted = [...(theirs ? [theirs] : []), language, ...LANGUAGES];
  for (const each of wanted) {
    const own: Readonly<Record<string, string>> = textsFor(each).toUser;
    const text = given[each] ?? own[name];
    if (text !== undefined) return fillIn(text, values, each);
  }
  return undefined;
}

const languageOf = (given: string | undefined): Language | undefined =>
  LANGUAGES.find((each) => each === given?.trim().toLowerCase().split(/[-_]/, 1)[0]);

function fillIn(text: string, { opensAt }: TextValues, language: Language): string {
  const { later } = textsFor(language).toUserValues;
  const when = opensAt ? momentIn(opensAt, language) : later;
  return text.replaceAll("{opensAt}", () => when);
}

/** A moment as people there read it. */
function momentIn(
  { at, timezone }: NonNullable<TextValues["opensAt"]>,
  language: Language,
): string {
  const how = {
    timeZone: timezone,
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  } as const;
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, how).format(at);
}
