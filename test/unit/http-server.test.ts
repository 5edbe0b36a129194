import { describe, expect, it, onTestFinished } from "vitest";
import { createHttpServer, HTTP_LIMITS, type HttpLimits, sendJson } from "../../src/http-server.ts";
import { readBody } from "../../src/read-body.ts";
import { captureLog } from "../support/captured-log.ts";
import { connectTo, head } from "../support/raw-request.ts";

const PATIENCE = { timeout: 10_000, interval: 10 };

/** A server with one route, `POST /echo`, that reads a body first. */
async function startServer(limits: Partial<HttpLimits>) {
  const log = captureLog();
  const route = {
    method: "POST" as const,
    path: "/echo",
    async handle(
      ...[request, response]: Parameters<Parameters<typeof createHttpServer>[0][0]["handle"]>
    ) {
      const body = await readBody(request, response, 1_000);
      sendJson(response, 200, { length: body.length });
    },
  };
  const server = createHttpServer([route], log, { ...HTTP_LIMITS, ...limits });
  const port = await server.start("127.0.0.1", 0);
  onTestFinished(() => server.stop());
  const connect = async () => {
    const connection = await connectTo(`http://127.0.0.1:${port}`);
    onTestFinished(() => connection.destroy());
    return connection;
  };
  return { log, connect };
}

describe("the HTTP server", () => {
  const soon = { headersMs: 50, requestMs: 100, checkMs: 10 };

  it.each([
    ["its headers", "POST /echo HTTP/1.1\r\nhost: x\r\n"],
    ["its body", head("POST /echo HTTP/1.1", { host: "x", "content-length": "100" })],
    ["its first line", "PO"],
  ])("cuts who does not send %s in time, and calls it no error", async (_, start) => {
    const { log, connect } = await startServer(soon);
    const connection = await connect();

    connection.write(start);

    await expect.poll(() => connection.isClosed, PATIENCE).toBe(true);
    expect(connection.received).toMatch(/^HTTP\/1\.1 408 /);
    expect(log.lines.filter(({ level }) => level !== "debug")).toEqual([]);
  });

  it("gives a whole request about ten seconds", () => {
    const { headersMs, requestMs, checkMs } = HTTP_LIMITS;
    expect(requestMs).toBe(10_000);
    // The other way round Node takes the longer one for both, and it looks only at every check.
    expect(headersMs).toBeLessThanOrEqual(requestMs);
    expect(checkMs).toBeLessThanOrEqual(1_000);
  });

  it("takes no more connections than it has room for", async () => {
    const { connect } = await startServer({ connections: 2 });
    const echo = `${head("POST /echo HTTP/1.1", { host: "x", "content-length": "2" })}hi`;
    const [first, second] = [await connect(), await connect()];
    const third = await connect();

    await expect.poll(() => third.isClosed, PATIENCE).toBe(true);
    for (const connection of [first, second]) {
      connection.write(echo);
      await expect.poll(() => connection.received, PATIENCE).toMatch(/^HTTP\/1\.1 200 /);
    }
    first.destroy();
    const retry = async () => {
      const connection = await connect();
      connection.write(echo);
      await expect.poll(() => connection.received || connection.isClosed, PATIENCE).toBeTruthy();
      return connection.received;
    };
    await expect.poll(retry, PATIENCE).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("has a limit of connections", () => {
    expect(HTTP_LIMITS.connections).toBeLessThanOrEqual(1_000);
  });
});
