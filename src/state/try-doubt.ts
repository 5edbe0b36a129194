import { doubt } from "../bridge/doubt.ts";
import { ifReadable } from "./if-readable.ts";

/** The progress of an item whose outcome is in doubt; `undefined`: its own cannot be read, so that nobody will do it anyway. */
export function tryDoubt(progress: string | undefined, requeues: number): string | undefined {
  return ifReadable(() => doubt(progress, requeues))[0];
}
