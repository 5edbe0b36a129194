import { shorten } from "../text/slack-text.ts";
import type { ParleyMedia } from "./parley-message.ts";

const lastPart = (path: string | undefined): string | undefined =>
  path?.split(/[?#]/, 1)[0]?.split("/").at(-1);

/** In UTF-16 units. */
const NAME_LIMIT = 200;

/** What a User's file is called where it is shown: what its sender called it, else what Parley does. */
export function mediaName({ description, filename, id, url }: ParleyMedia): string {
  const given = [description, filename, lastPart(id), lastPart(url)].find((name) => name?.trim());
  const name = (given ?? "file")
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\]/gu, "_")
    .trim();
  // Its ending says what it is.
  const [ending = ""] = /\.[^.]{1,20}$/.exec(name) ?? [];
  return shorten(name.slice(0, name.length - ending.length), NAME_LIMIT - ending.length) + ending;
}
