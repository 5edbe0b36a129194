import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  sendBody,
  startTransfer,
  type TransferRequest,
  transferTimeout,
} from "../../src/files/transfer.ts";

async function startServer(answer: RequestListener) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x`);
}

const request = (url: URL, given: Partial<TransferRequest> = {}): TransferRequest => ({
  call: "GET file F1",
  url,
  timeout: transferTimeout(),
  signal: new AbortController().signal,
  ...given,
});

async function download(given: TransferRequest): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await startTransfer(given)).bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The first bytes of ten, and no more. */
const begin = (response: ServerResponse) =>
  response.writeHead(200, { "content-length": "10" }).write("12345");

describe("the transfer of a file", () => {
  it("ends when it stands still", async () => {
    const url = await startServer((_, response) => void begin(response));
    const timeout = { ...transferTimeout(), socket: 50 };
    await expect(download(request(url, { timeout }))).rejects.toMatchObject({ code: "network" });
  });

  it("ends when it takes far too long, although something still comes", async () => {
    const url = await startServer((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("x"), 5);
      response.once("close", () => clearInterval(timer));
    });
    const timeout = { ...transferTimeout(), request: 100 };
    await expect(download(request(url, { timeout }))).rejects.toMatchObject({ code: "network" });
  });

  it.each<[string, RequestListener]>([
    ["an answer", () => undefined],
    ["the rest", (_, response) => void begin(response)],
  ])("ends with the signal's reason while it waits for %s", async (_, answer) => {
    const asked = Promise.withResolvers<void>();
    const url = await startServer((incoming, response) => {
      answer(incoming, response);
      asked.resolve();
    });
    const stopping = new AbortController();
    const reading = download(request(url, { signal: stopping.signal }));
    void asked.promise.then(() => stopping.abort(new Error("stopping")));
    await expect(reading).rejects.toThrow("stopping");
  });

  it("is known to have failed when the answer is shorter than it says", async () => {
    const url = await startServer((_, response) => {
      begin(response);
      response.destroy();
    });
    await expect(download(request(url))).rejects.toMatchObject({ code: "network" });
  });

  it("has the bytes of the file where the answer is compressed, whose length says nothing", async () => {
    const body = gzipSync("hello ".repeat(100));
    const url = await startServer((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-length": body.length });
      response.end(body);
    });
    expect((await download(request(url))).toString()).toBe("hello ".repeat(100));
    const answer = await startTransfer(request(url));
    expect(answer.contentLength).toBeUndefined();
    answer.discard();
  });

  it("follows no redirect", async () => {
    const asked: (string | undefined)[] = [];
    const url = await startServer((incoming, response) => {
      asked.push(incoming.url);
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    const answer = await startTransfer(request(url));
    answer.discard();
    expect(answer).toMatchObject({ status: 302, headers: { location: "/elsewhere" } });
    expect(asked).toEqual(["/x"]);
  });
});

describe("a file that is sent", () => {
  const send = (
    url: URL,
    bytes: AsyncIterable<Uint8Array>,
    signal = new AbortController().signal,
  ) =>
    sendBody(bytes, signal, (body) =>
      startTransfer(request(url, { call: "POST file", method: "POST", body, signal })),
    );

  it("fails with what went wrong with reading it", async () => {
    const url = await startServer((incoming) => void incoming.resume());
    async function* bytes() {
      yield Buffer.from("12345");
      yield await Promise.reject<Buffer>(new TypeError("x is not a function"));
    }
    await expect(send(url, bytes())).rejects.toMatchObject({ code: "defect" });
  });

  it("is let go of when it is refused before it was read", async () => {
    const url = await startServer((_, response) => void response.writeHead(413).end());
    let isLetGo = false;
    async function* bytes() {
      try {
        for (;;) yield Buffer.alloc(1_000);
      } finally {
        isLetGo = true;
      }
    }
    const answer = await send(url, bytes());
    answer.discard();
    expect(answer.status).toBe(413);
    await expect.poll(() => isLetGo).toBe(true);
  });

  it("ends with the signal's reason, whatever reading it said", async () => {
    const stopping = new AbortController();
    const url = await startServer(() => stopping.abort(new Error("stopping")));
    async function* bytes() {
      yield Buffer.from("12345");
      await new Promise<void>((_, reject) => {
        stopping.signal.addEventListener("abort", () => reject(new Error("broke off")));
      });
    }
    await expect(send(url, bytes(), stopping.signal)).rejects.toThrow("stopping");
  });
});
