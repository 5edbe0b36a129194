import { setTimeout } from "node:timers/promises";
import { backoffMs } from "../../delivery/backoff.ts";
import { StorageError } from "../../errors.ts";
import type { KeptSession } from "./session.ts";

/** The session of now: when one is over, another is opened. */
export interface SessionKeeper {
  /** @throws {StorageError} there is none at present, and why */
  current(): KeptSession;
  /** Then `current` throws the reason. */
  close(reason?: StorageError): Promise<void>;
}

/** How connecting is tried again. */
const POLICY = { firstMs: 50, capMs: 3_000, maxAgeMs: Number.POSITIVE_INFINITY };

/** `open` throws StorageErrors, and ends what it opens when its signal is aborted before it is done. `onOpen` is told of each session but the first. */
export function keepSession(
  first: KeptSession,
  open: (signal: AbortSignal) => Promise<KeptSession>,
  onOpen: (session: KeptSession) => void = () => {},
): SessionKeeper {
  const closing = new AbortController();
  let session: KeptSession | undefined;
  let trouble: unknown;
  let opening: Promise<void> | undefined;

  function begin(next: KeptSession): void {
    session = next;
    const { signal } = next;
    const end = () => {
      session = undefined;
      trouble = signal.reason;
      if (!closing.signal.aborted) opening = reopen();
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  }

  async function reopen(): Promise<void> {
    for (let attempt = 1; !closing.signal.aborted; attempt++) {
      const next = await open(closing.signal).catch((error: unknown) => {
        trouble = error;
        return undefined;
      });
      if (next) {
        if (closing.signal.aborted) return await next.close();
        begin(next);
        return onOpen(next);
      }
      const ms = backoffMs(POLICY, attempt, Math.random());
      await setTimeout(ms, undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  begin(first);

  return {
    current() {
      closing.signal.throwIfAborted();
      if (!session) throw trouble;
      return session;
    },
    async close(reason = new StorageError("the state is closed")) {
      closing.abort(reason);
      await session?.close();
      await opening;
    },
  };
}
