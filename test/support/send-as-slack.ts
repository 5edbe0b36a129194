import { sign } from "../../fakes/slack/http-delivery.ts";
import type { World } from "./world.ts";

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** The headers of a request that may or may not come from Slack. */
export function slackHeaders(
  body: string,
  given: {
    readonly secret: string;
    readonly timestamp?: number;
    readonly contentType?: string;
    readonly signature?: string;
  },
): Record<string, string> {
  const timestamp = String(given.timestamp ?? nowSeconds());
  return {
    "content-type": given.contentType ?? "application/json",
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": given.signature ?? sign(given.secret, timestamp, body),
  };
}

/** Sends the body to the bridge as somebody who may or may not be Slack. */
export const sendAsSlack = (
  { bridgeUrl }: World,
  body: string,
  given: Parameters<typeof slackHeaders>[1],
): Promise<Response> =>
  fetch(`${bridgeUrl()}/slack/events`, {
    method: "POST",
    body,
    headers: slackHeaders(body, given),
  });
