import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { defined } from "../defined.ts";
import { createSemaphore } from "../delivery/semaphore.ts";
import { unpacked } from "../http/unpacked.ts";
import { observedRequest } from "./observed-request.ts";
import { readSlackAnswer, type SlackAnswer } from "./slack-answer.ts";

/** Longer than an answer with a hundred of the longest messages. */
const MAX_BYTES = 10_000_000;
/** Few answers are longer than this. At most {@link LARGE_AT_ONCE} of those are in memory at once. */
const LARGE_BYTES = 1_000_000;
const LARGE_AT_ONCE = 2;
/** For calls without a limit of their own. */
const TIMEOUT_MS = 10_000;

/** The answer is not one of Slack, so nobody knows whether Slack carried the call out. */
class UnreadableAnswerError extends Error {
  override readonly name = "UnreadableAnswerError";
  readonly code: "ANSWER_TOO_LONG" | "ANSWER_NOT_SLACKS";
  constructor(code: UnreadableAnswerError["code"]) {
    super(code);
    this.code = code;
  }
}

/** A call of the Web API and its answer. */
export interface SeenAnswer {
  method: string;
  asked: URLSearchParams;
  /** The answer's `Date` header. */
  date?: string | null;
  /** The HTTP status. Without `answer` the body was no answer of Slack. */
  status: number;
  answer?: SlackAnswer;
}

/** What is told of the calls of the Web API, and asked about them. */
export interface SlackFetchHooks {
  /** Called with every answer of Slack. */
  onAnswer(seen: SeenAnswer): void;
  /** Called before every call: if it rejects, nothing is sent, and the call fails with that. */
  mayAct(): Promise<void>;
  /** What is sent in place of the form of a call. */
  address(form: string): string;
  /** Makes each request, and is told of it whether it got an answer. */
  watch<Answer>(request: () => Promise<Answer>): Promise<Answer>;
}

export const NO_HOOKS: SlackFetchHooks = {
  onAnswer() {},
  mayAct: () => Promise.resolve(),
  address: (form) => form,
  watch: (request) => request(),
};

/**
 * The `fetch` of all clients of Slack's API, as far as those need one: texts are sent, and redirects are not followed. It reads
 * each answer completely, at most 10 MB of unpacked bytes. If that is no answer of the Web API it throws, and passes nothing
 * of it on. It is made of Node's HTTP client, which takes half the time of Node's own `fetch`.
 *
 * @throws {UnreadableAnswerError} the answer is too long, or not one of Slack · {Error} as {@link observedRequest} says
 */
export function createSlackFetch(
  apiUrl: string,
  { onAnswer, mayAct, address, watch }: SlackFetchHooks,
): typeof fetch {
  const large = createSemaphore(LARGE_AT_ONCE);

  return async (input, init) => {
    const signal = init?.signal ?? AbortSignal.timeout(TIMEOUT_MS);
    const url = String(input);
    const { method: verb = "GET", body: sent = "" } = init ?? {};
    if (typeof sent !== "string") throw new TypeError("Only texts are sent to Slack");
    await mayAct();
    const response = await watch(() =>
      observedRequest(url, {
        method: verb,
        headers: { ...(init?.headers as Record<string, string>), "accept-encoding": "gzip" },
        body: address(sent),
        signal,
      }),
    );
    const { statusCode: status = 0 } = response;
    const method = url.startsWith(apiUrl) ? url.slice(apiUrl.length) : undefined;
    const seen = (answer?: SlackAnswer) => {
      if (method === undefined) return;
      const asked = new URLSearchParams(sent);
      onAnswer(defined({ method, asked, date: response.headers.date, status, answer }));
    };
    if (method === undefined || status !== 200) {
      response.destroy();
      seen();
      return new Response(null, { status, headers: toHeaders(response) });
    }
    const chunks = await readBounded(unpacked(response), signal).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : error;
    });
    const body = Buffer.concat(chunks).toString();
    const read = readSlackAnswer(body);
    if (!read) throw new UnreadableAnswerError("ANSWER_NOT_SLACKS");
    seen(read.answer);
    const headers = toHeaders(response);
    // The body is unpacked already; of another type the client would unpack it again.
    headers.set("content-type", "application/json");
    return new Response(read.text, { status, headers });
  };

  async function readBounded(body: Readable, signal: AbortSignal): Promise<Uint8Array[]> {
    const chunks: Uint8Array[] = [];
    const reader = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
    let size = 0;
    /** False: the body is longer than `limit`. */
    const readUpTo = async (limit: number): Promise<boolean> => {
      while (size <= limit) {
        const { value, done } = await reader.next();
        if (done) return true;
        size += value.length;
        chunks.push(value);
      }
      return false;
    };
    if (await readUpTo(LARGE_BYTES)) return chunks;
    if (await large.run(signal, () => readUpTo(MAX_BYTES))) return chunks;
    body.destroy();
    throw new UnreadableAnswerError("ANSWER_TOO_LONG");
  }
}

/** Without those that tell how the answer was packed: it is unpacked. */
function toHeaders({ headers }: IncomingMessage): Headers {
  const { "content-encoding": _, "content-length": __, ...others } = headers;
  return new Headers(
    Object.entries(others).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    ),
  );
}
