import type { IncomingMessage, ServerResponse } from "node:http";
import { type Faults, underFault } from "../../http/faults.ts";
import { readBody, sendJson } from "../../http/http-server.ts";
import type { Credentials } from "../credentials.ts";
import type { RecordedCall } from "../journal.ts";
import { SlackError } from "../slack-error.ts";
import { app } from "./app.ts";
import { createArguments, parseArguments } from "./arguments.ts";
import { blocks } from "./blocks.ts";
import { chat } from "./chat.ts";
import { conversations } from "./conversations.ts";
import { directory } from "./directory.ts";
import { files } from "./files.ts";
import type { Method, MethodContext } from "./method.ts";
import { reactions } from "./reactions.ts";
import { views } from "./views.ts";

/** Every method that the fake offers, by name. */
export const METHODS: ReadonlyMap<string, Method> = new Map(
  Object.entries({
    ...app,
    ...blocks,
    ...chat,
    ...conversations,
    ...directory,
    ...files,
    ...reactions,
    ...views,
  }),
);

interface Answer {
  readonly status: number;
  readonly body: { readonly ok: boolean; readonly error?: string };
  readonly headers?: Record<string, string>;
}

/** Answers `POST /api/<method>`, recording every call and making the trouble it was told to make. */
export function createWebApi(context: MethodContext, faults: Faults) {
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    { pathname, searchParams }: URL,
  ): Promise<void> => {
    const name = pathname.slice("/api/".length);
    const body = (await readBody(request)).toString();
    const args = parseArguments(request.headers["content-type"] ?? "", body, searchParams);
    const token = bearer(request) ?? (typeof args.token === "string" ? args.token : undefined);
    delete args.token;
    const call = context.journal.open({ kind: "web-api", method: name, args });
    const finish = (status: RecordedCall["status"], answer?: Answer): void =>
      context.journal.settle(call, {
        status,
        ...(answer && { answer: answer.body }),
        ...(answer?.body.error !== undefined && { error: call.error ?? answer.body.error }),
      });
    let done: Answer | undefined;
    await underFault(faults.take(name), {
      work() {
        done = perform(seenFrom(request, context), name, token, args, call);
        return done;
      },
      answer(result) {
        sendJson(response, result.status, result.body, result.headers);
        finish(result.status, result);
      },
      cut() {
        request.socket.destroy();
        finish("cut", done);
      },
      refuse(status, headers) {
        const refusal = status === 429 ? { ok: false, error: "ratelimited" } : { ok: false };
        sendJson(response, status, refusal, headers);
        finish(status);
      },
      leave() {
        finish("cut", done);
        return response;
      },
    });
    // A hanging call did its work but is never answered.
    if (call.status === "pending") finish("pending", done);
  };
}

/** Addresses in answers lead to where the caller has come to, which may be something in front of the fake. */
const seenFrom = ({ headers }: IncomingMessage, context: MethodContext): MethodContext =>
  headers.host === undefined ? context : { ...context, url: () => `http://${headers.host}` };

function perform(
  context: MethodContext,
  name: string,
  token: string | undefined,
  args: Record<string, unknown>,
  call: RecordedCall,
): Answer {
  try {
    const method = METHODS.get(name);
    if (!method) throw new SlackError("unknown_method");
    const parsed = createArguments(args);
    authorize(method, token, context.state.credentials);
    const needed = method.scope?.(context, parsed);
    if (needed !== undefined && !context.state.scopes.has(needed)) {
      const provided = [...context.state.scopes].join(",");
      throw new SlackError("missing_scope", { needed, provided });
    }
    return {
      status: 200,
      body: { ok: true, ...method.run(context, parsed) },
      // Slack tells what the token may do with each answer to a bot.
      ...((method.token ?? "bot") === "bot" && {
        headers: { "x-oauth-scopes": [...context.state.scopes].join(",") },
      }),
    };
  } catch (error) {
    if (error instanceof SlackError) return toRefusal(error);
    call.error = context.journal.crash(error).stack ?? String(error);
    return { status: 200, body: { ok: false, error: "internal_error" } };
  }
}

function authorize(
  { token: kind = "bot" }: Method,
  token: string | undefined,
  { botToken, appTokens, revoked }: Credentials,
): void {
  if (kind === "none") return;
  if (token === undefined) throw new SlackError("not_authed");
  if (revoked.has(token)) throw new SlackError("token_revoked");
  const is = token === botToken ? "bot" : appTokens.has(token) ? "app" : undefined;
  if (!is) throw new SlackError("invalid_auth");
  if (is !== kind) throw new SlackError("not_allowed_token_type");
}

function toRefusal({ code, details }: SlackError): Answer {
  const { needed, provided, messages, retryAfterSeconds, errors } = details;
  return {
    status: retryAfterSeconds === undefined ? 200 : 429,
    body: {
      ok: false,
      error: code,
      ...(errors && { errors }),
      ...(needed !== undefined && { needed, provided }),
      ...(messages && { response_metadata: { messages } }),
    },
    ...(retryAfterSeconds !== undefined && {
      headers: { "retry-after": String(retryAfterSeconds) },
    }),
  };
}

function bearer(request: IncomingMessage): string | undefined {
  return /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
}
