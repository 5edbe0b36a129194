import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Trouble that a fake can be told to make:
 * `status` answers without doing the work; `rate-limited` is a 429 with `Retry-After`; `refused` cuts the connection
 * before the work; `lost-answer` does the work and then cuts the connection; `latency` waits before the work, `held` until
 * it is let go;
 * `hang` does the work and never answers; `other-answer` writes what it likes, after the work or without it.
 */
export type Fault =
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "rate-limited"; readonly retryAfterSeconds: number }
  | { readonly kind: "refused" }
  | { readonly kind: "lost-answer" }
  | { readonly kind: "hang" }
  | {
      readonly kind: "other-answer";
      readonly isDone: boolean;
      write(response: ServerResponse): void;
    }
  | { readonly kind: "latency"; readonly ms: number }
  | { readonly kind: "held"; readonly until: Promise<unknown> };

/** Which calls a fault hits: an exact name (`chat.postMessage`, `PUT /users/20/owner`), a pattern, or `*` for all. */
type FaultTarget = string | RegExp;

export interface Faults {
  /** Adds a fault; it hits the next `times` matching calls (default: until {@link Faults.clear}). */
  add(target: FaultTarget, fault: Fault, times?: number): void;
  clear(): void;
  /** The fault that this call meets, counted down; the first added that matches wins. */
  take(call: string): Fault | undefined;
}

export function createFaults(): Faults {
  let rules: { target: FaultTarget; fault: Fault; left: number }[] = [];
  return {
    add(target, fault, times = Number.POSITIVE_INFINITY) {
      rules.push({ target, fault, left: times });
    },
    clear() {
      rules = [];
    },
    take(call) {
      const rule = rules.find(({ target }) =>
        typeof target === "string" ? target === "*" || target === call : target.test(call),
      );
      if (!rule) return undefined;
      rule.left -= 1;
      if (rule.left <= 0) rules = rules.filter((other) => other !== rule);
      return rule.fault;
    },
  };
}

/**
 * Runs one call of a fake under its fault, if any. `work` computes and performs the call, `answer` writes the response,
 * `cut` ends the connection without one, `refuse` answers with a bare status, `leave` gives the response away.
 */
export async function underFault<T>(
  fault: Fault | undefined,
  call: {
    work(): Promise<T> | T;
    answer(result: T): void;
    cut(): void;
    refuse(status: number, headers?: Record<string, string>): void;
    leave(): ServerResponse;
  },
): Promise<void> {
  switch (fault?.kind) {
    case "status":
      return call.refuse(fault.status);
    case "rate-limited":
      return call.refuse(429, { "retry-after": String(fault.retryAfterSeconds) });
    case "refused":
      return call.cut();
    case "lost-answer":
      await call.work();
      return call.cut();
    case "hang":
      await call.work();
      return undefined;
    case "other-answer":
      if (fault.isDone) await call.work();
      return fault.write(call.leave());
    case "latency":
      await delay(fault.ms);
      return call.answer(await call.work());
    case "held":
      await fault.until;
      return call.answer(await call.work());
    case undefined:
      return call.answer(await call.work());
  }
}
