import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { BridgeError } from "../../src/errors.ts";
import { png } from "../support/files.ts";
import { createParleyAdapters } from "../support/parley-adapters.ts";

const SERVICES = JSON.stringify({ status: "SUCCESS", data: { services: [] } });
const { signal } = new AbortController();

/** A Parley that answers about files as it is told, and about Services with this status. */
async function start(file: { status: number; body?: string }, servicesStatus: number) {
  const server = createServer((request, response) => {
    request.resume().once("end", () => {
      if (request.url === "/services") response.writeHead(servicesStatus).end(SERVICES);
      else response.writeHead(file.status).end(file.body ?? "<html>No</html>");
    });
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { files } = createParleyAdapters(url);
  const bytes = (async function* () {
    yield await Promise.resolve(png(100));
  })();
  return {
    open: () => files.download({ url: `${url}/media/a.png`, filename: "a.png" }, signal),
    upload: () =>
      files.upload({ name: "a.png", mimeType: "image/png", size: png(100).length, bytes }, signal),
  };
}

const failureOf = (call: Promise<unknown>): Promise<BridgeError> =>
  call.then(
    () => {
      throw new Error("nothing was thrown");
    },
    (error: unknown) => error as BridgeError,
  );

describe("a file that Parley refuses", () => {
  it.each(["open", "upload"] as const)(
    "waits if Parley refuses us altogether: %s",
    async (what) => {
      for (const status of [401, 403]) {
        const calls = await start({ status }, status);
        expect(await failureOf(calls[what]())).toMatchObject({
          name: "ParleyAccessError",
          disposition: "retry",
        });
      }
    },
  );

  it("is refused alone if Parley answers us otherwise", async () => {
    for (const status of [401, 403]) {
      const { open } = await start({ status }, 200);
      expect(await failureOf(open())).toMatchObject({ code: "file", trouble: "refused" });
    }
    const { upload } = await start({ status: 403 }, 200);
    expect(await failureOf(upload())).toMatchObject({
      code: "parley-api",
      disposition: "dead-letter",
    });
  });

  it.each(["<html>OK</html>", "", "{}", `{"status":"SUCCESS","data":"${"x".repeat(2_000_000)}"}`])(
    "is uploaded again after a 2xx that is none of Parley's",
    async (body) => {
      const { upload } = await start({ status: 200, body }, 200);
      expect(await failureOf(upload())).toMatchObject({ code: "network", disposition: "retry" });
    },
  );
});
