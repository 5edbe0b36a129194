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
  readonly user?: string;
  readonly reactions?: readonly {
    readonly name?: string;
    readonly users?: readonly string[];
    readonly count?: number;
  }[];
}

const lockOn = ({ reactions = [] }: Marked) => reactions.find(({ name }) => name === NOTE_REACTION);

/** Who has put the reaction of a note on a message that was read from a thread. */
export const lockersOf = (message: Marked): readonly string[] => lockOn(message)?.users ?? [];

/** Whether a message is a note whoever else has locked it: the bridge or its writer has, or somebody whom Slack does not name. */
function isNoteForSure(message: Marked, botUserId: string): boolean {
  const lock = lockOn(message);
  if (!lock) return false;
  const { users = [], count = 0 } = lock;
  const namesAll = users.length > 0 && users.length >= count;
  return !namesAll || users.some((user) => user === botUserId || user === message.user);
}

/** What the marks on a message that was read from a thread say. What the bridge has said counts more than a lock that came too late. */
export function markOn(message: Marked, botUserId: string): Mark | undefined {
  const isKeptInside = lockersOf(message).includes(botUserId);
  if (isKeptInside) return "note";
  const told = (["failed", "uncertain", "delivered"] as const).find((mark) =>
    message.reactions?.some(
      ({ name, users = [] }) => name === REACTIONS[mark] && users.includes(botUserId),
    ),
  );
  return told ?? (lockOn(message) && "note");
}

const SETTLED = new Set([REACTIONS.delivered, REACTIONS.failed, REACTIONS.uncertain]);

/**
 * Whether a message that was read from a thread is certainly not to be sent: it is a note, or the bridge has said on it what became of
 * it. A state that was restored from a backup does not know of that.
 */
export const isSettled = (message: Marked, botUserId: string): boolean =>
  isNoteForSure(message, botUserId) ||
  (message.reactions ?? []).some(
    ({ name = "", users = [] }) => SETTLED.has(name) && users.includes(botUserId),
  );
