import type { Erasures } from "../bridge/erasing/erasures.ts";
import { erasureSchema } from "../bridge/stored/erasure.ts";
import type { State } from "./state.ts";

const PREFIX = "erasure/";

/** Among the values that are kept under keys. */
export function openErasures({ remembered }: Pick<State, "remembered">): Erasures {
  const values = remembered(erasureSchema);
  return {
    get: (id) => values.get(PREFIX + id),
    ids: async () => (await values.keys(PREFIX)).map((key) => key.slice(PREFIX.length)),
    set: (id, erasure) => values.set(PREFIX + id, erasure),
    delete: (id) => values.delete(PREFIX + id),
  };
}
