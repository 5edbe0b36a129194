import { Keyv } from "keyv";
import { reasonOf, toBridgeError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Log } from "../log.ts";
import type { Database } from "./database.ts";

/**
 * What the other side answered last time, for a start while it cannot be reached or refuses us: the bridge then takes in
 * what comes, and delivers when the other side is back. Where nothing is remembered, what `ask` threw is thrown.
 */
export function createLastKnown(database: Database, log: Log) {
  const store = new Keyv<Json>({
    store: database.keyvStore,
    throwOnErrors: true,
    useKeyPrefix: false,
  });

  return async function remembered<T>(name: string, ask: () => Promise<T>): Promise<T> {
    const key = `remembered/${name}`;
    try {
      const answer = await ask();
      await store.set(key, answer as Json);
      return answer;
    } catch (thrown) {
      const error = toBridgeError(thrown);
      const last = await store.get(key);
      if (last === undefined) throw error;
      log.warn({ name, error: reasonOf(error) }, "start.from-memory");
      return last as T;
    }
  };
}
