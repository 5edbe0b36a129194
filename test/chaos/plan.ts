/** How big a run is. Everything else comes from the seed. */
export interface Plan {
  readonly seed: number;
  readonly users: number;
  /** Of each User, both directions together. */
  readonly messagesPerUser: number;
  /** Longest pause of a person between two messages, ms. */
  readonly pauseMs: number;
  readonly socketMode: boolean;
  /** Average time between two kills, ms. */
  readonly killEveryMs: number;
}
