import type { WithoutAnswer } from "./retrying-balancer.ts";

/** How big a run is. Everything else comes from the seed. */
export interface Plan {
  readonly seed: number;
  readonly users: number;
  /** Of each User, both directions together. */
  readonly messagesPerUser: number;
  /** Longest pause of a person between two messages, ms. */
  readonly pauseMs: number;
  readonly socketMode: boolean;
  /** Average time between two kills, or other faults of replicas, ms. */
  readonly killEveryMs: number;
  /** Missing: one bridge on SQLite, which is killed again and again, with nothing in between. */
  readonly replicas?: ReplicaPlan;
}

/** Several equal replicas on one PostgreSQL, each behind networks of its own. */
export interface ReplicaPlan {
  readonly count: number;
  /** What the load balancer in front of them does; HTTP mode only. */
  readonly withoutAnswer: WithoutAnswer;
}
