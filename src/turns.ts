/**
 * Runs what is to be done for one key one after the other, in the order in which it was asked for. Keys do not wait for
 * each other. Resolves and rejects as `work` does; whoever waits when `signal` is aborted leaves with its reason.
 */
export type InTurn<Key> = <Result>(
  key: Key,
  work: () => Promise<Result>,
  signal?: AbortSignal,
) => Promise<Result>;

export function createTurns<Key>(): InTurn<Key> {
  /** For each key the last one in line. */
  const last = new Map<Key, Promise<unknown>>();

  return async (key, work, signal) => {
    signal?.throwIfAborted();
    const before = last.get(key) ?? Promise.resolve();
    const left = Promise.withResolvers<never>();
    const leave = () => left.reject(signal?.reason);
    // Only while waiting: whose turn it is must not be followed by others before it has ended.
    const turn = Promise.race([before, left.promise]).then(() => {
      signal?.removeEventListener("abort", leave);
      return work();
    });
    signal?.addEventListener("abort", leave, { once: true });
    const settled = Promise.allSettled([before, turn]).then(() => {
      if (last.get(key) === settled) last.delete(key);
    });
    last.set(key, settled);
    return await turn;
  };
}
