import { defined } from "../defined.ts";
import { createSemaphore } from "../delivery/semaphore.ts";
import { observedFetch } from "./observed-fetch.ts";
import { readSlackAnswer, type SlackAnswer } from "./slack-answer.ts";

/** A hundred of the longest messages are far shorter. */
const MAX_BYTES = 10_000_000;
/** Few answers are longer than this; no more than {@link LARGE_AT_ONCE} of those are in memory at once. */
const LARGE_BYTES = 1_000_000;
const LARGE_AT_ONCE = 2;
/** For calls that bring no limit of their own. */
const TIMEOUT_MS = 10_000;

/** The other side answered, but not as Slack does, so nobody can tell what became of the call. */
class UnreadableAnswerError extends Error {
  override readonly name = "UnreadableAnswerError";
  readonly code: "ANSWER_TOO_LONG" | "ANSWER_NOT_SLACKS";
  constructor(code: UnreadableAnswerError["code"]) {
    super(code);
    this.code = code;
  }
}

/** What a call of the Web API asked for, and how it was answered. */
export interface SeenAnswer {
  method: string;
  asked: URLSearchParams;
  /** What time it was there. */
  date?: string | null;
  /** HTTP; without `answer` there was no body that counts. */
  status: number;
  answer?: SlackAnswer;
}

/**
 * The one way out to Slack's API, for all clients. An answer is read to its end here, as unpacked bytes and never more
 * than 10 MB of them; what is no answer of the Web API's throws, and no word of it goes any further.
 *
 * @throws {UnreadableAnswerError} what came is too long, or not Slack's
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
    // The client would unpack once more what says that it is packed.
    headers.set("content-type", "application/json");
    return new Response(read.text, { status, headers });
  };

  async function readBounded(response: Response, signal: AbortSignal): Promise<Uint8Array[]> {
    const chunks: Uint8Array[] = [];
    if (!response.body) return chunks;
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let size = 0;
    /** False: there is more than that. */
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
