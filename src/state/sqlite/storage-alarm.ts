import type { Alarms } from "../../alarms.ts";
import { StorageError } from "../../errors.ts";
import { isDamage, isOwnFault } from "./sqlite-fault.ts";
import type { Failure } from "./sqlite-operation.ts";
import { troubleOf } from "./storage-trouble.ts";

/** Says what failures mean, and raises the alarm `store` while the file cannot be used as it should. */
export interface StorageAlarm {
  /** The error for a failure, without the values. Raises the alarm if the file or its disk is the reason. */
  failureOf(failure: Failure): StorageError;
  /** Something was stored: clears the alarm, unless a place of the file is damaged, which it stays. */
  stored(): void;
}

export function createStorageAlarm(
  path: string,
  alarms: Pick<Alarms, "raise" | "clear"> | undefined,
): StorageAlarm {
  let isDamaged = false;
  return {
    failureOf({ code, message }) {
      const cause = Object.assign(new Error(message), { code });
      if (isOwnFault(code)) return new StorageError(`SQLite: ${code}`, { cause });
      const { advice, canPass } = troubleOf(code, path);
      isDamaged ||= isDamage(code);
      alarms?.raise("store", advice);
      return new StorageError(`SQLite: ${advice}`, { cause, canPass });
    },
    stored() {
      if (!isDamaged) alarms?.clear("store");
    },
  };
}
