import { defined } from "../defined.ts";
import { createSemaphore } from "../delivery/semaphore.ts";
import { observedFetch } from "./observed-fetch.ts";
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

/**
 * The `fetch` of all clients of Slack's API. It reads each answer completely, at most 10 MB of unpacked bytes. If that is no
 * answer of the Web API it throws, and passes nothing of it on.
 *
 * @throws {UnreadableAnswerError} the answer is too long, or not one of Slack
 */
export function createSlackFetch(
  apiUrl: string,
  onAnswer: (seen: SeenAnswer) => void,
): typeof fetch {
  const large = createSemaphore(LARGE_AT_ONCE);

  return async (input, init) => {
    const signal = init?.signal ?? AbortSignal.timeout(TIMEOUT_MS);
    const response = await observedFetch(input, { ...init, signal });
    const { status } = response;
    const url = String(input);
    const method = url.startsWith(apiUrl) ? url.slice(apiUrl.length) : undefined;
    const seen = (answer?: SlackAnswer) => {
      if (method === undefined) return;
      const asked = new URLSearchParams(typeof init?.body === "string" ? init.body : "");
      onAnswer(defined({ method, asked, date: response.headers.get("date"), status, answer }));
    };
    if (method === undefined || status !== 200) {
      await response.body?.cancel();
      seen();
      return new Response(null, { status, headers: response.headers });
    }
    const body = Buffer.concat(await readBounded(response, signal)).toString();
    const read = readSlackAnswer(body);
    if (!read) throw new UnreadableAnswerError("ANSWER_NOT_SLACKS");
    seen(read.answer);
    const headers = new Headers(response.headers);
    // The body is unpacked already; with the original headers the client would unpack it again.
    headers.set("content-type", "application/json");
    return new Response(read.text, { status, headers });
  };

  async function readBounded(response: Response, signal: AbortSignal): Promise<Uint8Array[]> {
    const chunks: Uint8Array[] = [];
    if (!response.body) return chunks;
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let size = 0;
    /** False: the body is longer than `limit`. */
    const readUpTo = async (limit: number): Promise<boolean> => {
      while (size <= limit) {
        const { value, done } = await reader.read();
        if (done) return true;
        size += value.length;
        chunks.push(value);
      }
      return false;
    };
    if (await readUpTo(LARGE_BYTES)) return chunks;
    if (await large.run(signal, () => readUpTo(MAX_BYTES))) return chunks;
    await reader.cancel();
    throw new UnreadableAnswerError("ANSWER_TOO_LONG");
  }
}
