import type { Work } from "../delivery/lanes.ts";
import { toBridgeError } from "../errors.ts";
import type { Json } from "../json.ts";

/**
 * Runs a request that must not be repeated on a guess. A mark is on disk before it begins, and goes when the request
 * has surely not been carried out; an attempt that finds the mark must not send. `before` is what the progress was.
 */
export async function sendOnce(
  work: Pick<Work<unknown>, "begin" | "save">,
  request: () => Promise<void>,
  mark: Json = { underWay: true },
  before?: Json,
): Promise<void> {
  await work.begin(mark);
  try {
    await request();
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (error.disposition !== "uncertain") await work.save(before);
    throw error;
  }
}
