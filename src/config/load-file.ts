import { readFileSync, statSync } from "node:fs";

/** More than anybody writes by hand. */
const MAX_BYTES = 256 * 1024;

/** The text of a file, or what it should be instead, as the end of a sentence. */
export type LoadedFile =
  | { readonly text: string; readonly isThere: true }
  | { readonly problem: string; readonly isThere: boolean };

/** At most 256 kB, unless told otherwise. */
export function loadFile(path: string, maxBytes = MAX_BYTES): LoadedFile {
  try {
    const stat = statSync(path);
    // Others may never end.
    if (!stat.isFile()) return notGood("and no folder or device");
    if (stat.size > maxBytes) return notGood(`of at most ${maxBytes / 1024} kB`);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
    return text.includes("\0") ? NOT_UTF8 : { text, isThere: true };
  } catch (error) {
    if (
      error instanceof TypeError &&
      "code" in error &&
      error.code === "ERR_ENCODING_INVALID_ENCODED_DATA"
    ) {
      return NOT_UTF8;
    }
    const { code } = error as NodeJS.ErrnoException;
    return code === "EACCES" || code === "EPERM"
      ? notGood("that the bridge may read")
      : { problem: "that is there", isThere: false };
  }
}

const notGood = (problem: string): LoadedFile => ({ problem, isThere: true });

const NOT_UTF8 = notGood("in UTF-8: save it anew with that encoding");
