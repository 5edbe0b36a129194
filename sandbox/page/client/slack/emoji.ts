/** The reactions that people and the bridge use here; any other is shown by its name. */
const EMOJI: Readonly<Record<string, string>> = {
  white_check_mark: "✅",
  heavy_check_mark: "✔️",
  x: "❌",
  warning: "⚠️",
  question: "❓",
  grey_question: "❔",
  hourglass_flowing_sand: "⏳",
  hourglass: "⌛",
  eyes: "👀",
  thumbsup: "👍",
  "+1": "👍",
  heart: "❤️",
  tada: "🎉",
  no_entry: "⛔",
  no_entry_sign: "🚫",
  paperclip: "📎",
};

export const toEmoji = (name: string): string => EMOJI[name] ?? `:${name}:`;
