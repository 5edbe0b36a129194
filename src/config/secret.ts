import { inspect } from "node:util";

/** A value that shows as `[redacted]` when it is logged, printed or serialised. */
export interface Secret {
  reveal(): string;
}

const REDACTED = "[redacted]";

export function toSecret(value: string): Secret {
  return Object.freeze({
    reveal: () => value,
    toString: () => REDACTED,
    toJSON: () => REDACTED,
    [inspect.custom]: () => REDACTED,
  });
}
