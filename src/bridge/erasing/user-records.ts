import type { Thread, UserId } from "../../ids.ts";
import type { Json } from "../../json.ts";
import type { Conversation } from "../conversation.ts";

/** What somebody is named by. */
export const NAMED_BY = ["user-id", "customer-id", "e-mail"] as const;
export type NamedBy = (typeof NAMED_BY)[number];

/** Why somebody cannot be erased now: a conversation is open, or something of theirs has not been delivered yet. */
export const BUSY = ["open", "waiting"] as const;
export type Busy = (typeof BUSY)[number];

/** A row of the state, with JSON in it read. */
export type KeptRow = Readonly<Record<string, Json>>;

/** All that the state keeps of one User. */
export interface KeptOfUser {
  /** Every id that the User ever had. */
  readonly userIds: readonly UserId[];
  /** Also of those that cannot be read. */
  readonly conversationIds: readonly string[];
  /** Those that this version understands. */
  readonly conversations: readonly Conversation[];
  /** Every thread that is known to have been theirs. */
  readonly threads: readonly Thread[];
  /** By the names of the tables. */
  readonly rows: Readonly<Record<string, readonly KeptRow[]>>;
  readonly busy?: Busy;
}

/**
 * What the state keeps of single Users.
 *
 * @throws {StorageError} from every call
 */
export interface UserRecords {
  /** Those who are named so, each by every id that they ever had; more than one: it is not clear who is meant. */
  find(given: string, by?: NamedBy): Promise<readonly (readonly UserId[])[]>;
  /** What is kept of a User with these ids. */
  read(userIds: readonly UserId[]): Promise<KeptOfUser>;
  /**
   * Deletes all of it at once, but for records of deeds, which stay with `pseudonym` in the place of the User. False: something
   * has come since it was read, and nothing was deleted.
   */
  erase(kept: KeptOfUser, pseudonym: string): Promise<boolean>;
  /**
   * Sees to it that the files of the state hold nothing any more of what was deleted, as far as that is in the bridge's hands.
   *
   * @throws {StorageError} also while somebody else reads the files
   */
  compact(): Promise<void>;
}
