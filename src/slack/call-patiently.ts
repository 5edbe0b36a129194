import { RateLimitedError } from "../errors.ts";
import { callPaced, type Pace } from "./pace.ts";

/**
 * Makes a call for which nobody waits: it goes behind everything else, and waits as long as Slack asks, again and again. It must be
 * safe to repeat.
 */
export async function callPatiently<Result>(
  { extras }: Pick<Pace, "extras">,
  method: string,
  call: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  for (;;) {
    await extras.acquire(method, { priority: "low", signal });
    try {
      return await callPaced(extras, method, { method, idempotent: true }, call);
    } catch (error) {
      if (!(error instanceof RateLimitedError)) throw error;
    }
  }
}
