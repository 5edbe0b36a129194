import type { ChannelNote, ChannelNotes } from "../../../src/bridge/ports.ts";
import { createMemorySync } from "./memory-sync.ts";

export function createMemoryChannelNotes(sync = createMemorySync()): ChannelNotes {
  const notes = new Map<string, ChannelNote>();
  return {
    get: (channel) => Promise.resolve(notes.get(channel)),
    async set(channel, note) {
      const before = notes.get(channel);
      notes.set(channel, note);
      await sync.written(() => {
        if (before) notes.set(channel, before);
        else notes.delete(channel);
      });
    },
  };
}
