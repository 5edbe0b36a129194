import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { WebClient } from "@slack/web-api";
import { describe, expect, it, onTestFinished } from "vitest";
import { toSecret } from "../../src/config/secret.ts";
import { type BridgeError, toBridgeError } from "../../src/errors.ts";
import { toUserId } from "../../src/ids.ts";
import { createSlackFiles } from "../../src/slack/slack-files.ts";
import { callSlack, webClientOptions } from "../../src/slack/web-api.ts";
import { en } from "../../src/views/texts/en.ts";
import { captureLog } from "../support/captured-log.ts";
import { createParleyAdapters } from "../support/parley-adapters.ts";

/** Another side that counts what reaches it. */
async function startServer(answer: RequestListener) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    request.resume().once("end", () => answer(request, response));
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests: () => requests };
}

/** As the lanes see it. */
async function failureOf(call: Promise<unknown>): Promise<BridgeError> {
  try {
    await call;
  } catch (thrown) {
    return toBridgeError(thrown);
  }
  throw new Error("nothing was thrown");
}

const breakOff: RequestListener = (_, response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"ok":true,', () => response.destroy());
};

describe("a defect of our own in a call of Slack", () => {
  const open = async (
    answer: RequestListener = (_, response) => void response.end('{"ok":true}'),
  ) => {
    const { url, requests } = await startServer(answer);
    const client = new WebClient("xoxb-test", webClientOptions(`${url}/api/`));
    const post = (text: unknown) =>
      callSlack("chat.postMessage", () =>
        client.chat.postMessage({ channel: "C1", text: text as string }),
      );
    return { post, requests };
  };

  it.each<[string, unknown]>([
    ["a text that cannot be encoded", "cut here \ud83d"],
    ["a value that is no JSON", { n: 1n }],
  ])("is known as one when nothing has been sent: %s", async (_, text) => {
    const { post, requests } = await open();
    const failure = await failureOf(post(text));
    expect(failure).toMatchObject({ code: "defect" });
    expect(requests()).toBe(0);
  });

  it("is known as one when it is made before the client is asked", async () => {
    const broken = () => Promise.resolve((undefined as unknown as { ts: string }).ts);
    const failure = await failureOf(callSlack("chat.postMessage", async () => await broken()));
    expect(failure).toMatchObject({ code: "defect" });
  });

  it("is none when the answer breaks off: Slack may have the post", async () => {
    const { post, requests } = await open(breakOff);
    expect(await failureOf(post("Hello"))).toMatchObject({ code: "uncertain" });
    expect(requests()).toBe(1);
  });

  it("is none when many calls go out at once and their answers break off", async () => {
    const { post } = await open(breakOff);
    const failures = await Promise.all(Array.from({ length: 150 }, () => failureOf(post("Hello"))));
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(["uncertain"]));
  });
});

it("is known as one when a file of Slack cannot even be asked for", async () => {
  const { url, requests } = await startServer((_, response) => void response.end());
  const files = createSlackFiles({
    client: new WebClient("xoxb-test", webClientOptions(`${url}/api/`)),
    botToken: toSecret("xoxb\u0000"),
    apiUrl: `${url}/api/`,
    channels: ["C1"],
    channelIds: { current: (channel: string) => channel },
    texts: en,
    log: captureLog(),
  });
  const file = { id: "F1", name: "a.png", url: `${url}/a.png`, mimeType: "image/png", size: 1 };
  const open = files.download(file, new AbortController().signal);
  expect(await failureOf(open)).toMatchObject({ code: "defect" });
  expect(requests()).toBe(0);
});

describe("a defect of our own in a call of Parley", () => {
  const open = async (answer: RequestListener) => {
    const { url, requests } = await startServer(answer);
    return { ...createParleyAdapters(url), requests };
  };
  const fine: RequestListener = (_, response) => void response.end('{"status":"SUCCESS"}');

  it.each<[string, string, unknown]>([
    ["a User's id that cannot be encoded", "\ud83d", "Hello"],
    ["a text that is no JSON", "20", 1n],
  ])("is known as one when nothing has been sent: %s", async (_, userId, text) => {
    const { client, requests } = await open(fine);
    const send = client.send(toUserId(userId), { text: text as string });
    expect(await failureOf(send)).toMatchObject({ code: "defect" });
    expect(requests()).toBe(0);
  });

  it("is known as one when the request cannot even be made", async () => {
    const { client } = createParleyAdapters("nowhere");
    const failure = await failureOf(client.send(toUserId("20"), { text: "Hello" }));
    expect(failure).toMatchObject({ code: "defect" });
  });

  it("is known as one where a file is read", async () => {
    const { files } = await open(fine);
    const file = { name: "a.png", mimeType: "image/png", size: 1, bytes: broken() };
    const upload = files.upload(file, new AbortController().signal);
    expect(await failureOf(upload)).toMatchObject({ code: "defect" });
  });

  it.each<[string, RequestListener]>([
    ["breaks off", breakOff],
    ["never comes", (request) => void request.socket.destroy()],
  ])("is none when the answer %s: the User may have it", async (_, answer) => {
    const { client, requests } = await open(answer);
    const send = client.send(toUserId("20"), { text: "Hello" });
    expect(await failureOf(send)).toMatchObject({ code: "uncertain" });
    expect(requests()).toBe(1);
  });
});

async function* broken(): AsyncGenerator<Uint8Array> {
  yield await Promise.reject(new TypeError("x is not a function"));
}
