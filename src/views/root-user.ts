import { shorten } from "../convert/text/slack-text.ts";
import { code, type Line, ours, theirs } from "./rich-text-lines.ts";
import type { Texts } from "./texts/en.ts";

/**
 * What a User may tell of themselves, in the order in which the root shows it, and how. The names are stored: what is added
 * here is kept and shown as soon as a parser sets it.
 */
const DETAILS = {
  name: (value) => theirs(value, 80, { bold: true }),
  email: (value) => theirs(value, 120),
  /** As named by whoever hands the User over, such as `nl`. */
  language: (value, { root }) => [...ours(`${root.language} `), ...code(shorten(value, 40))],
  /** The business's own id of a registered User (`uniqueIdentifier`). */
  externalId: (value, { root }) => [...ours(`${root.customer} `), ...code(value)],
} satisfies Readonly<Record<string, (value: string, texts: Texts) => Line>>;

/** What the User's app says about the User. Parley verifies nothing of it. */
export type UserDetails = { readonly [Detail in keyof typeof DETAILS]?: string };

export const USER_DETAILS = Object.keys(DETAILS) as readonly (keyof UserDetails)[];

/** On one line. Foreign text in it is inert. */
export function describeDetails(user: UserDetails, texts: Texts): Line {
  const given = USER_DETAILS.flatMap((detail) => {
    const value = user[detail];
    return value ? [DETAILS[detail](value, texts)] : [];
  });
  if (given.length === 0) return ours(texts.root.anonymous, { bold: true });
  const who = given.flatMap((part, index) => (index === 0 ? part : [...ours(" · "), ...part]));
  return [...who, ...ours("  "), ...ours(texts.root.unverified, { italic: true })];
}
