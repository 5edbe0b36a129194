import type { Mark } from "../bridge/ports.ts";

/** People set it to keep a message inside, and we set it to show that one stays inside. */
export const NOTE_REACTION = "lock";

/** The marks on agents' messages. */
export const REACTIONS: Readonly<Record<Mark, string>> = {
  delivered: "white_check_mark",
  delayed: "hourglass_flowing_sand",
  failed: "x",
  uncertain: "grey_question",
  note: NOTE_REACTION,
};

/** Whether a message that was read from a thread shows that it stays inside. */
export const isLocked = (message: { reactions?: readonly { name?: string }[] }): boolean =>
  message.reactions?.some(({ name }) => name === NOTE_REACTION) ?? false;
