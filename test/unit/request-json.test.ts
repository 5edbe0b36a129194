import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { NetworkError, UncertainDeliveryError } from "../../src/errors.ts";
import { type JsonRequest, requestJson } from "../../src/http/request-json.ts";
import { toCallError } from "../../src/http/to-call-error.ts";

const QUICK: JsonRequest = {
  method: "POST",
  headers: { authorization: "ours" },
  body: '{"a":1}',
  connectTimeoutMs: 200,
  responseTimeoutMs: 200,
  maxBytes: 1_000,
};

async function listen(server: ReturnType<typeof createTcpServer>): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  onTestFinished(() => server.closeAllConnections());
  return `http://${await listen(server)}/path?with=query`;
}

/** Somebody who takes connections and does this with each. */
async function accept(take: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    take(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return await listen(server);
}

/** What a call that must not be made twice comes to. */
async function errorOf(url: string, request = QUICK): Promise<Error> {
  const thrown: unknown = await requestJson(url, request).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(Error);
  return toCallError("POST /x", thrown, false);
}

describe("a request of JSON", () => {
  it("brings what was given, and says whose it is", async () => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      request.setEncoding("utf8").on("data", (body) => {
        const { authorization, "content-type": type, "user-agent": agent } = request.headers;
        seen.push(request.method, request.url, body, authorization, type, agent);
      });
      request.on("end", () => response.writeHead(418, { "retry-after": "7" }).end('"ü"'));
    });

    const answer = await requestJson(url, QUICK);

    expect(answer).toMatchObject({ status: 418, body: '"ü"', headers: { "retry-after": "7" } });
    const type = "application/json";
    const sent = ["POST", "/path?with=query", '{"a":1}', "ours", type, "parley-slack-bridge"];
    expect(seen).toEqual(sent);
  });

  it("has no body where none is given, and says so", async () => {
    const lengths: unknown[] = [];
    const url = await serve((request, response) => {
      lengths.push(request.headers["content-length"], request.headers["transfer-encoding"]);
      response.end("{}");
    });
    const { body: _, ...bare } = QUICK;
    await requestJson(url, { ...bare, method: "PUT" });
    expect(lengths).toEqual(["0", undefined]);
  });

  it("is not answered by a change of the protocol, which nobody has asked for", async () => {
    const address = await accept((socket) => {
      socket.once("data", () => {
        socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
      });
    });
    expect(await errorOf(`http://${address}`)).toBeInstanceOf(UncertainDeliveryError);
  });

  it("follows no redirect", async () => {
    let count = 0;
    const url = await serve((request, response) => {
      count += 1;
      response.writeHead(307, { location: `http://${request.headers.host}/elsewhere` }).end();
    });
    expect((await requestJson(url, QUICK)).status).toBe(307);
    expect(count).toBe(1);
  });

  it("unpacks what is packed, and reads nothing that is too long then", async () => {
    const bodies = ['{"ok":true}', `"${"x".repeat(5_000_000)}"`];
    const url = await serve((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(bodies.shift() ?? ""));
    });
    expect((await requestJson(url, QUICK)).body).toBe('{"ok":true}');
    expect(await requestJson(url, QUICK)).toMatchObject({ status: 200, body: "" });
  });

  it("was never sent where nobody listens, or nobody agrees on encryption", async () => {
    const silent = await accept(() => {});
    const deaf = await accept((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const gone = await accept((socket) => socket.destroy());
    expect(await errorOf("http://127.0.0.1:1/")).toMatchObject({ message: /ECONNREFUSED/ });
    for (const host of ["127.0.0.1:1", silent, deaf, gone]) {
      expect(await errorOf(`https://${host}/`)).toBeInstanceOf(NetworkError);
    }
    expect(String(await errorOf(`https://${silent}/`))).toContain("no answer (secureConnect)");
  });

  it.each<[string, string, (socket: Socket) => void]>([
    ["it was taken and not answered", "no answer (response)", () => {}],
    ["the connection ended", "ECONNRESET", (socket) => socket.once("data", () => socket.end())],
    [
      "the connection broke",
      "ECONNRESET",
      (socket) => socket.once("data", () => socket.resetAndDestroy()),
    ],
    [
      "the answer stopped in the middle",
      "no answer (body)",
      (socket) => void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
    ],
    [
      "the answer broke off in the middle",
      "ECONNRESET",
      (socket) => void socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
    ],
    ["the answer was none of HTTP", "HPE_INVALID_CONSTANT", (socket) => void socket.end("Hello!")],
    [
      "the answer was packed wrongly",
      "Z_DATA_ERROR",
      (socket) =>
        void socket.end("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"),
    ],
  ])("may have arrived where %s", async (_, says, take) => {
    const error = await errorOf(`http://${await accept(take)}/?secret`);
    expect(error).toBeInstanceOf(UncertainDeliveryError);
    expect(error.message).toBe(`POST /x: ${says}`);
  });

  it("is answered, however long this thread had no time to look", async () => {
    const steps = new Int32Array(new SharedArrayBuffer(4));
    const [TAKEN, BUSY, ANSWERED] = [1, 2, 3];
    const server = new Worker(
      `const { parentPort, workerData: steps } = require("node:worker_threads");
       require("node:http").createServer((request, response) => {
         Atomics.store(steps, 0, ${TAKEN});
         while (Atomics.load(steps, 0) !== ${BUSY}) Atomics.wait(steps, 0, ${TAKEN}, 10);
         response.end("{}", () => Atomics.store(steps, 0, ${ANSWERED}));
       }).listen(0, "127.0.0.1", function () { parentPort.postMessage(this.address().port); });`,
      { eval: true, workerData: steps },
    );
    onTestFinished(async () => void (await server.terminate()));
    const [port] = (await once(server, "message")) as [number];

    const answer = requestJson(`http://127.0.0.1:${port}/`, QUICK);
    while (Atomics.load(steps, 0) !== TAKEN) await new Promise(setImmediate);
    Atomics.store(steps, 0, BUSY);
    const until = performance.now() + 2 * QUICK.responseTimeoutMs;
    while (Atomics.load(steps, 0) !== ANSWERED || performance.now() < until);

    expect((await answer).body).toBe("{}");
  });

  it("goes over a connection that is kept, and over another one once that is gone", async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      if (request.headers.authorization === "last") response.setHeader("connection", "close");
      response.end("{}");
    });
    await requestJson(url, QUICK);
    await requestJson(url, { ...QUICK, headers: { authorization: "last" } });
    expect(ports.size).toBe(1);
    await requestJson(url, QUICK);
    expect(ports.size).toBe(2);
  });
});
