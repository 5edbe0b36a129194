import type { AllMessageEvents } from "@slack/types";

/** What a message event tells of. */
export type MessageNews = "written" | "changed" | "deleted" | "nothing";

/** Those that Slack's documentation has and its types lack. Source: docs.slack.dev/reference/events/message, 2026. */
type UntypedSubtype =
  | "assistant_app_thread"
  | "channel_convert_to_private"
  | "channel_convert_to_public"
  | "document_mention"
  | "file_comment"
  | "file_mention"
  | `group_${"archive" | "join" | "leave" | "name" | "purpose" | "topic" | "unarchive"}`
  | "pinned_item"
  | "reminder_add"
  | "reply_broadcast"
  | "unpinned_item";

type Subtype = NonNullable<AllMessageEvents["subtype"]> | UntypedSubtype;

/** A subtype that Slack's types get with a new version does not compile until it has its place here. */
const SUBTYPES: Readonly<Record<Subtype, MessageNews>> = {
  // People write these too: with a file, to the channel besides, as `/me`.
  file_share: "written",
  thread_broadcast: "written",
  me_message: "written",

  message_changed: "changed",
  message_deleted: "deleted",

  // Programs write these, we among them; no User gets what no person wrote.
  bot_message: "nothing",
  assistant_app_thread: "nothing",
  reminder_add: "nothing",

  // Slack tells once more of what has an event of its own.
  message_replied: "nothing",
  reply_broadcast: "nothing",
  file_comment: "nothing",
  file_mention: "nothing",
  document_mention: "nothing",
  pinned_item: "nothing",
  unpinned_item: "nothing",

  // Slack tells of the channel and its members, which is nothing for the User.
  channel_archive: "nothing",
  channel_convert_to_private: "nothing",
  channel_convert_to_public: "nothing",
  channel_join: "nothing",
  channel_leave: "nothing",
  channel_name: "nothing",
  channel_posting_permissions: "nothing",
  channel_purpose: "nothing",
  channel_topic: "nothing",
  channel_unarchive: "nothing",
  group_archive: "nothing",
  group_join: "nothing",
  group_leave: "nothing",
  group_name: "nothing",
  group_purpose: "nothing",
  group_topic: "nothing",
  group_unarchive: "nothing",

  // Its text is hidden from us: the workspace has taken its key away.
  ekm_access_denied: "nothing",
};

const newsOf: ReadonlyMap<string, MessageNews> = new Map(Object.entries(SUBTYPES));

/** What a message event with this subtype, or without one, tells of; `undefined`: nobody knows this subtype. */
export const readSubtype = (subtype: string | null | undefined): MessageNews | undefined =>
  subtype ? newsOf.get(subtype) : "written";
