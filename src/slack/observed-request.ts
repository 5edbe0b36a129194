import { AsyncLocalStorage } from "node:async_hooks";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

/** What is known about the request of a call from where it was sent. */
export interface Observation {
  /** Something of it may have reached the other side. */
  sent: boolean;
  /** The `Retry-After` of a 429; `null`: it had none. */
  retryAfter?: string | null;
}

const current = new AsyncLocalStorage<Observation>();

/** Runs a call whose request goes through {@link observedRequest}; `observation` is filled in on the way. */
export const observe = <Result>(
  observation: Observation,
  call: () => Promise<Result>,
): Promise<Result> => current.run(observation, call);

export interface RequestOptions {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/**
 * Sends a request and resolves with the head of its answer, whatever its status is. It also fills in the observation of the
 * call that the request belongs to.
 *
 * @throws {Error} of Node's, with a `code` · the reason of `signal`
 */
export async function observedRequest(
  url: string,
  { body, ...options }: RequestOptions,
): Promise<IncomingMessage> {
  const { signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // If something is wrong with the request itself, this throws before anything is sent.
  const request = (url.startsWith("https:") ? requestHttps : requestHttp)(url, options, resolve);
  const observation = current.getStore();
  if (observation) observation.sent = true;
  request.on("error", (error) => reject(signal.aborted ? signal.reason : error));
  request.end(body);
  const response = await promise;
  if (observation && response.statusCode === 429) {
    observation.retryAfter = response.headers["retry-after"] ?? null;
  }
  return response;
}
