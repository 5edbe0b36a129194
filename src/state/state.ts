import type { ZodType } from "zod";
import type { Alarms } from "../alarms.ts";
import type { UserRecords } from "../bridge/erasing/user-records.ts";
import type { Handovers } from "../bridge/handovers/handovers.ts";
import type { Conversations } from "../bridge/ports.ts";
import type { Clock } from "../clock.ts";
import type { Claims } from "../delivery/claims.ts";
import type { CreateRateLimiter } from "../delivery/rate-limiter.ts";
import type { Log } from "../log.ts";
import type { Rounds } from "../rounds.ts";
import type { InTurn } from "../turns.ts";
import type { AuditRecords } from "./audit-records.ts";
import type { KeyValues } from "./key-values.ts";
import type { Journals } from "./queues.ts";
import type { RetentionDays } from "./retention.ts";

/** All that the bridge keeps, in one of its engines. */
export interface State {
  readonly journals: Journals;
  /** Which lanes of all queues this process may handle. */
  readonly claims: Claims;
  readonly conversations: Conversations;
  readonly audit: AuditRecords;
  readonly handovers: Handovers;
  readonly userRecords: UserRecords;
  /** One after the other for each key, among all replicas. What is done in a turn may take minutes. */
  readonly inTurn: InTurn<string>;
  readonly rounds: Rounds;
  /**
   * How far the clock by which all replicas go is ahead of this machine's, ms. What is stored by one and compared by another
   * is a time of that clock.
   */
  clockAheadMs(): number;
  /** What Slack and Parley answered last, under the name of the question. */
  remembered<T>(schema: ZodType<T>): KeyValues<T>;
  /** Makes rate limiters that share their pace with all who work on this state. */
  readonly createLimiter: CreateRateLimiter;
  /**
   * Deletes what is no longer needed, as of `now` (ms): old idempotency keys, dead letters, held items, ended conversations,
   * handovers and records of deeds.
   */
  expire(now: number, days: RetentionDays): Promise<void>;
  /**
   * To be asked right before a request that a handler makes of others leaves: resolves if the lane in whose name it is made is
   * still ours, as far as that can be known.
   *
   * @throws {StorageError} it is not, or nobody can tell
   */
  mayAct(): Promise<void>;
  /** Writes, to find out whether that can be done. */
  probe(): Promise<void>;
  /** Finishes what was asked for; safe to repeat. */
  close(): Promise<void>;
}

/** What a state is opened with. */
export interface StateOptions {
  /** Raised when the state cannot be written or is damaged, cleared when it can be written again. */
  alarms: Pick<Alarms, "raise" | "clear">;
  clock: Clock;
  log: Log;
}
