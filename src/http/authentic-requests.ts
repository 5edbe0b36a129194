import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type AuthenticBody,
  type AuthenticBodyOptions,
  type Denial,
  holdsToken,
  NO_TOKEN,
  readAuthenticBody,
} from "./authentic-body.ts";
import { sendJson } from "./http-server.ts";
import type { RefusalLog } from "./refusal-log.ts";

/** The answer to a request that is taken, sent as JSON with status 200; or why it is not. */
type Answer = object | Denial;

export interface AuthenticRequestsOptions extends AuthenticBodyOptions {
  refused: RefusalLog;
  onRefused: () => void;
}

/**
 * Requests of Parley and of bots, which hold the callback token. 401 wrong or missing token; 400 not JSON; 403 another account; 413 over
 * 1 MiB when unpacked; 415 a coding or charset that we do not know.
 */
export interface AuthenticRequests {
  /** Answers a request that has a body. */
  take(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    handle: (authentic: AuthenticBody) => Promise<Answer>,
  ): Promise<void>;
  /** Answers a request without one. */
  answer(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    handle: () => Promise<Answer>,
  ): Promise<void>;
}

const ADVICE =
  "If Parley or your bot sent it, its Authorization header does not hold PARLEY_CALLBACK_TOKEN; give Parley support the right one";

export function createAuthenticRequests({
  refused,
  onRefused,
  ...options
}: AuthenticRequestsOptions): AuthenticRequests {
  function refuse(path: string, response: ServerResponse, [status, error]: Denial): void {
    onRefused();
    refused({ path, status, ...(status === 401 && { advice: ADVICE }) });
    // The rest of the body is not read, so the connection cannot be used again.
    response.setHeader("connection", "close");
    sendJson(response, status, { error });
  }

  function send(path: string, response: ServerResponse, answer: Answer): void {
    if (isDenial(answer)) refuse(path, response, answer);
    else sendJson(response, 200, answer);
  }

  return {
    async take(path, request, response, handle) {
      const read = await readAuthenticBody(path, request, response, options);
      send(path, response, "raw" in read ? await handle(read) : read);
    },
    async answer(path, request, response, handle) {
      send(path, response, holdsToken(request, options.tokens) ? await handle() : NO_TOKEN);
    },
  };
}

const isDenial = (answer: Answer): answer is Denial => Array.isArray(answer);
