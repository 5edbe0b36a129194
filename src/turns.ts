/**
 * Runs what is to be done for one key one after the other, in the order in which it was asked for. Keys do not wait for
 * each other. Resolves and rejects as `work` does.
 */
export type InTurn<Key> = <Result>(key: Key, work: () => Promise<Result>) => Promise<Result>;

export function createTurns<Key>(): InTurn<Key> {
  /** For each key the last one in line. */
  const last = new Map<Key, Promise<unknown>>();

  return async (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => {});
    last.set(key, settled);
    try {
      return await turn;
    } finally {
      if (last.get(key) === settled) last.delete(key);
    }
  };
}
