import { parse as parseForm } from "node:querystring";
import type { HTTPReceiver } from "@slack/bolt";
import type { Secret } from "../config/secret.ts";
import type { Route } from "../http/http-server.ts";
import { readBody } from "../http/read-body.ts";
import type { RefusalLog } from "../http/refusal-log.ts";
import { isJsonObject } from "../json.ts";
import { claimedSignature, isSigned } from "./signature.ts";

/** Much longer than Slack's largest requests, which hold a whole view. */
const MAX_BODY_BYTES = 1_000_000;
const FORM = "application/x-www-form-urlencoded";

/**
 * `POST /slack/events`: passes to `receiver` what Slack has signed. A request without a fresh signature is refused before
 * its body is read. Bodies that are no object are refused too, because the receiver would fail on them.
 * 401 not signed by Slack; 400 not readable; 413 over 1 MB.
 */
export function createEventsRoute(
  receiver: HTTPReceiver,
  secrets: readonly Secret[],
  refused: RefusalLog,
): Route {
  return {
    method: "POST",
    path: "/slack/events",
    async handle(request, response) {
      const refuse = (status: number, reason: string): void => {
        refused({ status, reason, ...(status === 401 && { advice: ADVICE }) });
        // The rest of the body is not read, so the connection cannot be used again.
        response.writeHead(status, { connection: "close" }).end();
      };
      const signature = claimedSignature(request.headers, Date.now());
      if (typeof signature === "string") return refuse(401, `signature ${signature}`);
      const rawBody = await readBody(request, response, MAX_BODY_BYTES);
      if (rawBody === "too-long") return refuse(413, rawBody);
      if (typeof rawBody === "string") return refuse(400, rawBody);
      if (!isSigned(rawBody, signature, secrets)) return refuse(401, "signature of another secret");
      // Bolt reads a form only if nothing follows its media type.
      const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
      if (!isObject(rawBody.toString(), type)) return refuse(400, "not an object");
      const read = Object.assign(request, { rawBody, url: this.path });
      read.headers["content-type"] = type;
      await new Promise((resolve) => {
        response.once("close", resolve);
        receiver.requestListener(read, response);
      });
    },
  };
}

const ADVICE =
  "If Slack sent it, SLACK_SIGNING_SECRET is not the one of your app, or the clock of this machine is wrong";

/** Whether Bolt will find an object: in a form's `payload`, the form itself, or JSON. Bolt reads forms in the same way. */
function isObject(body: string, type: string | undefined): boolean {
  const json = type === FORM ? parseForm(body).payload : body;
  if (typeof json !== "string") return true;
  try {
    return isJsonObject(JSON.parse(json));
  } catch {
    return false;
  }
}
