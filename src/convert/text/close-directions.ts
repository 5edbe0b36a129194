const POP_EMBEDDING = "\u202c";
const POP_ISOLATE = "\u2069";

/**
 * Ends every change of direction that a text begins; otherwise the text behind it would read backwards. Takes linear time.
 * The pairs are those of Unicode's bidirectional algorithm (UAX #9, BD9 and X7): the end of an isolate closes everything
 * that began inside of it, the end of an embedding only the embedding that began last.
 */
export function closeDirections(text: string): string {
  const open: string[] = [];
  let isolates = 0;
  for (const [sign] of text.matchAll(/[\u202a-\u202e\u2066-\u2069]/g)) {
    if (sign === POP_EMBEDDING) {
      if (open.at(-1) === POP_EMBEDDING) open.pop();
    } else if (sign === POP_ISOLATE) {
      if (isolates === 0) continue;
      while (open.pop() !== POP_ISOLATE);
      isolates -= 1;
    } else if (sign >= "\u2066") {
      open.push(POP_ISOLATE);
      isolates += 1;
    } else {
      open.push(POP_EMBEDDING);
    }
  }
  return text + open.reverse().join("");
}
