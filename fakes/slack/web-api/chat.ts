import type {
  ChatDeleteResponse,
  ChatGetPermalinkResponse,
  ChatPostEphemeralResponse,
  ChatPostMessageResponse,
  ChatUpdateResponse,
} from "@slack/web-api";
import { visibleChannel, writableChannel } from "../channels.ts";
import { openDirectMessages } from "../direct-messages.ts";
import { identity } from "../identity.ts";
import { botAuthor, toContent } from "../message-content.ts";
import { findMessage, isReply, toWireMessage } from "../messages.ts";
import { SlackError } from "../slack-error.ts";
import type { SlackMessage, SlackState } from "../state.ts";
import type { Arguments } from "./arguments.ts";
import type { Method, MethodContext, Wire } from "./method.ts";

const chatWrite = (): string => "chat:write";

const METADATA_WARNING = {
  warning: "invalid_metadata_schema",
  response_metadata: {
    warnings: ["invalid_metadata_schema"],
    messages: ["[WARN] Metadata did not match its schema"],
  },
};

const postMessage: Method = {
  scope: chatWrite,
  run(context, args) {
    const { state, timestamps, conversation, rateLimits } = context;
    const channel = writableChannel(state, placeToPost(state, args.required("channel")));
    const custom = {
      username: args.text("username"),
      iconUrl: args.text("icon_url"),
      iconEmoji: args.text("icon_emoji"),
    };
    const customized = Object.values(custom).some((value) => value !== undefined);
    if (customized && !state.scopes.has("chat:write.customize")) {
      throw new SlackError("missing_scope", {
        needed: "chat:write.customize",
        provided: [...state.scopes].join(","),
      });
    }
    const content = toContent({
      text: args.text("markdown_text") ?? args.text("text"),
      blocks: knownBlocks(state, args.nested("blocks")),
      attachments: args.nested("attachments"),
      metadata: state.quirks.dropsMetadata ? undefined : args.nested("metadata"),
    });
    if (args.text("markdown_text") && (args.text("text") || content.blocks)) {
      throw new SlackError("markdown_text_conflict");
    }
    const threadTs = args.text("thread_ts");
    const inThread = conversation.inThread(channel.id, threadTs);
    rateLimits.post(channel.id);
    const message: SlackMessage = {
      type: "message",
      channel: channel.id,
      ts: timestamps.next(),
      ...botAuthor(custom),
      ...content,
      ...inThread,
      ...(threadTs !== undefined &&
        args.flag("reply_broadcast") && { subtype: "thread_broadcast" }),
    };
    if (threadTs !== undefined) state.statuses.delete(`${channel.id}:${threadTs}`);
    const answer = {
      channel: channel.id,
      ts: message.ts,
      message: toWireMessage(state, message),
      ...(state.quirks.dropsMetadata && METADATA_WARNING),
    } satisfies Wire<ChatPostMessageResponse>;
    void conversation.add(message);
    return answer;
  },
};

/** @throws {SlackError} `invalid_blocks`: some are of a type that this Slack does not know */
function knownBlocks({ quirks }: SlackState, blocks: unknown): unknown {
  const text = JSON.stringify(blocks ?? []);
  const isUnknown = quirks.unknownBlocks.some((type) => text.includes(`"type":"${type}"`));
  if (isUnknown) throw new SlackError("invalid_blocks");
  return blocks;
}

/** The id of a user stands for the app's direct messages with them, which open by themselves. */
function placeToPost(state: SlackState, id: string): string {
  return state.users.has(id) ? openDirectMessages(state, id).id : id;
}

/** The app's own message. @throws {SlackError} `message_not_found`, or `otherwise` if someone else wrote it */
function ownMessage({ state }: MethodContext, args: Arguments, otherwise: string): SlackMessage {
  const channel = visibleChannel(state, args.required("channel"));
  const message = findMessage(state, channel.id, args.required("ts"));
  if (!message || message.subtype === "tombstone") throw new SlackError("message_not_found");
  const own = message.bot_id === identity.botId || message.user === identity.botUserId;
  if (!own) throw new SlackError(otherwise);
  return message;
}

