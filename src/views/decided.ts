import type { Texts } from "./texts/en.ts";

/** What became of a press on a button under a reply. */
export type Decided = keyof Texts["decided"];

const EMOJI: Readonly<Partial<Record<Decided, string>>> = {
  onItsWay: ":outbox_tray: ",
  takingOver: ":outbox_tray: ",
  undone: ":lock: ",
};

/** To the person who pressed it. */
export const renderDecided = (outcome: Decided, { decided }: Texts): string =>
  `${EMOJI[outcome] ?? ""}${decided[outcome]}`;
