import type { IncomingMessage, ServerResponse } from "node:http";
import { type Faults, underFault } from "../http/faults.ts";
import { readBody, sendJson } from "../http/http-server.ts";
import type { ApiCall } from "./api-call.ts";
import { claimedService } from "./authorization.ts";
import type { ClientApi } from "./client-api.ts";
import { corsHeaders } from "./cors.ts";
import { type Answer, Refusal, toError } from "./envelope.ts";
import type { Journal, RecordedRequest } from "./journal.ts";
import type { ParleySettings } from "./options.ts";
import type { ServiceApi } from "./service-api.ts";

/** The version in the URL and in `X-Parley-API-Version`; a URL of any other version is answered by this one. */
export const LIVE_VERSIONS = {
  service: { url: "2.5", header: "20500" },
  client: { url: "1.9", header: "10900" },
} as const;

/** The handler of both APIs: reads, records, applies faults, answers. */
export function createApiHandler(parts: {
  readonly settings: ParleySettings;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly serviceApi: ServiceApi;
  readonly clientApi: ClientApi;
}): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { settings, journal, faults } = parts;

  const work = async (target: Target, call: ApiCall, record: RecordedRequest): Promise<Answer> => {
    try {
      if (target.api === "none") throw new Refusal(404, "route_not_found");
      if (target.api === "client") return await parts.clientApi(call);
      return await parts.serviceApi(call, (service) => {
        record.service = service.identification;
      });
    } catch (error) {
      if (error instanceof Refusal) return toError(call, error.httpStatus, error.code);
      journal.failed(error);
      return { status: 500, body: String(error instanceof Error ? error.stack : error) };
    }
  };

  return async (request, response) => {
    const target = toTarget(new URL(request.url ?? "/", "http://parley").pathname);
    const call = await readCall(request, target);
    const headers = {
      ...(target.version && { "x-parley-api-version": target.version }),
      ...(target.api === "client" && corsHeaders(request.headers)),
    };
    const record: RecordedRequest = {
      api: target.api,
      method: call.method,
      path: target.name,
      service: null,
      claimedService:
        target.api === "service" ? claimedService(request.headers.authorization) : null,
      body: call.json,
      status: null,
      isCut: false,
      answer: null,
      at: settings.now(),
    };
    journal.requests.push(record);
    // Now already: whoever waits for the request must not wait for its answer.
    journal.changed({ kind: "request", request: record });
    const answered = (status: number | null, answer: unknown) => {
      record.status = status;
      record.answer = Buffer.isBuffer(answer) ? `${answer.length} bytes` : answer;
      journal.changed({ kind: "request", request: record });
    };
    if (call.method === "OPTIONS" && target.api === "client") {
      answered(204, null);
      response.writeHead(204, headers).end();
      return;
    }
    await underFault(faults.take(`${call.method} ${target.name}`), {
      async work() {
        const answer = await work(target, call, record);
        record.answer = answer.body;
        journal.changed({ kind: "request", request: record });
        return answer;
      },
      answer({ status, body, headers: own, cutAfter }) {
        answered(status, body);
        if (!Buffer.isBuffer(body)) return sendJson(response, status, body, headers);
        response.writeHead(status, { ...headers, ...own });
        if (cutAfter === undefined) response.end(body);
        else response.write(body.subarray(0, cutAfter), () => response.destroy());
      },
      cut() {
        record.isCut = true;
        answered(null, record.answer);
        response.destroy();
      },
      refuse(status, own) {
        answered(status, null);
        response.writeHead(status, { ...headers, ...own }).end();
      },
      leave() {
        response.once("close", () => {
          record.isCut = !response.writableFinished;
          answered(record.isCut ? null : response.statusCode, "written by the fault");
        });
        return response;
      },
    });
  };
}

interface Target {
  readonly api: "service" | "client" | "none";
  /** Path below the API's root. */
  readonly path: string;
  /** Path in the record and in the names of faults. */
  readonly name: string;
  readonly version: string | null;
}

function toTarget(pathname: string): Target {
  const [, root, path = ""] = /^\/(serviceApi|clientApi)\/v[^/]+(\/.*)$/.exec(pathname) ?? [];
  const { service, client } = LIVE_VERSIONS;
  if (root === "serviceApi") return { api: "service", path, name: path, version: service.header };
  if (root === "clientApi") {
    const name = `/clientApi/v${client.url}${path}`;
    return { api: "client", path, name, version: client.header };
  }
  return { api: "none", path: pathname, name: pathname, version: null };
}

async function readCall(request: IncomingMessage, target: Target): Promise<ApiCall> {
  const startedAtMs = performance.now();
  const body = await readBody(request);
  return {
    method: request.method ?? "GET",
    path: target.path,
    headers: request.headers,
    body,
    json: toJson(body, request.headers["content-type"]),
    startedAtMs,
  };
}

/** Parley's web client sends JSON as text/plain, so only uploads are told apart by their content type. */
function toJson(body: Buffer, contentType: string | undefined): unknown {
  if (body.length === 0) return undefined;
  if (contentType?.startsWith("multipart/")) return `${body.length} bytes of ${contentType}`;
  const text = body.toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
