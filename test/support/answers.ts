import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";

/** Answers `text` with HTTP 200, whatever was asked. */
export const answering =
  (text: string, type = "application/json") =>
  (response: ServerResponse): void =>
    void response.writeHead(200, { "content-type": type }).end(text);

/** Breaks off in the middle of an answer. */
export const cutOff =
  (text: string) =>
  (response: ServerResponse): void => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write(text, () => response.destroy());
  };

/** Never ends, as fast as the other side reads. */
export function endless(response: ServerResponse): void {
  const chunk = "x".repeat(64 * 1024);
  response.writeHead(200, { "content-type": "application/json" });
  response.write('{"ok":true,"filler":"');
  const go = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", go);
  go();
}

/** Valid JSON of `bytes` bytes at least, small on the wire. */
export const bomb =
  (answer: object, bytes: number) =>
  (response: ServerResponse): void =>
    void response
      .writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" })
      .end(gzipSync(JSON.stringify({ ...answer, filler: "x".repeat(bytes) })));
