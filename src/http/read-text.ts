import type { Readable } from "node:stream";

/**
 * The text of a body. Empty if it is longer than `maxBytes`: the rest is not read then.
 *
 * @throws {Error} of the body, which may break off, also before this is called
 */
export const readText = async (body: Readable, maxBytes: number): Promise<string> =>
  (await readWhole(body, maxBytes)) ?? "";

/** The same; `undefined`: it is longer. */
export function readWhole(body: Readable, maxBytes: number): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  const chunks: Uint8Array[] = [];
  let length = 0;
  let hasEnded = false;
  const breakOff = () => reject(body.errored ?? new Error("The body broke off"));
  if (body.destroyed) breakOff();
  body.on("data", (chunk: Uint8Array) => {
    length += chunk.length;
    if (length <= maxBytes) return void chunks.push(chunk);
    resolve(undefined);
    // This closes the connection.
    body.destroy();
  });
  body.once("end", () => {
    hasEnded = true;
    resolve(new TextDecoder().decode(Buffer.concat(chunks)));
  });
  body.on("error", reject);
  body.once("close", () => {
    if (!hasEnded) breakOff();
  });
  return promise;
}
