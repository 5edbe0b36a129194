import { toSafeUrl } from "../convert/text/safe-url.ts";
import { defined } from "../defined.ts";
import { languageOf } from "./language-of.ts";

/** What stands in braces in the template of a link. */
const PLACEHOLDER = /\{([^{}]*)\}/g;

/**
 * The addresses about a User, from templates such as `https://crm.example/{externalId}`, by their names. Each value is one part
 * of the address and cannot change the rest. One with a value that is not known is left out, and one that is not to the web.
 */
export function customerLinks(
  templates: Readonly<Record<string, string>>,
  { userId, ...facts }: Parameters<typeof languageOf>[0] & { readonly userId: string },
): readonly { name: string; url: string }[] {
  const language = languageOf(facts);
  const values = new Map(Object.entries({ ...facts.user, ...defined({ language }), userId }));
  return Object.entries(templates).flatMap(([name, template]) => {
    const used = [...template.matchAll(PLACEHOLDER)].map(([, key = ""]) => values.get(key) ?? "");
    // Dots alone would lead up to another page.
    if (used.some((value) => /^\.*$/.test(value))) return [];
    const url = toSafeUrl(
      template.replaceAll(PLACEHOLDER, (_, key: string) =>
        encodeURIComponent((values.get(key) ?? "").toWellFormed()),
      ),
    );
    return url && /^https?:/i.test(url) ? [{ name, url }] : [];
  });
}
