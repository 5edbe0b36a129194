/** How long it takes until what was written is on disk: so many steps of the event loop's microtasks, in which others go on. */
const STEPS = 40;

const soon = async (): Promise<void> => {
  for (let step = 0; step < STEPS; step++) await Promise.resolve();
};

/** What was written to a disk in memory, and is not synced yet. */
export interface MemorySync {
  /** Resolves when it is synced, in the order of the calls. `undo` takes it away again. */
  written(undo: () => void): Promise<void>;
  /** The process was killed, and the disk has nothing of what was not synced. */
  lose(): void;
}

/** `sync`: takes as long as the disk does. */
export function createMemorySync(sync: () => Promise<void> = soon): MemorySync {
  let unsynced: (() => void)[] = [];
  return {
    async written(undo) {
      unsynced.push(undo);
      await sync();
      unsynced = unsynced.filter((each) => each !== undo);
    },
    lose() {
      for (const undo of unsynced.toReversed()) undo();
      unsynced = [];
    },
  };
}
