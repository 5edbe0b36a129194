import { Keyv } from "keyv";
import { ConfigError, toBridgeError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Log } from "../log.ts";
import type { Database } from "./database.ts";

/**
 * What the other side answered last time, for a start while it cannot be reached: the bridge then takes in what comes,
 * and delivers when the other side is back.
 */
export function createRemembered(database: Database, log: Log) {
  const store = new Keyv<Json>({
    store: database.keyvStore,
    throwOnErrors: true,
    useKeyPrefix: false,
  });

  /** `evenIfRefused`: a refusal goes by memory too, because the other side may take it back; else it is thrown. */
  return async function remembered<T>(
    name: string,
    ask: () => Promise<T>,
    { evenIfRefused = false } = {},
  ): Promise<T> {
    const key = `remembered/${name}`;
    try {
      const answer = await ask();
      await store.set(key, answer as Json);
      return answer;
    } catch (thrown) {
      const error = toBridgeError(thrown);
      const isRefusal = error instanceof ConfigError;
      const mayPass = error.disposition === "retry" || (isRefusal && evenIfRefused);
      const last = mayPass ? await store.get(key) : undefined;
      if (last === undefined) throw error;
      const why = isRefusal ? error.problems.join("; ") : error.message;
      log.warn({ name, error: why }, "start.from-memory");
      return last as T;
    }
  };
}
