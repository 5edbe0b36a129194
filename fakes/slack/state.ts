import { type Credentials, createCredentials } from "./credentials.ts";
import { DEFAULT_BOT_EVENTS, DEFAULT_SCOPES } from "./identity.ts";

/** A Block Kit block or element as JSON; {@link file://./block-limits.ts} checks it, nothing else looks inside. */
export interface Block {
  type: string;
  block_id?: string;
  [key: string]: unknown;
}

export interface Metadata {
  event_type: string;
  event_payload: Record<string, unknown>;
}

/** One reaction as Slack lists it on a message: who set it, in order. */
interface Reaction {
  name: string;
  users: string[];
  count: number;
}

/** A message as Slack stores it: the wire's keys plus `channel`, which only some payloads show. */
export interface SlackMessage {
  type: "message";
  subtype?: string;
  channel: string;
  ts: string;
  thread_ts?: string;
  parent_user_id?: string;
  user?: string;
  team?: string;
  user_team?: string;
  source_team?: string;
  bot_id?: string;
  app_id?: string;
  bot_profile?: BotProfile;
  username?: string;
  icons?: Record<string, string>;
  client_msg_id?: string;
  text: string;
  blocks?: Block[];
  attachments?: Record<string, unknown>[];
  files?: FileObject[];
  upload?: boolean;
  display_as_bot?: boolean;
  metadata?: Metadata;
  edited?: { user: string; ts: string };
  reactions?: Reaction[];
  hidden?: boolean;
}

export interface BotProfile {
  id: string;
  deleted: boolean;
  name: string;
  updated: number;
  app_id: string;
  icons: { image_36: string; image_48: string; image_72: string };
  team_id: string;
}

/** A message that only one user sees: posted with chat.postEphemeral, a response_url or as the answer to a command. */
export interface EphemeralMessage {
  channel: string;
  user: string;
  ts: string;
  thread_ts?: string;
  text: string;
  blocks?: Block[];
  via: "chat.postEphemeral" | "response_url" | "command";
  /** Set once the app removed it through a response_url. */
  deleted?: boolean;
}

export interface SlackChannel {
  id: string;
  name: string;
  isPrivate: boolean;
  isArchived: boolean;
  /** Shared with another company. */
  isShared: boolean;
  /** Another company is invited, but has not come yet. */
  isPendingShared?: boolean;
  /** Shared with another workspace of our own organisation. */
  isOrgShared?: boolean;
  /** It is the app's direct messages with this user. */
  imOf?: string;
  created: number;
  creator: string;
  members: Set<string>;
}

export interface SlackUser {
  id: string;
  name: string;
  realName: string;
  displayName: string;
  title: string;
  email: string;
  /** The address of the picture in every size; empty for Slack's default picture. */
  imageUrl: string;
  isBot: boolean;
  deleted: boolean;
  /** A restricted guest. */
  isGuest?: boolean;
  /** Missing: active. `untold`: Slack answers without it. */
  presence?: "active" | "away" | "untold";
  /** Of another company, with whom channels are shared. */
  teamId?: string;
}

/** A user group, which an administrator can disable and enable again. */
export interface Usergroup {
  id: string;
  handle: string;
  name: string;
  users: string[];
  isDisabled?: boolean;
}

/** A file object as messages and files.info show it. */
export interface FileObject {
  id: string;
  created: number;
  timestamp: number;
  name: string;
  title: string;
  mimetype: string;
  filetype: string;
  pretty_type: string;
  user: string;
  user_team: string;
  editable: boolean;
  size: number;
  mode: string;
  is_external: boolean;
  external_type: string;
  is_public: boolean;
  public_url_shared: boolean;
  display_as_bot: boolean;
  username: string;
  url_private: string;
  url_private_download: string;
  permalink: string;
  permalink_public: string;
  has_rich_preview: boolean;
  file_access: string;
  media_display_type: string;
  alt_txt?: string;
}

/** A file and its bytes; `bytes` is undefined until they have been uploaded. */
export interface StoredFile {
  object: FileObject;
  bytes: Buffer | undefined;
  /** Whether files.completeUploadExternal was called; before that only the uploader knows of the file. */
  completed: boolean;
  shares: { channel: string; ts: string; threadTs?: string }[];
  /** Its owner has deleted it. */
  deleted?: boolean;
  /** Slack still works on it: nobody is told its type, size and address yet. */
  pending?: boolean;
  /** What its address answers instead of the file. */
  served?: Served;
}

/** A download that is not what it should be. */
export interface Served {
  readonly status?: number;
  readonly contentType?: string;
  readonly body?: Buffer;
  readonly location?: string;
  /** The connection breaks off after so many bytes. */
  readonly cutAfter?: number;
}

