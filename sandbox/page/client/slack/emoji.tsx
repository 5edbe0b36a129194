import { emojiOf } from "../emoji-text.ts";

/** Drawn here, so that they look the same on every machine, also on one without a font for them. */
const DRAWN: Readonly<Record<string, readonly [colour: string, path: string]>> = {
  white_check_mark: ["#1f9d58", "M3 3h14v14H3zM6 10.2l2.8 2.8L14.4 7"],
  heavy_check_mark: ["#3b4a63", "M4 10.5 8.2 15 16 5.5"],
  x: ["#c9302c", "M5 5l10 10M15 5 5 15"],
  warning: ["#b7791f", "M10 3 18 17H2zM10 8v4.2M10 14.6v.3"],
  question: ["#c9302c", "M7 7.5c0-4 6.5-4 6.5 0 0 2.5-3.3 2.6-3.3 5.2M10.2 15.8v.3"],
  grey_question: ["#667085", "M7 7.5c0-4 6.5-4 6.5 0 0 2.5-3.3 2.6-3.3 5.2M10.2 15.8v.3"],
  hourglass_flowing_sand: ["#8a5a00", "M5.5 3h9M5.5 17h9M6.5 3c0 5 7 9 7 14M13.5 3c0 5-7 9-7 14"],
  large_green_circle: ["#1f9d58", "M10 6.2a3.8 3.8 0 1 0 .01 0zM10 8.4a1.6 1.6 0 1 0 .01 0z"],
  large_orange_circle: ["#d97706", "M10 6.2a3.8 3.8 0 1 0 .01 0zM10 8.4a1.6 1.6 0 1 0 .01 0z"],
  red_circle: ["#c9302c", "M10 6.2a3.8 3.8 0 1 0 .01 0zM10 8.4a1.6 1.6 0 1 0 .01 0z"],
  white_circle: ["#8b95a5", "M10 5.5a4.5 4.5 0 1 0 .01 0z"],
  eyes: [
    "#3b4a63",
    "M6 5.5c-4 0-4 9 0 9s4-9 0-9zM14 5.5c-4 0-4 9 0 9s4-9 0-9zM7 10.2a.6.6 0 1 0 .01 0zM15 10.2a.6.6 0 1 0 .01 0z",
  ],
  thumbsup: ["#a86b00", "M3.5 9h3v7.5h-3zM6.5 10l3.3-6.5c2 .4 2.2 1.7 1.5 4.3h4.6l-1.2 8.7H6.5"],
  tada: [
    "#be185d",
    "M3.5 16.5 7.6 6.7l5.7 5.7zM12 7.5c.3-2 1.4-3.2 3-4M13.5 9c1.6-.5 2.6-.3 3.6.2",
  ],
  paperclip: ["#566072", "M14 9.3 9 14.3a3.2 3.2 0 0 1-4.5-4.5l5.6-5.6a2.2 2.2 0 0 1 3 3l-5.5 5.6"],
  lock: ["#a86b00", "M4.5 9h11v8h-11zM6.8 9V6.5a3.2 3.2 0 0 1 6.4 0V9M10 12v2"],
  repeat: ["#566072", "M4 9V7h11l-2.5-2.5M16 11v2H5l2.5 2.5"],
  link: [
    "#566072",
    "M8.5 11.5l3-3M9 7l2-2a2.8 2.8 0 0 1 4 4l-2 2M11 13l-2 2a2.8 2.8 0 0 1-4-4l2-2",
  ],
  no_entry: ["#c9302c", "M10 3a7 7 0 1 0 .01 0zM6.5 10h7"],
  scroll: ["#a86b00", "M5 4h9v10.5a2 2 0 0 0 2 2H7a2 2 0 0 1-2-2zM8 7.5h3.5M8 10.5h3.5"],
  outbox_tray: ["#566072", "M3.5 12v4.5h13V12M10 13V3.5M6.5 7 10 3.5 13.5 7"],
  arrow_right: ["#566072", "M4 10h12M11.5 5.5 16 10l-4.5 4.5"],
  pencil2: ["#566072", "M4 16l1-4 8.5-8.5 3 3L8 15z"],
  gear: [
    "#566072",
    "M10 7a3 3 0 1 0 .01 0zM10 3v2M10 15v2M3 10h2M15 10h2M5 5l1.5 1.5M13.5 13.5 15 15M15 5l-1.5 1.5M6.5 13.5 5 15",
  ],
  information_source: ["#1d5fd1", "M10 3a7 7 0 1 0 .01 0zM10 9v5M10 6v.3"],
  rotating_light: [
    "#c9302c",
    "M5 16h10M6.5 16v-5a3.5 3.5 0 0 1 7 0v5M10 2.5v2M3.5 6l1.5 1M16.5 6 15 7",
  ],
  wave: ["#a86b00", "M5 10l5 6c4 0 6-2 6-5V6M12 10V4.5M9.5 9.5 7 5M6 11 3.5 8M14 8V5"],
  leftwards_arrow_with_hook: ["#566072", "M8 5 4 9l4 4M4 9h8c5 0 5 7 0 7"],
};
const ALIASES: Readonly<Record<string, string>> = {
  "+1": "thumbsup",
  hourglass: "hourglass_flowing_sand",
};

/** An emoji by its Slack name, drawn here or by the machine's font; else it is shown by its name. */
export function Emoji({ name }: { name: string }) {
  const drawn = DRAWN[ALIASES[name] ?? name];
  if (!drawn) return emojiOf(name);
  const [colour, path] = drawn;
  return (
    <svg className="emoji" viewBox="0 0 20 20" role="img" aria-label={name} stroke={colour}>
      <path d={path} />
    </svg>
  );
}
