import type { Erasure } from "../stored/erasure.ts";

/** The orders that somebody is to be erased, by ids of their own, for all replicas. On disk when resolved. */
export interface Erasures {
  get(id: string): Promise<Erasure | undefined>;
  ids(): Promise<readonly string[]>;
  set(id: string, erasure: Erasure): Promise<void>;
  delete(id: string): Promise<void>;
}
