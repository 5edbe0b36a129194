import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { expect, it, onTestFinished } from "vitest";
import { createSlackFetch, NO_HOOKS } from "../../src/slack/slack-fetch.ts";

/** A Slack that answers so; resolves with how to post a text to it, and what it saw. */
async function open(answer: RequestListener) {
  const seen = { connections: 0, bodies: [] as string[] };
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      seen.bodies.push(body);
      answer(request, response);
    });
  });
  server.on("connection", () => {
    seen.connections += 1;
  });
  server.listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`;
  const fetch = createSlackFetch(url, NO_HOOKS);
  return {
    seen,
    post: (body: NonNullable<RequestInit["body"]>) =>
      fetch(`${url}chat.postMessage`, { method: "POST", body }),
  };
}

const fine = '{"ok":true,"ts":"1.2"}';

it("reads an answer that is packed, for which it asks", async () => {
  const { post } = await open(({ headers }, response) => {
    if (headers["accept-encoding"] !== "gzip") return response.end();
    return response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(fine));
  });
  expect(await (await post("text=hi")).json()).toEqual({ ok: true, ts: "1.2" });
});

it("tells the client what the headers say", async () => {
  const { post } = await open((_, response) =>
    response.writeHead(200, { "x-oauth-scopes": "chat:write" }).end(fine),
  );
  expect((await post("text=hi")).headers.get("x-oauth-scopes")).toBe("chat:write");
});

it("uses a connection again", async () => {
  const { post, seen } = await open((_, response) => response.end(fine));
  for (const text of ["a", "b", "c"]) await (await post(text)).text();
  expect(seen).toEqual({ connections: 1, bodies: ["a", "b", "c"] });
});

it("does not go where an answer leads", async () => {
  const { post, seen } = await open((_, response) =>
    response.writeHead(307, { location: "/api/elsewhere" }).end(),
  );
  expect((await post("text=hi")).status).toBe(307);
  expect(seen.bodies).toEqual(["text=hi"]);
});

it("sends nothing that is no text", async () => {
  const { post, seen } = await open((_, response) => response.end(fine));
  await expect(post(new Uint8Array([1]))).rejects.toThrow(TypeError);
  expect(seen.connections).toBe(0);
});
