import type {
  ReactionsAddResponse,
  ReactionsGetResponse,
  ReactionsRemoveResponse,
} from "@slack/web-api";
import { visibleChannel, writableChannel } from "../channels.ts";
import { identity } from "../identity.ts";
import { findMessage, toWireMessage } from "../messages.ts";
import { addReaction, removeReaction } from "../reaction-list.ts";
import { SlackError } from "../slack-error.ts";
import type { SlackMessage } from "../state.ts";
import type { Arguments } from "./arguments.ts";
import type { Method, MethodContext, Wire } from "./method.ts";

function target({ state }: MethodContext, args: Arguments): SlackMessage {
  const channel = writableChannel(state, args.required("channel"));
  const message = findMessage(state, channel.id, args.required("timestamp"));
  if (!message || message.subtype === "tombstone") throw new SlackError("message_not_found");
  return message;
}

const add: Method = {
  scope: () => "reactions:write",
  run(context, args) {
    const name = args.required("name");
    const message = target(context, args);
    context.rateLimits.reaction();
    addReaction(context.state, message, name, identity.botUserId);
    context.journal.changed("reaction-added", message.ts);
    return {} satisfies Wire<ReactionsAddResponse>;
  },
};

const remove: Method = {
  scope: () => "reactions:write",
  run(context, args) {
    const message = target(context, args);
    removeReaction(message, args.required("name"), identity.botUserId);
    context.journal.changed("reaction-removed", message.ts);
    return {} satisfies Wire<ReactionsRemoveResponse>;
  },
};

const get: Method = {
  scope: () => "reactions:read",
  run({ state, url }, args) {
    const channel = visibleChannel(state, args.required("channel"));
    const message = findMessage(state, channel.id, args.required("timestamp"));
    if (!message) throw new SlackError("message_not_found");
    const { type, text, user, ts, team, bot_id, blocks, reactions } = toWireMessage(state, message);
    return {
      type: "message",
      channel: channel.id,
      message: {
        type,
        text,
        ts,
        permalink: `${url()}/archives/${channel.id}/p${ts.replace(".", "")}`,
        ...(user !== undefined && { user }),
        ...(team !== undefined && { team }),
        ...(bot_id !== undefined && { bot_id }),
        ...(blocks && { blocks }),
        ...(reactions && { reactions }),
      },
    } satisfies Wire<ReactionsGetResponse>;
  },
};

export const reactions = {
  "reactions.add": add,
  "reactions.remove": remove,
  "reactions.get": get,
} satisfies Record<string, Method>;
