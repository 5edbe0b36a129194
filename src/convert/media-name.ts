import type { ParleyMedia } from "./parley-message.ts";

const lastPart = (path: string | undefined): string | undefined =>
  path?.split(/[?#]/, 1)[0]?.split("/").at(-1);

/** What a User's file is called where it is shown: what its sender called it, else what Parley does. */
export function mediaName({ description, filename, id, url }: ParleyMedia): string {
  const given = [description, filename, lastPart(id), lastPart(url)].find((name) => name?.trim());
  return (given ?? "file")
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\]/gu, "_")
    .trim()
    .slice(0, 200);
}
