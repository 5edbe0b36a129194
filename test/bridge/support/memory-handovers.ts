import type { HandoverRecord, Handovers } from "../../../src/bridge/handovers/handovers.ts";
import type { HandoverId } from "../../../src/ids.ts";
import { createMemorySync } from "./memory-sync.ts";

/** Handovers in memory. */
export function createMemoryHandovers(sync = createMemorySync()): Handovers {
  const records = new Map<HandoverId, HandoverRecord>();

  async function set(record: HandoverRecord): Promise<HandoverRecord> {
    const before = records.get(record.id);
    records.set(record.id, record);
    await sync.written(() => {
      if (before) records.set(record.id, before);
      else records.delete(record.id);
    });
    return record;
  }

  return {
    async add(handover) {
      const before = records.get(handover.id);
      const { digest, at, userId } = handover;
      const isSameUser = before?.userId === userId;
      const isFirst = isSameUser && before.digest === undefined && digest !== undefined;
      return await set({ ...handover, ...before, ...(isFirst && { digest, at }) });
    },
    addAnew: async (handover) => await set(handover),
    byId: (id) => Promise.resolve(records.get(id)),
    async belongsTo(id, conversation) {
      const before = records.get(id);
      if (!before) return;
      const { failure: _, ...rest } = before;
      await set({ ...rest, conversation });
    },
    async failed(id, failure) {
      const before = records.get(id);
      if (before) await set({ ...before, failure });
    },
  };
}
