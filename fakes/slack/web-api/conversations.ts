import type {
  ConversationsHistoryResponse,
  ConversationsInfoResponse,
  ConversationsMembersResponse,
  ConversationsOpenResponse,
  ConversationsRepliesResponse,
} from "@slack/web-api";
import { visibleChannel } from "../channels.ts";
import { directMessagesId, openDirectMessages } from "../direct-messages.ts";
import { identity } from "../identity.ts";
import { findMessage, isReply, threadOf, toWireMessage } from "../messages.ts";
import { invalidArguments, SlackError } from "../slack-error.ts";
import type { SlackChannel, SlackMessage } from "../state.ts";
import { compareTs, isTs } from "../timestamps.ts";
import type { Arguments } from "./arguments.ts";
import { channelScope, type Method, type MethodContext, type Wire } from "./method.ts";
import { page } from "./page.ts";

const info: Method = {
  scope: channelScope("read"),
  run({ state }, args) {
    const channel = visibleChannel(state, args.required("channel"));
    if (channel.imOf !== undefined) {
      return { channel: directMessages(channel) } satisfies Wire<ConversationsInfoResponse>;
    }
    return {
      channel: {
        id: channel.id,
        name: channel.name,
        name_normalized: channel.name,
        is_channel: !channel.isPrivate,
        is_group: channel.isPrivate,
        is_im: false,
        is_mpim: false,
        is_private: channel.isPrivate,
        is_archived: channel.isArchived,
        is_general: false,
        is_shared: channel.isShared || channel.isOrgShared === true,
        is_ext_shared: channel.isShared,
        is_org_shared: channel.isOrgShared ?? false,
        is_pending_ext_shared: channel.isPendingShared ?? false,
        is_member: channel.members.has(identity.botUserId),
        created: channel.created,
        creator: channel.creator,
        unlinked: 0,
        context_team_id: identity.teamId,
        updated: channel.created * 1000,
        shared_team_ids: [identity.teamId, ...(channel.isShared ? [identity.partnerTeamId] : [])],
        ...(channel.isShared && {
          conversation_host_id: identity.teamId,
          internal_team_ids: [identity.teamId],
          connected_team_ids: [identity.partnerTeamId],
        }),
        pending_shared: [],
        pending_connected_team_ids: [],
        topic: { value: "", creator: "", last_set: 0 },
        purpose: { value: "", creator: "", last_set: 0 },
        previous_names: [],
        ...(args.flag("include_num_members") && { num_members: channel.members.size }),
      },
    } satisfies Wire<ConversationsInfoResponse>;
  },
};

/** Direct messages as conversations.info and conversations.open show them. */
function directMessages({ id, created, imOf = "" }: SlackChannel) {
  return {
    id,
    created,
    is_archived: false,
    is_im: true,
    is_org_shared: false,
    context_team_id: identity.teamId,
    updated: created * 1000,
    user: imOf,
    is_open: true,
    priority: 0,
  };
}

const usersToOpen = (args: Arguments): string[] => args.text("users")?.split(",") ?? [];

/** Only the app's direct messages with one user. */
const open: Method = {
  scope: (_, args) => (usersToOpen(args).length > 1 ? "mpim:write" : "im:write"),
  run({ state, journal }, args) {
    const id = args.text("channel");
    const [user, ...others] = usersToOpen(args);
    if (id !== undefined) {
      const channel = visibleChannel(state, id);
      if (channel.imOf === undefined) {
        throw new SlackError("method_not_supported_for_channel_type");
      }
      return opened(channel, true, args);
    }
    if (user === undefined) throw new SlackError("users_list_not_supplied");
    if (others.length > 0) throw new Error("The fake has no direct messages of several users");
    const wasOpen = state.channels.has(directMessagesId(user));
    const channel = openDirectMessages(state, user);
    if (!wasOpen) journal.changed("direct-messages-opened", channel.id);
    return opened(channel, wasOpen, args);
  },
};

function opened(channel: SlackChannel, wasOpen: boolean, args: Arguments) {
  return {
    ...(wasOpen && { no_op: true, already_open: true }),
    channel: args.flag("return_im") ? directMessages(channel) : { id: channel.id },
  } satisfies Wire<ConversationsOpenResponse>;
}

/** Whether a message lies between `oldest` and `latest`; both are exclusive unless `inclusive` is given. */
function withinTime(args: Arguments): (message: SlackMessage) => boolean {
  const edge = (name: "oldest" | "latest"): string | undefined => {
    const ts = args.text(name);
    if (ts === undefined || ts === "0" || ts === "now") return undefined;
    if (!isTs(ts) && !/^\d+$/.test(ts)) throw new SlackError(`invalid_ts_${name}`);
    return ts;
  };
  const oldest = edge("oldest");
  const latest = edge("latest");
  const least = args.flag("inclusive") ? 0 : 1;
  return ({ ts }) =>
    (oldest === undefined || Math.sign(compareTs(ts, oldest)) >= least) &&
    (latest === undefined || Math.sign(compareTs(latest, ts)) >= least);
}

function readable({ state }: MethodContext, args: Arguments) {
  const channel = visibleChannel(state, args.required("channel"));
  if (!channel.members.has(identity.botUserId)) throw new SlackError("not_in_channel");
  return channel;
}

const history: Method = {
  scope: channelScope("history"),
  run(context, args) {
    const { state } = context;
    const channel = readable(context, args);
    const inTime = withinTime(args);
    const shown = state.messages
      .filter((message) => message.channel === channel.id && inTime(message))
      .filter((message) => !isReply(message) || message.subtype === "thread_broadcast")
      .toReversed();
    const { items, more, nextCursor } = page(shown, args, state.limits.historyPage, 100);
    const options = { withMetadata: args.flag("include_all_metadata") };
    return {
      messages: items.map((message) => toWireMessage(state, message, options)),
      has_more: more,
      pin_count: 0,
      response_metadata: { next_cursor: nextCursor },
    } satisfies Wire<ConversationsHistoryResponse>;
  },
};

const replies: Method = {
  scope: channelScope("history"),
  run(context, args) {
    const { state } = context;
    const channel = readable(context, args);
    const ts = args.required("ts");
    if (!isTs(ts)) throw invalidArguments("must be a valid timestamp: ts");
    const message = findMessage(state, channel.id, ts);
    if (!message) throw new SlackError("thread_not_found");
    const inTime = withinTime(args);
    // The root is shown whatever `oldest` says. Inferred from what other clients report.
    const thread = threadOf(state, channel.id, ts).filter(
      (other) => other === message || inTime(other),
    );
    const { items, more, nextCursor } = page(thread, args, state.limits.historyPage, 1000);
    const options = { withMetadata: args.flag("include_all_metadata") };
    return {
      messages: items.map((item) => toWireMessage(state, item, options)),
      has_more: more,
      ...(more && { response_metadata: { next_cursor: nextCursor } }),
    } satisfies Wire<ConversationsRepliesResponse>;
  },
};

const members: Method = {
  scope: channelScope("read"),
  run({ state }, args) {
    const channel = visibleChannel(state, args.required("channel"));
    const { items, nextCursor } = page([...channel.members], args, state.limits.membersPage, 100);
    return {
      members: items,
      response_metadata: { next_cursor: nextCursor },
    } satisfies Wire<ConversationsMembersResponse>;
  },
};

export const conversations = {
  "conversations.info": info,
  "conversations.history": history,
  "conversations.replies": replies,
  "conversations.members": members,
  "conversations.open": open,
} satisfies Record<string, Method>;
