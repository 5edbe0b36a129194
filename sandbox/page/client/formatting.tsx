import type { KeyboardEvent, RefObject } from "react";
import { flushSync } from "react-dom";

interface Format {
  readonly name: string;
  /** What the button shows. */
  readonly sign: string;
  /** With Ctrl or ⌘, as in Slack; in capitals with Shift. */
  readonly key?: string;
  /** Stands around what is chosen, or in front of each of its lines. */
  readonly around?: readonly [before: string, after: string];
  readonly lines?: (index: number) => string;
}

const FORMATS: readonly Format[] = [
  { name: "Bold", sign: "B", key: "b", around: ["*", "*"] },
  { name: "Italic", sign: "I", key: "i", around: ["_", "_"] },
  { name: "Strikethrough", sign: "S", key: "X", around: ["~", "~"] },
  { name: "Numbered list", sign: "1.", key: "&", lines: (index) => `${index + 1}. ` },
  { name: "Bulleted list", sign: "•", key: "*", lines: () => "- " },
  { name: "Quote", sign: "❝", key: "(", lines: () => "> " },
  { name: "Code", sign: "<>", key: "C", around: ["`", "`"] },
  { name: "Code block", sign: "{ }", around: ["```\n", "\n```"] },
];

/** A text in which a part is formatted, and which part is chosen then. */
function apply(
  { around, lines }: Format,
  text: string,
  start: number,
  end: number,
): { text: string; start: number; end: number } {
  if (around) {
    const [before, after] = around;
    const chosen = text.slice(start, end);
    return {
      text: text.slice(0, start) + before + chosen + after + text.slice(end),
      start: start + before.length,
      end: start + before.length + chosen.length,
    };
  }
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const formatted = text
    .slice(from, end)
    .split("\n")
    .map((line, index) => `${lines?.(index) ?? ""}${line}`)
    .join("\n");
  const next = from + formatted.length;
  return { text: text.slice(0, from) + formatted + text.slice(end), start: next, end: next };
}

/** What to do with a box's keys and buttons, so that its text is formatted. */
export function useFormatting(
  box: RefObject<HTMLTextAreaElement | null>,
  onChange: (text: string) => void,
) {
  const format = (chosen: Format): void => {
    const element = box.current;
    if (!element) return;
    const { text, start, end } = apply(
      chosen,
      element.value,
      element.selectionStart,
      element.selectionEnd,
    );
    // Before the next key: what is chosen must be in the text already.
    flushSync(() => onChange(text));
    element.focus();
    element.setSelectionRange(start, end);
  };
  return {
    onKeyDown(event: KeyboardEvent): void {
      const chosen = FORMATS.find(({ key }) => key === event.key);
      if (!chosen || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      format(chosen);
    },
    toolbar: (label: string) => (
      <div className="formats" role="toolbar" aria-label={`Formatting: ${label}`}>
        {FORMATS.map((chosen) => (
          <button
            key={chosen.name}
            type="button"
            className="tool"
            aria-label={`${chosen.name}: ${label}`}
            title={chosen.name}
            data-format={chosen.name}
            data-sign={chosen.sign}
            onClick={() => format(chosen)}
          />
        ))}
      </div>
    ),
  };
}
