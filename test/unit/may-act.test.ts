import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebClient } from "@slack/web-api";
import { expect, it, onTestFinished } from "vitest";
import { StorageError } from "../../src/errors.ts";
import { toUserId } from "../../src/ids.ts";
import { callSlack, webClientOptions } from "../../src/slack/web-api.ts";
import { createParleyAdapters } from "../support/parley-adapters.ts";

/** Stands in for both; counts what it is asked. */
async function startServer() {
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    response.end('{"ok":true}');
  });
  server.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, requests: () => requests };
}

const lost = new StorageError("the lane belongs to another replica by now");

it("sends nothing to Slack in the name of a lane that is lost, and says so", async () => {
  const { url, requests } = await startServer();
  let isOurs = true;
  const mayAct = () => (isOurs ? Promise.resolve() : Promise.reject(lost));
  const client = new WebClient("xoxb-test", webClientOptions(`${url}/api/`, { mayAct }));
  const post = () => callSlack("auth.test", () => client.auth.test());
  await post();

  isOurs = false;

  await expect(post()).rejects.toBe(lost);
  expect(requests()).toBe(1);
});

it("sends nothing to Parley in the name of a lane that is lost, and says so", async () => {
  const { url, requests } = await startServer();
  const { client } = createParleyAdapters(url, () => Promise.reject(lost));
  await expect(client.send(toUserId("u1"), { text: "Hello" })).rejects.toBe(lost);
  expect(requests()).toBe(0);
});
