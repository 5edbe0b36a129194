import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody, sendJson, startHttpServer } from "../../fakes/http/http-server.ts";
import type { FakeParley } from "../../fakes/parley/fake-parley.ts";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import type { BridgeProcess } from "../bridge-process.ts";
import type { ToldClock } from "../told-clock.ts";
import type { Troubles } from "../troubles.ts";
import { createActions } from "./actions.ts";
import type { AppManifest } from "./app-manifest.ts";
import { bundlePage } from "./bundle.ts";
import { createExchanges } from "./exchanges.ts";
import { toPicture } from "./initials.ts";
import { createLive } from "./live.ts";
import { readTables } from "./tables.ts";
import type { ActionResult, GuideStep, SandboxRow } from "./wire.ts";

export interface PageServer {
  readonly url: string;
  /** The bridge or the troubles changed; of the fakes it hears by itself. */
  changed(): void;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 50_000_000;

const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parley bridge sandbox</title>
<link rel="icon" href="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'><rect width='32' height='32' rx='8' fill='%23175e54'/><path d='M7 20c5-9 13-9 18 0' stroke='white' stroke-width='3' fill='none'/></svg>">
<link rel="stylesheet" href="/main.css">
</head>
<body><div id="root"></div><script type="module" src="/main.js"></script></body>
</html>
`;

/** Serves the page, its live data and what people do on it. */
export async function startPageServer(options: {
  readonly slack: FakeSlack;
  readonly parley: FakeParley;
  readonly bridge: BridgeProcess;
  readonly troubles: Troubles;
  /** Undefined: nobody can put it forward. */
  readonly clock: ToldClock | undefined;
  readonly transport: SandboxRow["transport"];
  readonly manifest: AppManifest;
  /** The bridge's configuration, which the page shows. */
  readonly startFile: string;
  readonly port: number;
}): Promise<PageServer> {
  const { slack, parley, bridge, troubles, clock, startFile, manifest } = options;
  const deeds = new Set<GuideStep>();
  const exchanges = createExchanges({ slack, parley });
  const bundle = await bundlePage();
  const { shortcuts, commands } = manifest;
  const fixed = { transport: options.transport, startFile, shortcuts, commands };
  const live = createLive(() =>
    readTables({ slack, parley, bridge, troubles, clock, deeds, exchanges, fixed }),
  );
  const unsubscribers = [
    slack.subscribe(() => live.changed()),
    parley.subscribe(() => live.changed()),
  ];
  const act = createActions({ slack, parley, bridge, troubles, clock, deeds, commands });

  const pages: Readonly<Record<string, (response: ServerResponse) => void>> = {
    "/": (response) => sendText(response, "text/html", HTML, contentPolicy(parley)),
    "/main.js": (response) => sendText(response, "text/javascript", bundle.script),
    "/main.css": (response) => sendText(response, "text/css", bundle.style),
    "/live": (response) => live.connect(response),
  };

  /** What there is by id: a request's bodies, a member's picture, a file shared in Slack. */
  const readItem = (kind: string, id: string, response: ServerResponse): void => {
    const bodies = kind === "exchanges" ? exchanges.bodies(Number(id)) : undefined;
    const person = kind === "people" ? slack.state.users.get(id) : undefined;
    const file = kind === "files" ? slack.state.files.get(id) : undefined;
    if (bodies) {
      sendJson(response, 200, bodies);
    } else if (person) {
      sendText(response, "image/svg+xml", toPicture(person.displayName || person.realName));
    } else if (file?.bytes) {
      // Somebody else's file on the page's own origin: shown, never run.
      response
        .writeHead(200, {
          "content-type": file.object.mimetype,
          "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
          "x-content-type-options": "nosniff",
        })
        .end(file.bytes);
    } else {
      response.writeHead(404).end();
    }
  };

  const write = async (url: URL, request: IncomingMessage): Promise<ActionResult> => {
    if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_BYTES) {
      return { problem: "This file is too large for the sandbox." };
    }
    const body = await readBody(request);
    const name = url.pathname.slice("/do/".length);
    if (name !== "share") {
      // Some of what people do shows in neither of the fakes.
      return await act(name, JSON.parse(body.toString("utf8"))).finally(live.changed);
    }
    const threadTs = url.searchParams.get("threadTs");
    await slack.shareFile({
      user: url.searchParams.get("user") ?? "",
      channel: url.searchParams.get("channel") ?? slack.channel,
      name: url.searchParams.get("name") ?? "file",
      mimetype: request.headers["content-type"] ?? "application/octet-stream",
      bytes: body,
      text: url.searchParams.get("text") ?? "",
      ...(threadTs !== null && { threadTs }),
    });
    return { problem: "" };
  };

  const server = await startHttpServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://page");
    if (!isOwn(request)) {
      response.writeHead(403).end("Only this machine's own pages.\n");
    } else if (request.method === "GET") {
      const [, kind = "", id = ""] = url.pathname.split("/");
      const page = pages[url.pathname];
      if (page) page(response);
      else if (url.pathname === "/bridge.yaml") {
        // Read anew each time: whoever tries things out changes it.
        sendText(response, "text/plain", await readFile(startFile, "utf8"));
      } else readItem(kind, id, response);
    } else if (request.method === "POST" && url.pathname.startsWith("/do/")) {
      sendJson(response, 200, await write(url, request));
    } else {
      response.writeHead(405).end();
    }
  }, options.port);

  // Members get a picture that the customer sees too; Slack's own default pictures are on the internet.
  for (const user of slack.state.users.values()) {
    user.imageUrl ||= `${server.url}/people/${user.id}`;
  }

  clock?.onMoved(() => live.changed());
  slack.showOn(server.url);

  return {
    url: server.url,
    changed: () => live.changed(),
    async close() {
      for (const unsubscribe of unsubscribers) unsubscribe();
      exchanges.close();
      live.close();
      await server.close();
    },
  };
}

/** No foreign page may use the sandbox through the browser: neither by name (rebinding) nor by address. */
function isOwn({ headers, method }: IncomingMessage): boolean {
  const isLoopback = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? "");
  // A header of our own, which other origins cannot send without being asked first.
  return isLoopback && (method === "GET" || headers["x-sandbox"] === "1");
}

function sendText(
  response: ServerResponse,
  type: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response
    .writeHead(200, {
      "content-type": `${type}; charset=utf-8`,
      "cache-control": "no-store",
      ...headers,
    })
    .end(text);
}

/** Nothing is loaded from anywhere but this page and the local Parley. */
const contentPolicy = (parley: FakeParley): Readonly<Record<string, string>> => ({
  "content-security-policy": [
    "default-src 'self'",
    `connect-src 'self' ${parley.clientApiDomain}`,
    "img-src 'self' blob: data:",
    "style-src 'self' 'unsafe-inline'",
    "frame-ancestors 'none'",
  ].join("; "),
});
