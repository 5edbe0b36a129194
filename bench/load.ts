import { Agent, request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import type { BenchRequest } from "./requests.ts";

/** Enough to keep the program busy, few enough that its own queue is not what is measured. */
const IN_FLIGHT = 32;

export interface Client {
  /** Resolves with the time (ms) until the whole answer is here; rejects unless it is 200, and when it is aborted. */
  send(request: BenchRequest, signal?: AbortSignal): Promise<number>;
  close(): void;
}

/** Closed by us well before the program does, else a request could meet a connection that is just ending. */
const IDLE_MS = 2_000;

/** Fewer than the bridge takes: for each one more it would close another. What finds none free waits, and that counts. */
const CONNECTIONS = 200;

/** Keeps its connections. Of several addresses each gets a request in turn, as from a load balancer. */
export function createClient(urls: readonly string[]): Client {
  const agent = new Agent({ keepAlive: true, timeout: IDLE_MS, maxSockets: CONNECTIONS });
  const addresses = urls.map((url) => new URL(url));
  let turn = 0;

  function attempt(request: BenchRequest, signal: AbortSignal | undefined): Promise<string> {
    const { method = "POST", path, headers, body } = request;
    const { hostname, port } = addresses[turn++ % addresses.length] ?? {};
    const length = String(Buffer.byteLength(body));
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        {
          agent,
          hostname,
          port,
          path,
          method,
          headers: { ...headers, "content-length": length },
          ...(signal && { signal }),
        },
        (response) => {
          text(response).then((answer) => {
            if (response.statusCode === 200) resolve(answer);
            else reject(new Error(`${path}: HTTP ${response.statusCode} ${answer}`));
          }, reject);
        },
      );
      outgoing.on("error", (error: NodeJS.ErrnoException) => {
        // It met a connection that was just ending, and has not been read.
        if (outgoing.reusedSocket && error.code === "ECONNRESET") resolve(attempt(request, signal));
        else reject(error);
      });
      outgoing.end(body);
    });
  }

  return {
    async send(request, signal) {
      const startedAt = performance.now();
      await attempt(request, signal);
      return performance.now() - startedAt;
    },
    close: () => agent.destroy(),
  };
}

/** Sends as fast as answers come, always {@link IN_FLIGHT} at once, until the time is over or `limit` are sent. */
export async function saturate(
  send: () => Promise<unknown>,
  until: { readonly seconds: number; readonly limit: number },
): Promise<{ readonly sent: number; readonly seconds: number }> {
  const startedAt = performance.now();
  const endsAt = startedAt + until.seconds * 1000;
  let sent = 0;
  const sender = async () => {
    while (sent < until.limit && performance.now() < endsAt) {
      sent += 1;
      await send();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, sender));
  return { sent, seconds: (performance.now() - startedAt) / 1000 };
}

/** Sends at a fixed rate, whether answers come or not, and resolves with what each send gave. */
export async function pour<Result>(
  send: () => Promise<Result>,
  pace: { readonly perSecond: number; readonly seconds: number },
): Promise<Result[]> {
  const total = Math.round(pace.perSecond * pace.seconds);
  const startedAt = performance.now();
  const answers: Promise<Result>[] = [];
  while (answers.length < total) {
    const due = ((performance.now() - startedAt) / 1000) * pace.perSecond;
    while (answers.length < Math.min(total, due)) answers.push(send());
    await pause(2);
  }
  return await Promise.all(answers);
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** Waits for a condition; false if it has not come true in time. */
export async function reached(condition: () => boolean, seconds: number): Promise<boolean> {
  const endsAt = performance.now() + seconds * 1000;
  while (!condition()) {
    if (performance.now() > endsAt) return false;
    await pause(5);
  }
  return true;
}
