import type { Conversation } from "../bridge/conversation.ts";
import type { Desk } from "../bridge/desk-ports.ts";
import type { Conversations } from "../bridge/ports.ts";
import { openMsBetween } from "../desk/hours.ts";
import type { ConversationTimes } from "./report/figures.ts";
import { timesOf } from "./report/times-of.ts";

/** A time that has just become known of a conversation. */
export interface MeasuredTime {
  readonly what: "claim" | "first-answer" | "end";
  /** The team that has it. */
  readonly team: string;
  /** In which the team was open. */
  readonly seconds: number;
  /** The same, by day and night. */
  readonly elapsedSeconds: number;
}

const MEASURED = {
  claim: "toClaim",
  "first-answer": "toAnswer",
  end: "toEnd",
} as const satisfies Readonly<Record<MeasuredTime["what"], keyof ConversationTimes>>;

/**
 * The same store, which tells each time once: to the one process whose change has made it known. A process that ends between
 * the change and its next scrape has told nobody.
 */
export function measureConversations(
  store: Conversations,
  desk: Pick<Desk, "teamOf" | "rulesOf">,
  onTime: (time: MeasuredTime) => void,
): Conversations {
  return {
    ...store,
    async update(id, change) {
      let before: Conversation | undefined;
      const after = await store.update(id, (conversation) => {
        before = conversation;
        return change(conversation);
      });
      for (const time of before && after ? newTimes(before, after, desk) : []) onTime(time);
      return after;
    },
  };
}

function newTimes(
  before: Conversation,
  after: Conversation,
  desk: Pick<Desk, "teamOf" | "rulesOf">,
): MeasuredTime[] {
  const isNew: Readonly<Record<MeasuredTime["what"], boolean>> = {
    claim: before.firstClaimAt === undefined && after.firstClaimAt !== undefined,
    "first-answer": before.firstAnswerAt === undefined && after.firstAnswerAt !== undefined,
    end: before.ending === undefined && after.ending !== undefined,
  };
  const known = (["claim", "first-answer", "end"] as const).filter((what) => isNew[what]);
  if (known.length === 0) return [];
  const team = desk.teamOf(after).name;
  const { hours } = desk.rulesOf(after);
  const openMs = (from: number, to: number) => openMsBetween(hours, from, to);
  // Whoever still waits is not told.
  const times = timesOf(after, openMs, after.openedAt);
  const elapsed = timesOf(after, elapsedMs, after.openedAt);
  return known.map((what) => ({
    what,
    team,
    seconds: (times[MEASURED[what]] ?? 0) / 1000,
    elapsedSeconds: (elapsed[MEASURED[what]] ?? 0) / 1000,
  }));
}

const elapsedMs = (from: number, to: number): number => Math.max(0, to - from);
