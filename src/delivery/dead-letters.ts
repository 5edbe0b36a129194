import type { BridgeError } from "../errors.ts";
import { readJson } from "../read-json.ts";
import { addFollowUp, orGiveUp } from "./follow-ups.ts";
import type { Journal, OwedNoticeRow, Row } from "./journal.ts";
import type { Lane } from "./lane.ts";
import type { OnDeadLetter } from "./lanes.ts";
import { type ItemReader, readItem } from "./read-item.ts";

/** Makes dead letters, and sees to it that people are told. */
export interface DeadLetters<Body> {
  /** Stores these rows as dead letters, together with the notices that the lane owes about them from then on. */
  store(
    lane: Lane,
    rows: readonly Row[],
    error: BridgeError,
    onDeadLetter: OnDeadLetter<Body>,
  ): Promise<void>;
  /** Adds a notice that is owed about a dead letter. It is given before anything else in the lane. */
  addOwedNotice(
    lane: Lane,
    owed: Omit<OwedNoticeRow, "lane">,
    onDeadLetter: OnDeadLetter<Body>,
  ): void;
}

export function createDeadLetters<Body>(
  journal: Journal,
  reader: ItemReader<Body>,
): DeadLetters<Body> {
  function addOwedNotice(
    lane: Lane,
    { seq, notice, ...item }: Omit<OwedNoticeRow, "lane">,
    onDeadLetter: OnDeadLetter<Body>,
  ): void {
    const give = async () => {
      await orGiveUp(lane, async () => {
        await onDeadLetter.tell(item.id, readJson(notice, "what is owed about an item"));
      });
      await journal.noticeGiven(seq);
    };
    addFollowUp(lane, item, give, { isOwed: true });
  }

  return {
    addOwedNotice,
    async store(lane, rows, error, onDeadLetter) {
      const letters: (Row & { notice?: string })[] = [];
      for (const row of rows) {
        const notice = await orGiveUp(lane, () =>
          onDeadLetter.prepare(readItem(row, reader), error),
        );
        letters.push(notice === undefined ? row : { ...row, notice: JSON.stringify(notice) });
      }
      const { code, message } = error;
      const dead = await journal.dead(letters, { code, message });
      for (const { seq, id, appendedAt, notice } of letters) {
        if (notice === undefined || !dead.includes(seq)) continue;
        addOwedNotice(lane, { seq, id, appendedAt, notice }, onDeadLetter);
      }
    },
  };
}
