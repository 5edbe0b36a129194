import type { IncomingHttpHeaders } from "node:http";
import { type Answer, type EnvelopeContext, Refusal } from "./envelope.ts";

/** One request to either API, read completely. */
export interface ApiCall extends EnvelopeContext {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Route<Caller> {
  readonly method: string;
  readonly pattern: RegExp;
  readonly run: (
    call: ApiCall,
    caller: Caller,
    params: Readonly<Record<string, string>>,
  ) => Answer | Promise<Answer>;
}

/** `/users/:userId/owner` matches one segment per name. */
export function route<Caller>(
  method: string,
  path: string,
  run: Route<Caller>["run"],
): Route<Caller> {
  const pattern = new RegExp(`^${path.replaceAll(/:(\w+)/g, "(?<$1>[^/]+)")}$`);
  return { method, pattern, run };
}

/** @throws {Refusal} 404 `route_not_found`; Inferred: the code is unknown */
export function findRoute<Caller>(
  routes: readonly Route<Caller>[],
  call: ApiCall,
): (caller: Caller) => Answer | Promise<Answer> {
  for (const { method, pattern, run } of routes) {
    const match = method === call.method ? pattern.exec(call.path) : null;
    if (match) return (caller) => run(call, caller, match.groups ?? {});
  }
  throw new Refusal(404, "route_not_found");
}

/** @throws {Refusal} `invalid_json` */
export function toJsonObject(call: ApiCall): Readonly<Record<string, unknown>> {
  const { json } = call;
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new Refusal(400, "invalid_json");
  }
  return json as Record<string, unknown>;
}
