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

interface Marked {
  readonly reactions?: readonly { readonly name?: string; readonly users?: readonly string[] }[];
}

/** Whether a message that was read from a thread has the reaction of a note, from whomever. */
const isLocked = ({ reactions = [] }: Marked): boolean =>
  reactions.some(({ name }) => name === NOTE_REACTION);

/** What the marks on a message that was read from a thread say; those of failures say most. */
export function markOn(message: Marked, botUserId: string): Mark | undefined {
  if (isLocked(message)) return "note";
  return (["failed", "uncertain", "delivered"] as const).find((mark) =>
    message.reactions?.some(
      ({ name, users = [] }) => name === REACTIONS[mark] && users.includes(botUserId),
    ),
  );
}

const SETTLED = new Set([REACTIONS.delivered, REACTIONS.failed, REACTIONS.uncertain]);

/**
 * Whether a message that was read from a thread is not to be sent: it is a note, or the bridge has said on it what became of
 * it. A state that was restored from a backup does not know of that.
 */
export const isSettled = (message: Marked, botUserId: string): boolean =>
  isLocked(message) ||
  (message.reactions ?? []).some(
    ({ name = "", users = [] }) => SETTLED.has(name) && users.includes(botUserId),
  );
