import type { ZodType } from "zod";
import { reasonOf, toBridgeError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { State } from "./state.ts";

/**
 * Keeps what the other side answered last, for a start while it cannot be reached or refuses us: the bridge then takes in
 * what arrives, and delivers it when the other side is back. If no answer is known that this version can read, what `ask`
 * threw is thrown.
 */
export function createLastKnown({ remembered }: Pick<State, "remembered">, log: Log) {
  return async function lastKnown<T>(
    name: string,
    schema: ZodType<T>,
    ask: () => Promise<T>,
  ): Promise<T> {
    const values = remembered(schema);
    try {
      const answer = await ask();
      await values.set(name, answer);
      return answer;
    } catch (thrown) {
      const error = toBridgeError(thrown);
      const known = await values.get(name);
      if (known === undefined) throw error;
      log.warn({ name, error: reasonOf(error) }, "start.from-memory");
      return known;
    }
  };
}
