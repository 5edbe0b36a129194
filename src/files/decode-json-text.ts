/** `damaged`: some bytes were not valid in their charset, and U+FFFD replaces them. */
export interface DecodedText {
  text: string;
  damaged: boolean;
}

/**
 * The text of a body without its byte order mark. The charset is what the byte order mark or, in JSON, the zero bytes of
 * UTF-16 show; else the one that `contentType`, the sender's header, names; else UTF-8. `undefined`: we do not know it.
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
  // JSON begins with an ASCII character. Source: RFC 4627, section 3.
  if (first === 0 && second) return "utf-16be";
  if (first && second === 0) return "utf-16le";
  return undefined;
}