/**
 * Without text and blocks the old content stays, as when only the metadata changes; a text without blocks removes the
 * old blocks. Only the latter counts as an edit. Source: docs.slack.dev/reference/methods/chat.update.
 */
const update: Method = {
  scope: chatWrite,
  run(context, args) {
    const { state, timestamps, conversation } = context;
    const message = ownMessage(context, args, "cant_update_message");
    writableChannel(state, message.channel);
    const text = args.text("markdown_text") ?? args.text("text");
    const [blocks, metadata] = [knownBlocks(state, args.nested("blocks")), args.nested("metadata")];
    const keeps = text === undefined && blocks === undefined && metadata !== undefined;
    const content = toContent({
      text: keeps ? message.text : text,
      blocks: keeps ? message.blocks : blocks,
      attachments: args.nested("attachments"),
      metadata,
    });
    const edited = { user: identity.botUserId, ts: timestamps.next() };
    void conversation.change(
      message,
      content.blocks || keeps ? content : { ...content, blocks: [], edited },
    );
    return {
      channel: message.channel,
      ts: message.ts,
      text: message.text,
      message: updated(toWireMessage(state, message)),
    } satisfies Wire<ChatUpdateResponse>;
  },
};

/** chat.update shows less of a message than other methods do. */
function updated(message: ReturnType<typeof toWireMessage>) {
  const keys = ["type", "text", "user", "team", "bot_id", "app_id", "bot_profile"] as const;
  const more = ["blocks", "attachments", "edited", "metadata", "files"] as const;
  return Object.fromEntries(
    [...keys, ...more].flatMap((key) => (message[key] === undefined ? [] : [[key, message[key]]])),
  );
}

const remove: Method = {
  scope: chatWrite,
  run(context, args) {
    const message = ownMessage(context, args, "cant_delete_message");
    // Posts under another name cannot be removed with the bot's token.
    if (message.username !== undefined) throw new SlackError("cant_delete_message");
    void context.conversation.remove(message);
    return { channel: message.channel, ts: message.ts } satisfies Wire<ChatDeleteResponse>;
  },
};

const postEphemeral: Method = {
  scope: chatWrite,
  run({ state, timestamps, journal, conversation }, args) {
    const channel = writableChannel(state, args.required("channel"));
    const user = args.required("user");
    if (!channel.members.has(user)) throw new SlackError("user_not_in_channel");
    const { text, blocks } = toContent({
      text: args.text("markdown_text") ?? args.text("text"),
      blocks: knownBlocks(state, args.nested("blocks")),
      attachments: args.nested("attachments"),
    });
    const { thread_ts } = conversation.inThread(channel.id, args.text("thread_ts"));
    const ts = timestamps.next();
    state.ephemerals.push({
      channel: channel.id,
      user,
      ts,
      text,
      via: "chat.postEphemeral",
      ...(blocks && { blocks }),
      ...(thread_ts !== undefined && { thread_ts }),
    });
    journal.changed("ephemeral-added", ts);
    return { message_ts: ts } satisfies Wire<ChatPostEphemeralResponse>;
  },
};

const getPermalink: Method = {
  run({ state, url }, args) {
    const channel = visibleChannel(state, args.required("channel"));
    const message = findMessage(state, channel.id, args.required("message_ts"));
    if (!message) throw new SlackError("message_not_found");
    const path = `${url()}/archives/${channel.id}/p${message.ts.replace(".", "")}`;
    const thread = isReply(message) ? `?thread_ts=${message.thread_ts}&cid=${channel.id}` : "";
    return {
      channel: channel.id,
      permalink: `${path}${thread}`,
    } satisfies Wire<ChatGetPermalinkResponse>;
  },
};

export const chat = {
  "chat.postMessage": postMessage,
  "chat.update": update,
  "chat.delete": remove,
  "chat.postEphemeral": postEphemeral,
  "chat.getPermalink": getPermalink,
} satisfies Record<string, Method>;
