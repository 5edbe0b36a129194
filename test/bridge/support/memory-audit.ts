import type { AuditStore, NamedAuditRecord } from "../../../src/bridge/audit.ts";
import type { ItemId } from "../../../src/ids.ts";
import { createMemorySync } from "./memory-sync.ts";

/** Records of deeds in memory, in the order in which they were added. */
export interface MemoryAudit extends AuditStore {
  readonly records: ReadonlyMap<ItemId, NamedAuditRecord>;
}

/** Held to the contract of the store. */
export function createMemoryAudit(sync = createMemorySync()): MemoryAudit {
  const records = new Map<ItemId, NamedAuditRecord>();
  return {
    records,
    async add(record) {
      const before = records.get(record.id);
      const isOutcome = before?.result === "begun" && record.result !== "begun";
      if (before && !isOutcome) return false;
      records.set(record.id, before ? { ...before, ...outcomeOf(record) } : record);
      await sync.written(() => {
        if (before) records.set(record.id, before);
        else records.delete(record.id);
      });
      return true;
    },
  };
}

const outcomeOf = ({ result, why }: NamedAuditRecord) => ({ result, ...(why && { why }) });
