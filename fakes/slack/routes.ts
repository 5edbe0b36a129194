import type { IncomingMessage, ServerResponse } from "node:http";
import { type Faults, underFault } from "../http/faults.ts";
import { readBody, sendJson } from "../http/http-server.ts";
import { type FileStore, sendFile } from "./file-store.ts";
import type { Journal, RecordedCall } from "./journal.ts";
import type { ResponseUrls } from "./response-urls.ts";

type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

interface Outcome {
  readonly status: number;
  readonly answer: unknown;
  readonly error?: string;
  send(): void;
}

/** Leads every HTTP request to its part of the fake; what belongs to none is answered 404. */
export function createRoutes(parts: {
  readonly journal: Journal;
  readonly faults: Faults;
  readonly webApi: Route;
  readonly files: FileStore;
  readonly responseUrls: ResponseUrls;
  /** Where people see Slack, if there is such a page. */
  readonly page: () => string | undefined;
}) {
  const { journal, faults, webApi, files, responseUrls, page } = parts;

  const recorded = async (
    kind: RecordedCall["kind"],
    method: string,
    {
      request,
      response,
      path,
    }: { request: IncomingMessage; response: ServerResponse; path: string },
    work: () => Promise<Outcome>,
  ): Promise<void> => {
    const call = journal.open({ kind, method, args: { path } });
    let done: Outcome | undefined;
    const settle = (status: RecordedCall["status"]): void =>
      journal.settle(call, {
        status,
        ...(done && { answer: done.answer }),
        ...(done?.error !== undefined && { error: done.error }),
      });
    await underFault(faults.take(method), {
      async work() {
        try {
          done = await work();
        } catch (error) {
          // The caller broke off; that is no defect of the fake.
          if (!request.complete || request.errored) {
            journal.settle(call, { status: "cut" });
            throw error;
          }
          const crash = journal.crash(error);
          journal.settle(call, { status: 500, error: crash.stack ?? crash.message });
          throw crash;
        }
        return done;
      },
      answer(outcome) {
        outcome.send();
        settle(outcome.status);
      },
      cut() {
        request.socket.destroy();
        settle("cut");
      },
      refuse(status, headers) {
        response.writeHead(status, headers).end();
        settle(status);
      },
      leave() {
        settle("cut");
        return response;
      },
    });
  };

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://fake-slack");
    const { pathname: path } = url;
    const here = { request, response, path };
    if (path.startsWith("/api/")) return webApi(request, response, url);
    if (path.startsWith("/upload/v1/")) {
      return recorded("upload", "files.upload", here, async () => {
        const { status, body } = await files.receive(request, path);
        return { status, answer: body, send: () => response.writeHead(status).end(body) };
      });
    }
    if (path.startsWith("/files-pri/")) {
      return recorded("download", "files.download", here, async () => {
        const answer = files.download(request, path);
        return {
          status: answer.status ?? 200,
          answer: { contentType: answer.contentType, size: answer.body.length },
          ...(answer.note !== undefined && { error: answer.note }),
          send: () => sendFile(response, answer),
        };
      });
    }
    if (/^\/(commands|actions|app)\//.test(path)) {
      return recorded("response_url", "response_url", here, async () => {
        const body = (await readBody(request)).toString();
        const { status, answer } = responseUrls.receive(path, body);
        const send = (): void =>
          typeof answer === "string"
            ? void response.writeHead(status).end(answer)
            : sendJson(response, status, answer);
        return { status, answer, send };
      });
    }
    const place = placeOfLink(url);
    const shown = page();
    if (place === undefined || shown === undefined) return void response.writeHead(404).end();
    const query = new URLSearchParams(place);
    response.writeHead(302, { location: `${shown}/?${query.toString()}` }).end();
  };
}

/** The channel, and the `ts` of the root, that a message's link leads to. */
function placeOfLink({ pathname, searchParams }: URL) {
  const [, channel, seconds, micros] =
    pathname.match(/^\/archives\/(\w+)\/p(\d{10})(\d{6})$/) ?? [];
  if (channel === undefined) return undefined;
  const thread = searchParams.get("thread_ts") ?? `${seconds}.${micros}`;
  return /^\d+\.\d+$/.test(thread) ? { channel, thread } : undefined;
}
