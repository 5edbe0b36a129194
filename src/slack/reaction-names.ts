import type { Mark } from "../bridge/ports.ts";

/** The reaction of a note: people add it to make a message a note, and the bridge to show that a message is one. */
export const NOTE_REACTION = "lock";

/** The marks on agents' messages. */
export const REACTIONS: Readonly<Record<Mark, string>> = {
  delivered: "white_check_mark",
  delayed: "hourglass_flowing_sand",
  failed: "x",
  uncertain: "grey_question",
  note: NOTE_REACTION,
};

/** Whether a message that was read from a thread has the reaction of a note. */
export const isLocked = (message: { reactions?: readonly { name?: string }[] }): boolean =>
  message.reactions?.some(({ name }) => name === NOTE_REACTION) ?? false;
