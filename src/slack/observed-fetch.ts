import { AsyncLocalStorage } from "node:async_hooks";

/** What is known about the request of a call from where it was sent. */
export interface Observation {
  /** Something of it may have reached the other side. */
  sent: boolean;
  /** The `Retry-After` of a 429; `null`: it had none. */
  retryAfter?: string | null;
}

const current = new AsyncLocalStorage<Observation>();

/** Runs a call whose request goes through {@link observedFetch}; `observation` is filled in on the way. */
export const observe = <Result>(
  observation: Observation,
  call: () => Promise<Result>,
): Promise<Result> => current.run(observation, call);

/** `fetch`, which also fills in the observation of the call that it belongs to. */
export const observedFetch: typeof fetch = async (input, init) => {
  // If something is wrong with the request itself, this throws before anything is sent.
  const request = new Request(input, init);
  const observation = current.getStore();
  if (observation) observation.sent = true;
  const response = await fetch(request);
  if (observation && response.status === 429) {
    observation.retryAfter = response.headers.get("retry-after");
  }
  return response;
};
