import { Keyv } from "keyv";
import type { ZodType } from "zod";
import { reasonOf, toBridgeError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Log } from "../log.ts";
import type { Database } from "./database.ts";

/**
 * Keeps what the other side answered last, for a start while it cannot be reached or refuses us: the bridge then takes in
 * what arrives, and delivers it when the other side is back. If no answer is known that this version can read, what `ask`
 * threw is thrown.
 */
export function createLastKnown(database: Database, log: Log) {
  const store = new Keyv<Json>({
    store: database.keyvStore,
    throwOnErrors: true,
    useKeyPrefix: false,
  });

  return async function lastKnown<T>(
    name: string,
    schema: ZodType<T>,
    ask: () => Promise<T>,
  ): Promise<T> {
    const key = `remembered/${name}`;
    try {
      const answer = await ask();
      await store.set(key, answer as Json);
      return answer;
    } catch (thrown) {
      const error = toBridgeError(thrown);
      const last = await store.get(key);
      const known = schema.safeParse(last);
      if (!known.success) throw error;
      log.warn({ name, error: reasonOf(error) }, "start.from-memory");
      return known.data;
    }
  };
}
