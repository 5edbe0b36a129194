import type { WebClient } from "@slack/web-api";
import type { DirectMessages } from "../bridge/ports.ts";
import { BridgeError, SlackApiError, UncertainDeliveryError } from "../errors.ts";
import { toArguments } from "./message-arguments.ts";
import { faultOf } from "./refusals.ts";
import { callSlack } from "./web-api.ts";

export function createDirectMessages(client: WebClient): DirectMessages {
  async function post(person: string, message: Parameters<DirectMessages["tell"]>[1]) {
    const { channel } = await callSlack(
      "conversations.open",
      () => client.conversations.open({ users: person }),
      { idempotent: true },
    );
    const id = channel?.id;
    if (id === undefined)
      throw new SlackApiError("conversations.open", "no_channel", "dead-letter");
    const { ts } = await callSlack("chat.postMessage", () =>
      client.chat.postMessage({
        channel: id,
        ...toArguments(message),
        unfurl_links: false,
        unfurl_media: false,
      }),
    );
    if (!ts) throw new UncertainDeliveryError("chat.postMessage: no ts in the answer");
  }

  return {
    async tell(person, message) {
      try {
        await post(person, message);
      } catch (error) {
        throw isOutage(error) || !(error instanceof SlackApiError) ? error : asFinal(error);
      }
    },
  };
}

/** Whatever else Slack says, also that a scope or the messages tab is missing, would be old news once it is repaired. */
function isOutage(error: unknown): boolean {
  const fault = error instanceof SlackApiError ? faultOf(error.slackError) : undefined;
  return fault === "token" || fault === "workspace";
}

const asFinal = (error: SlackApiError): BridgeError =>
  new BridgeError(error.message, { code: error.code, disposition: "dead-letter", cause: error });