/** A view as Slack sends it; `blocks` carry block and action ids. */
export interface ViewObject {
  id: string;
  team_id: string;
  type: "modal" | "home";
  title: TextObject;
  submit: TextObject | null;
  close: TextObject | null;
  blocks: Block[];
  private_metadata: string;
  callback_id: string;
  external_id: string;
  state: { values: Record<string, Record<string, unknown>> };
  hash: string;
  clear_on_close: boolean;
  notify_on_close: boolean;
  root_view_id: string | null;
  previous_view_id: string | null;
  app_id: string;
  app_installed_team_id: string;
  bot_id: string;
}

export interface TextObject {
  type: string;
  text: string;
  emoji?: boolean;
}

/** A modal on a user's screen. */
export interface OpenView {
  user: string;
  view: ViewObject;
  /** `closed` views stay here so that tests can look at them; `errors` are what the last submission was answered with. */
  status: "open" | "closed";
  errors: Record<string, string>;
}

/** What the app did with a response_url. */
interface ResponseUrlPost {
  url: string;
  user: string;
  channel: string;
  at: number;
  body: Record<string, unknown>;
}

export interface Limits {
  /** Enforce about one post per second and channel, with a short burst, answering 429 beyond. Off by default. */
  posts: boolean;
  /** Enforce 50 reactions.add a minute. Off by default. */
  reactions: boolean;
  /** Most messages in one page of conversations.history and replies; 15 for the apps that Slack restricts. */
  historyPage: number;
  /** Most users in one page of conversations.members, whatever the app asks for. */
  membersPage: number;
}

/** What the app's manifest says. */
interface AppManifest {
  /** App Home has a messages tab; without one nobody gets direct messages of the app. */
  messagesTab: boolean;
}

interface Quirks {
  /** After a reply, also send the parent's `message_replied` event, without its subtype as the Events API does. */
  messageReplied: boolean;
  /** Drop the metadata of posts, and only warn. */
  dropsMetadata: boolean;
  /** Types of blocks that this Slack does not know yet, wherever they stand in a message. */
  unknownBlocks: readonly string[];
}

/** Everything the fake knows. Tests read it freely; to change it they act as a member or call the Web API. */
export interface SlackState {
  readonly channels: Map<string, SlackChannel>;
  readonly users: Map<string, SlackUser>;
  /** All messages of all channels, oldest first. */
  readonly messages: SlackMessage[];
  readonly ephemerals: EphemeralMessage[];
  readonly files: Map<string, StoredFile>;
  readonly views: Map<string, OpenView>;
  /** The published App Home by user. */
  readonly homes: Map<string, ViewObject>;
  /** The typing status by `channel:thread_ts`; gone once cleared, answered or expired. */
  readonly statuses: Map<string, { status: string; at: number; loadingMessages: string[] }>;
  readonly usergroups: Usergroup[];
  readonly emoji: Map<string, string>;
  readonly credentials: Credentials;
  readonly scopes: Set<string>;
  readonly botEvents: Set<string>;
  readonly responseUrlPosts: ResponseUrlPost[];
  readonly limits: Limits;
  readonly manifest: AppManifest;
  readonly quirks: Quirks;
}

export interface StateOptions {
  readonly channels: readonly SlackChannel[];
  readonly users: readonly SlackUser[];
  readonly usergroups: readonly Usergroup[];
  readonly messagesTab: boolean;
  readonly scopes?: readonly string[] | undefined;
  readonly botEvents?: readonly string[] | undefined;
  readonly limits?: Partial<Limits> | undefined;
}

export function createState(options: StateOptions): SlackState {
  return {
    channels: new Map(options.channels.map((channel) => [channel.id, channel])),
    users: new Map(options.users.map((user) => [user.id, user])),
    messages: [],
    ephemerals: [],
    files: new Map(),
    views: new Map(),
    homes: new Map(),
    statuses: new Map(),
    usergroups: [...options.usergroups],
    emoji: new Map(),
    credentials: createCredentials(),
    scopes: new Set(options.scopes ?? DEFAULT_SCOPES),
    botEvents: new Set(options.botEvents ?? DEFAULT_BOT_EVENTS),
    responseUrlPosts: [],
    limits: {
      posts: false,
      reactions: false,
      historyPage: 1000,
      membersPage: 1000,
      ...options.limits,
    },
    manifest: { messagesTab: options.messagesTab },
    quirks: { messageReplied: false, dropsMetadata: false, unknownBlocks: [] },
  };
}
