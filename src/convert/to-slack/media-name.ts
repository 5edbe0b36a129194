import { shorten } from "../text/slack-text.ts";
import type { ParleyMedia } from "./parley-message.ts";

const lastPart = (path: string | undefined): string | undefined =>
  path?.split(/[?#]/, 1)[0]?.split("/").at(-1);

/** In UTF-16 units. */
const NAME_LIMIT = 200;

/** The name under which a User's file is shown: the one that its sender gave it, else Parley's. */
export function mediaName({ description, filename, id, url }: ParleyMedia): string {
  const given = [description, filename, lastPart(id), lastPart(url)].find((name) => name?.trim());
  const name = (given ?? "file")
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\]/gu, "_")
    .trim();
  // The ending says what the file is, so it is kept when the name is shortened.
  const [ending = ""] = /\.[^.]{1,20}$/.exec(name) ?? [];
  return shorten(name.slice(0, name.length - ending.length), NAME_LIMIT - ending.length) + ending;
}
