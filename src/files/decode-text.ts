/** `damaged`: some of it was no text in its charset; a U+FFFD stands in the place. */
export interface DecodedText {
  text: string;
  damaged: boolean;
}

/**
 * The text of a body without its byte order mark. A mark and, in JSON, the zero bytes of UTF-16 say more about the charset
 * than what the sender calls it; without either it is `charset`, and UTF-8 where that is missing. `undefined`: a charset
 * that we do not know.
 */
export function decodeJsonText(
  bytes: Buffer,
  contentType: string | undefined,
): DecodedText | undefined {
  const named = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? "")?.[1];
  const charset = charsetShownBy(bytes) ?? named ?? "utf-8";
  try {
    return { text: new TextDecoder(charset, { fatal: true }).decode(bytes), damaged: false };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    return { text: new TextDecoder(charset).decode(bytes), damaged: true };
  }
}

function charsetShownBy(bytes: Buffer): string | undefined {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first === 0xff && second === 0xfe) return "utf-16le";
  // JSON begins with a sign of ASCII. Source: RFC 4627, section 3.
  if (first === 0 && second) return "utf-16be";
  if (first && second === 0) return "utf-16le";
  return undefined;
}
