import { optional, record, text } from "./fields.ts";

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
