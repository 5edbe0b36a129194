import { UnreadableError } from "../../errors.ts";
import { optional, record, text } from "./fields.ts";
import { parseStored } from "./read-stored.ts";

/** Why an item is a dead letter. Stored: changing it is a migration. */
export interface DeadLetterReason {
  readonly code: string;
  readonly message: string;
  /** The notice that is still owed about it, as JSON. */
  readonly words?: string;
}

export const deadLetterReasonSchema = record<DeadLetterReason>({
  code: text,
  message: text,
  words: optional(text),
});

/** One that is damaged gives way to what is the matter with it: the dead letter itself may well be in order. */
export function readDeadLetterReason(stored: string): DeadLetterReason {
  try {
    return parseStored(deadLetterReasonSchema, stored, "the reason of a dead letter");
  } catch (thrown) {
    if (!(thrown instanceof UnreadableError)) throw thrown;
    return { code: thrown.code, message: thrown.message };
  }
}
