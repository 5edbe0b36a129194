import type { ConversationId, HandoverId, UserId } from "../../ids.ts";

/** What is kept of a handover under its id. */
export interface HandoverRecord {
  readonly id: HandoverId;
  /** As the one who handed over named the User. */
  readonly userId: UserId;
  /** Stands for the request that told of it; missing: only Parley has told. */
  readonly digest?: string;
  /** The conversation that it belongs to; missing: none yet. */
  readonly conversation?: ConversationId;
  /** The code of the error for which no thread could be opened. */
  readonly failure?: string;
  /** When it came, ms since the epoch: the request that told of it, or else what Parley told. */
  readonly at: number;
}

type NewHandover = Pick<HandoverRecord, "id" | "userId" | "at"> & { readonly digest?: string };

/**
 * Handovers on disk, by their ids. Whatever resolves is synced.
 *
 * @throws {StorageError} from every call
 */
export interface Handovers {
  /**
   * Keeps it, unless there is one with its id. Returns what is kept then: of all that come at once, on whichever replica, the first.
   * Only a digest that was missing is added, with its moment, and only for the same User.
   */
  add(handover: NewHandover): Promise<HandoverRecord>;
  /** The same has happened again: nothing has become of it yet, whatever became of the one before. */
  addAnew(handover: NewHandover): Promise<HandoverRecord>;
  byId(id: HandoverId): Promise<HandoverRecord | undefined>;
  /** It belongs to this conversation, so it has not failed. */
  belongsTo(id: HandoverId, conversation: ConversationId): Promise<void>;
  /** No thread could be opened for it, for the reason with this code. */
  failed(id: HandoverId, code: string): Promise<void>;
}
