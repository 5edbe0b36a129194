import type { Alarms } from "../../alarms.ts";
import { StorageError } from "../../errors.ts";
import { causeOf, codeOf, isOfServer } from "./postgres-fault.ts";
import { troubleOf } from "./postgres-trouble.ts";
import type { PostgresTarget } from "./postgres-url.ts";
import type { SessionKind } from "./session-settings.ts";

/** Says what failures mean, and raises the alarm `store` while the database cannot be used as it should. */
export interface PostgresAlarm {
  /** The error for a statement that failed, without its values. Raises the alarm if the server is the reason. */
  failureOf(error: unknown): StorageError;
  /** The error for a session that is over. That raises no alarm yet: another may follow at once. */
  endOf(error: unknown): StorageError;
  /** No session of this kind could be opened. Raises the alarm. */
  closed(kind: SessionKind, error: unknown): StorageError;
  /** There is one again. */
  connected(kind: SessionKind): void;
  /** Something was stored. */
  stored(): void;
}

export function createPostgresAlarm(
  target: PostgresTarget,
  alarms: Pick<Alarms, "raise" | "clear"> | undefined,
): PostgresAlarm {
  /** What is wrong at present, the first of it first. */
  const troubles = new Map<SessionKind | "server", string>();

  function tell(): void {
    const [advice] = troubles.values();
    if (advice === undefined) alarms?.clear("store");
    else alarms?.raise("store", advice);
  }

  function endOf(error: unknown): StorageError {
    const { advice, canPass } = troubleOf(codeOf(error), target);
    return new StorageError(advice, { cause: causeOf(error), canPass });
  }

  function trouble(where: SessionKind | "server", error: unknown): StorageError {
    troubles.set(where, troubleOf(codeOf(error), target).advice);
    tell();
    return endOf(error);
  }

  function over(where: SessionKind | "server"): void {
    if (troubles.delete(where)) tell();
  }

  return {
    failureOf(error) {
      const code = codeOf(error);
      if (isOfServer(code) || code === "42501" || code === "42P01") return trouble("server", error);
      return new StorageError(`PostgreSQL: ${code}`, { cause: causeOf(error) });
    },
    endOf,
    closed: trouble,
    connected: over,
    stored: () => over("server"),
  };
}
