/** Text with one style: what Slack's rich text and Markdown have in common. Line breaks are `\n`. */
export interface StyledText {
  text: string;
  bold?: boolean;
  italic?: boolean;
  strike?: boolean;
  code?: boolean;
  /** The target, if the text is a link. */
  url?: string;
}

export type Style = Omit<StyledText, "text">;

export const plainTextOf = (texts: readonly Pick<StyledText, "text">[]): string =>
  texts.map(({ text }) => text).join("");

export const hasSameStyle = (a: Style, b: Style): boolean =>
  !a.bold === !b.bold &&
  !a.italic === !b.italic &&
  !a.strike === !b.strike &&
  !a.code === !b.code &&
  a.url === b.url;

/** The lines, without their `\n`; at least one. */
export function toLines(texts: readonly StyledText[]): StyledText[][] {
  const lines: StyledText[][] = [[]];
  for (const { text, ...style } of texts) {
    for (const [index, part] of text.split("\n").entries()) {
      if (index > 0) lines.push([]);
      if (part !== "") lines.at(-1)?.push({ ...style, text: part });
    }
  }
  return lines;
}

/** Without white space at the ends. */
export function trimStyled(texts: readonly StyledText[]): StyledText[] {
  const trimmed = [...texts];
  for (let first = trimmed[0]; first; first = trimmed[0]) {
    const text = first.text.trimStart();
    trimmed[0] = { ...first, text };
    if (text !== "") break;
    trimmed.shift();
  }
  for (let last = trimmed.at(-1); last; last = trimmed.at(-1)) {
    const text = last.text.trimEnd();
    trimmed[trimmed.length - 1] = { ...last, text };
    if (text !== "") break;
    trimmed.pop();
  }
  return trimmed;
}
