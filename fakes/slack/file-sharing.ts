import type { Conversation } from "./conversation.ts";
import { visible } from "./file-store.ts";
import type { DeliveryOutcome } from "./http-delivery.ts";
import type { Block, SlackMessage, SlackState, StoredFile } from "./state.ts";
import type { Workspace } from "./workspace.ts";

/** A `file_share` message, as members and the app make by sharing files. */
export function shareFiles(
  { timestamps }: Workspace,
  conversation: Conversation,
  share: {
    readonly files: readonly StoredFile[];
    readonly channel: string;
    readonly user: string;
    readonly text: string;
    readonly blocks?: Block[] | undefined;
    readonly thread: Partial<SlackMessage>;
    readonly ts?: string | undefined;
  },
): { ts: string; delivered: Promise<DeliveryOutcome> } {
  const ts = share.ts ?? timestamps.next();
  for (const file of share.files) {
    const { thread_ts: threadTs } = share.thread;
    file.shares.push({ channel: share.channel, ts, ...(threadTs !== undefined && { threadTs }) });
  }
  const delivered = conversation.add({
    type: "message",
    subtype: "file_share",
    channel: share.channel,
    ts,
    user: share.user,
    text: share.text,
    files: share.files.map((file) => structuredClone(visible(file))),
    upload: false,
    display_as_bot: false,
    ...(share.blocks && { blocks: share.blocks }),
    ...share.thread,
  });
  return { ts, delivered };
}

/** `channels`, `groups` and `shares` of a file object, as files.info shows them. */
export function sharesOf(state: SlackState, file: StoredFile) {
  const kinds = { public: new Map<string, object[]>(), private: new Map<string, object[]>() };
  for (const { channel: id, ts, threadTs } of file.shares) {
    const channel = state.channels.get(id);
    const kind = channel?.isPrivate ? kinds.private : kinds.public;
    const entries = kind.get(id) ?? [];
    entries.push({
      reply_users: [],
      reply_users_count: 0,
      reply_count: 0,
      ts,
      channel_name: channel?.name ?? "",
      team_id: file.object.user_team,
      share_user_id: file.object.user,
      ...(threadTs !== undefined && { thread_ts: threadTs }),
    });
    kind.set(id, entries);
  }
  return {
    channels: [...kinds.public.keys()],
    groups: [...kinds.private.keys()],
    ims: [],
    shares: {
      ...(kinds.public.size > 0 && { public: Object.fromEntries(kinds.public) }),
      ...(kinds.private.size > 0 && { private: Object.fromEntries(kinds.private) }),
    },
  };
}
