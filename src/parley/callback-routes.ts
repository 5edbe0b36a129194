import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { userLane } from "../bridge/inbox-lanes.ts";
import type { ParleyEvent } from "../bridge/parley-event.ts";
import type { InboxBody } from "../bridge/stored/inbox-body.ts";
import type { Secret } from "../config/secret.ts";
import { isSeen } from "../convert/text/clean-name.ts";
import { defined } from "../defined.ts";
import type { Lanes } from "../delivery/lanes.ts";
import { decodeJsonText } from "../files/decode-json-text.ts";
import { type Route, sendJson } from "../http/http-server.ts";
import { type NoBody, readBody } from "../http/read-body.ts";
import type { RefusalLog } from "../http/refusal-log.ts";
import { makeBodyItemId, parseId, toUserId } from "../ids.ts";
import { isDeeperThan, type Json, MAX_DEPTH, parseJson } from "../json.ts";
import type { Log } from "../log.ts";
import type { UserDetails } from "../views/root-user.ts";
import { accountOf } from "./parse-callback.ts";
import { arrival, toInboxItem } from "./to-inbox-item.ts";
import { toUnixSeconds } from "./to-unix-seconds.ts";

const MAX_BODY_BYTES = 1024 * 1024;

export interface CallbackOptions {
  inbox: Pick<Lanes<InboxBody>, "append">;
  /** Any of them is accepted. */
  tokens: readonly Secret[];
  accountId: string;
  /** How long a message waits for others to share its post, ms. */
  groupMs: number;
  parse: (body: Json) => ParleyEvent;
  refused: RefusalLog;
  log: Log;
  onCallback: (kind: ParleyEvent["kind"] | "refused") => void;
}

const id = z.union([z.string(), z.int()]).transform((given, context) => {
  const parsed = parseId(given);
  if (parsed !== undefined) return parsed;
  context.addIssue("must be an id: at most 200 characters, no control characters, no path of dots");
  return z.NEVER;
});

/** Empty fields count as missing, so that they do not erase what Parley has told. */
const aboutUser = z
  .string()
  .trim()
  .nullish()
  .transform((given) => (given && isSeen(given) ? given : undefined));

/** The body of a handover request, which bots may send besides Parley's callbacks: our own extension. */
const handoverRequest = z.object({
  userId: id.transform(toUserId),
  /** `null` counts as missing, so that it does not erase what Parley's callback has told. */
  metadata: z
    .json()
    .optional()
    .transform((given) => given ?? undefined),
  user: z
    .object({
      name: aboutUser,
      email: aboutUser,
      language: aboutUser,
      externalId: id.nullish(),
    })
    .nullish()
    .transform((given) => withoutMissing(given ?? {})),
  transcript: z
    .array(
      z.object({
        from: z.string(),
        text: z.string(),
        time: z.unknown().optional().transform(toUnixSeconds),
      }),
    )
    .nullish(),
});

/** The answer to a request whose body cannot be read. */
const NO_BODY: Readonly<Record<NoBody, readonly [status: number, error: string]>> = {
  "too-long": [413, `the body is longer than ${MAX_BODY_BYTES} bytes`],
  "unknown-coding": [415, "Content-Encoding must be gzip, deflate or missing"],
  broken: [400, "the body is not in its Content-Encoding"],
};

const ADVICE =
  "If Parley or your bot sent it, its Authorization header does not hold PARLEY_CALLBACK_TOKEN; give Parley support the right one";

/**
 * `POST /parley/callback` and `POST /parley/handovers`: verify, store, answer.
 * 200 only once the request is on disk; 401 wrong or missing token; 400 not JSON; 403 another account; 413 over 1 MiB when
 * unpacked; 415 a coding or charset that we do not know; 503 cannot store.
 */
export function createCallbackRoutes(options: CallbackOptions): Route[] {
  const { inbox, parse, log, onCallback } = options;

  function refuse(path: string, response: ServerResponse, status: number, error: string): void {
    onCallback("refused");
    options.refused({ path, status, ...(status === 401 && { advice: ADVICE }) });
    // The rest of the body is not read, so the connection cannot be used again.
    response.setHeader("connection", "close");
    sendJson(response, status, { error });
  }

  /** The body of an authentic request; `undefined` if the request was answered here with an error. */
  async function authenticBody(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<{ raw: string; body: Json } | undefined> {
    const deny = (status: number, error: string): undefined => {
      refuse(path, response, status, error);
    };
    if (!isToken(request.headers.authorization, options.tokens)) {
      return deny(401, "the Authorization header must hold the callback token");
    }
    const bytes = await readBody(request, response, MAX_BODY_BYTES);
    if (typeof bytes === "string") return deny(...NO_BODY[bytes]);
    const decoded = decodeJsonText(bytes, request.headers["content-type"]);
    if (!decoded) return deny(415, "the charset of Content-Type is unknown; send UTF-8");
    const { text: raw, damaged } = decoded;
    const body = parseJson(raw);
    if (body === undefined) return deny(400, "the body must be JSON");
    const account = accountOf(body);
    if (account !== undefined && account !== options.accountId) {
      return deny(403, "the callback is for another account");
    }
    // Taken nevertheless: refusing it would not bring back the damaged characters.
    if (damaged) log.warn({ path, bytes: bytes.length }, "callback.text-damaged");
    return { raw, body };
  }

  return [
    {
      method: "POST",
      path: "/parley/callback",
      async handle(request, response) {
        const authentic = await authenticBody(this.path, request, response);
        if (!authentic) return;
        const event = parse(authentic.body);
        const item = toInboxItem(event, authentic.raw, Date.now(), options.groupMs);
        const result = await inbox.append(item);
        onCallback(event.kind);
        log.info({ kind: event.kind, lane: item.lane, item: item.id, result }, "callback.stored");
        sendJson(response, 200, { status: "SUCCESS" });
      },
    },
    {
      method: "POST",
      path: "/parley/handovers",
      async handle(request, response) {
        const authentic = await authenticBody(this.path, request, response);
        if (!authentic) return;
        if (isDeeperThan(authentic.body, MAX_DEPTH)) {
          return refuse(this.path, response, 400, `nested deeper than ${MAX_DEPTH} levels`);
        }
        const parsed = handoverRequest.safeParse(authentic.body);
        if (!parsed.success) {
          return refuse(this.path, response, 400, z.prettifyError(parsed.error));
        }
        const { userId, user, metadata, transcript } = parsed.data;
        const receivedAt = Date.now();
        const result = await inbox.append({
          lane: userLane(userId),
          id: makeBodyItemId(authentic.raw, arrival()),
          body: {
            kind: "handover",
            userId,
            user,
            ...defined({ metadata }),
            ...(transcript && {
              transcript: transcript.map(({ from, text, time }) => defined({ from, text, time })),
            }),
            receivedAt,
          },
        });
        onCallback("handover");
        log.info({ kind: "handover", lane: userLane(userId), result }, "handover.stored");
        sendJson(response, 200, { status: "SUCCESS" });
      },
    },
  ];
}

const withoutMissing = (
  user: {
    readonly [Field in keyof UserDetails]: string | null | undefined;
  },
) => Object.fromEntries(Object.entries(user).filter(([, value]) => value)) as UserDetails;

/** Whether the header holds one of the tokens. Takes the same time for every header and every length. */
function isToken(header: string | undefined, tokens: readonly Secret[]): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const given = digest((header ?? "").replace(/^Bearer\s+/i, ""));
  const matches = tokens.map((token) => timingSafeEqual(given, digest(token.reveal())));
  return matches.includes(true);
}
