import type { IncomingMessage } from "node:http";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** The body of an answer to a request that takes `gzip`. */
export const unpacked = (response: IncomingMessage): Readable =>
  response.headers["content-encoding"]?.toLowerCase() === "gzip"
    ? // What goes wrong shows to whoever reads.
      pipeline(response, createGunzip(), () => {})
    : response;
