type Element = Readonly<Record<string, unknown>>;

const childrenOf = ({ elements }: Element): Element[] =>
  Array.isArray(elements) ? (elements as Element[]) : [];

/** A section of `rich_text` as one text, with its styles as people would type them: `*bold*`, `_italic_`, `code`. */
export function readRichText(section: Element): string {
  const runs: { text: string; sign: string }[] = [];
  for (const element of childrenOf(section)) {
    const sign = signOf(element.style as Element | undefined);
    const last = runs.at(-1);
    if (last?.sign === sign) last.text += read(element);
    else runs.push({ text: read(element), sign });
  }
  return runs.map(({ text, sign }) => sign + text + sign).join("");
}

const read = ({ type, text, url, name, fallback, user_id }: Element): string => {
  if (type === "emoji") return `:${String(name)}:`;
  if (type === "user") return `<@${String(user_id)}>`;
  return String(text ?? url ?? fallback ?? "");
};

const signOf = (style: Element = {}): string =>
  style.code ? "`" : style.bold ? "*" : style.italic ? "_" : style.strike ? "~" : "";
