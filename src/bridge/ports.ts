import type { MentionedIds, SlackNames } from "../convert/to-parley/mentions.ts";
import type { SlackText } from "../convert/to-parley/slack-content.ts";
import type { SlackFile } from "../convert/to-parley/slack-file.ts";
import type { ParleyMedia } from "../convert/to-slack/parley-message.ts";
import type { RichMessage, SlackMessage } from "../convert/to-slack/slack-message.ts";
import type { FileContent } from "../files/check-file.ts";
import type { ConversationId, ItemId, ServiceId, Thread, UserId } from "../ids.ts";
import type { Json } from "../json.ts";
import type { Conversation } from "./conversation.ts";
import type { AgentReply } from "./stored/agent-reply.ts";

/** A backend of the Parley account. */
export interface Service {
  readonly id: ServiceId;
  readonly name: string;
  readonly isDefault: boolean;
}

/** Who we are in Slack. */
export interface Workspace {
  readonly team: string;
  /** Ends in `/`. */
  readonly url: string;
  readonly botUserId: string;
  readonly botId: string;
  /** The Enterprise organisation that the workspace is a part of; missing where it is of none. */
  readonly enterprise?: string;
  /** The names of the teams' channels, by id; those that Slack does not tell are missing. */
  readonly channelNames?: Readonly<Record<string, string>>;
}

/**
 * What is wrong with a channel. `removed`: the bot is not in it. `unseen`: it is deleted, or private and the bot is not in it.
 * `shared`: people of another company are in it, or invited, and its team does not allow that.
 */
export type ChannelTrouble = "archived" | "deleted" | "removed" | "unseen" | "shared";

/** What is known of a channel of a team, and was told. */
export interface ChannelNote {
  /** Missing: Slack has not told it. */
  readonly name?: string;
  readonly trouble?: ChannelTrouble;
}

/** How a channel is. `isHidden`: Slack does not let us look. */
export interface SeenChannel extends ChannelNote {
  readonly isHidden?: true;
}

/** Kept for all replicas. On disk when resolved. */
export interface ChannelNotes {
  get(channel: string): Promise<ChannelNote | undefined>;
  set(channel: string, note: ChannelNote): Promise<void>;
}

/** The teams' channels, as they are now in Slack. Every call may throw a member of the error family. */
export interface Channels {
  look(channel: string): Promise<SeenChannel>;
  /** All teams that have it allow people of other companies in it: that it is shared is no trouble. */
  allowsShared(channel: string): boolean;
  /** Raises the alarms about all channels, or clears them. Never fails. */
  recheck(): Promise<void>;
}

/** The bot's own conversations with single people. */
export interface DirectMessages {
  /**
   * Not safe to repeat: nobody can look whether it is there.
   *
   * @throws a member of the error family; one that is a `dead-letter` says that this person cannot be written to
   */
  tell(person: string, message: SlackMessage): Promise<void>;
}

/** Who a message to the User comes from. */
export interface AgentIdentity {
  /** Stable whole number: some of Parley's apps refuse others. */
  readonly id: number;
  /** One short line, never empty. */
  readonly name: string;
  /** https, or missing. */
  readonly avatar?: string;
}

/** At least one of `text` (Markdown) and `media`. */
export interface MessageToUser {
  readonly text?: string;
  /** `id` is what {@link ParleyFiles.upload} gave; `description` is the name that the User reads. */
  readonly media?: { readonly id: string; readonly description: string };
  readonly agent?: AgentIdentity;
}

/** Files of the Parley account. */
export interface ParleyFiles {
  /**
   * Hands a file to Parley, which shows it to nobody yet: safe to repeat. Returns its id.
   *
   * @throws {FileError} the content is not what it should be
   */
  upload(file: FileContent, signal: AbortSignal): Promise<string>;
  /** @throws {FileError} nobody gives it to us, or it is not what it should be */
  download(media: ParleyMedia, signal: AbortSignal): Promise<FileContent>;
}

/** Files in Slack. */
export interface SlackFiles {
  /** What Slack says about a file now. */
  describe(id: string): Promise<Json>;
  /** @throws {FileError} Slack does not give it to us, or it is not what it should be */
  download(file: SlackFile, signal: AbortSignal): Promise<FileContent>;
  /** Hands a file to Slack, which shows it to nobody yet: safe to repeat. Returns its id. */
  upload(file: FileContent, signal: AbortSignal): Promise<string>;
  /**
   * Shares an uploaded file in a thread, where a second call for it is refused. `caption`: a line above it, in Slack's mrkdwn.
   *
   * @throws {ThreadGoneError} what went astray was taken back
   */
  share(file: { id: string; name: string; caption?: string }, thread: Thread): Promise<void>;
  /**
   * Whether a file is in a thread. `unknown`: Slack knows no file of that id, or not yet · `cannot-look`: Slack refuses reading.
   *
   * @throws {ThreadGoneError} what went astray was taken back
   */
  shareState(
    id: string,
    thread: Thread,
  ): Promise<"shared" | "not-shared" | "unknown" | "cannot-look">;
}

/** What the centre needs of Parley. Every call may throw a member of the error family. */
export interface Parley {
  /** Who we are. */
  readonly self: ServiceId;
  services(): Promise<readonly Service[]>;
  /** `undefined`: Parley answered, but not in a way that we understand. */
  ownerOf(userId: UserId): Promise<ServiceId | undefined>;
  /** Safe to repeat. */
  setOwner(userId: UserId, newOwner: ServiceId, metadata: Json): Promise<void>;
  /** Not safe to repeat: after an {@link UncertainDeliveryError} nobody can tell whether the User has it. */
  send(userId: UserId, message: MessageToUser): Promise<void>;
  /** Safe to repeat. */
  unsetAgent(userId: UserId): Promise<void>;
}

/** What a post carries so that it can be found again: opaque ids, readable by every member of the workspace. */
export type PostTag =
  /** `opening` counts the threads of the conversation from 0: another is opened when one is gone. */
  | { readonly kind: "root"; readonly conversation: ConversationId; readonly opening: number }
  /** The details below that root. */
  | { readonly kind: "details"; readonly conversation: ConversationId; readonly opening: number }
  /** `part` counts the posts of one long message from 0. `of`: it shows what the User wrote, or an agent (`by`, a Slack id). */
  | {
      readonly kind: "message";
      readonly items: readonly ItemId[];
      readonly part: number;
      readonly of?: "user" | "agent";
      readonly by?: string;
    };

/** What agents see on their own messages. */
export type Mark = "delivered" | "delayed" | "failed" | "uncertain" | "note";

/** Where a post goes: into a thread, or into a channel, where it opens one. */
export type Place = Thread | (Pick<Thread, "channel"> & { readonly ts?: undefined });

/** A post: the thread in which it is, or which it has opened, and its own `ts`. */
export interface Posted {
  readonly thread: Thread;
  readonly ts: string;
}

/** What the bridge posts in Slack. Every call may throw a member of the error family. */
export interface Posts {
  /** Waits until one post may go out to the channel. `saturated`: others had to go first, or the pace forbade it for a while. */
  acquire(
    signal: AbortSignal,
    to: Pick<Place, "channel">,
  ): Promise<{ readonly saturated: boolean }>;
  /**
   * Posts at once: {@link Posts.acquire} comes before.
   *
   * @throws {ThreadGoneError} what went astray was taken back
   */
  post(message: RichMessage, tag: PostTag, to: Place): Promise<Posted>;
  /**
   * Looks for an earlier post with this tag that was made after `since` (ms); `cannot-look`: Slack refuses reading.
   *
   * @throws {ThreadGoneError} what went astray was taken back
   */
  find(tag: PostTag, since: number, at: Place): Promise<Posted | "not-there" | "cannot-look">;
  /** @throws {ThreadGoneError} */
  updateRoot(thread: Thread, message: SlackMessage, tag: PostTag): Promise<void>;
  /**
   * The same for a message in the thread. One that somebody has deleted stays deleted.
   *
   * @throws {ThreadGoneError}
   */
  updateIn(thread: Thread, ts: string, message: RichMessage, tag: PostTag): Promise<void>;
  /** Only `agent` sees it. Not safe to repeat: nobody can look for it. */
  tell(thread: Thread, agent: string, message: SlackMessage): Promise<void>;
  /** Shows or clears that the User is typing. Never throws: it is only a courtesy. */
  showTyping(thread: Thread, active: boolean): Promise<void>;
}

/** The marks on agents' messages. */
export interface Reactions {
  /** One that must not be missing. */
  mark(thread: Thread, ts: string, as: "failed" | "uncertain" | "note"): Promise<void>;
  /** Set when there is time for it; left out when there are too many. Never throws. */
  markLater(
    thread: Pick<Thread, "channel">,
    ts: string,
    as: "delivered" | "delayed" | "note",
  ): void;
  /** Taken away when there is time for it. Never throws. */
  unmark(thread: Pick<Thread, "channel">, ts: string, as: Mark): void;
}

/** Reads back what is in Slack. */
export interface ThreadReader {
  /** The thread that a message is in, and who opened it; `unknown`: Slack does not say. */
  threadOf(
    channel: string,
    ts: string,
  ): Promise<
    { readonly thread: Thread; readonly openedBy: string | undefined } | "none" | "unknown"
  >;
  /**
   * What people wrote in the thread after `after` (a `ts`). Waits its turn and obeys Slack's pauses, so it can take minutes; where
   * `signal` ends that it is what was read by then, or rejects if that is nothing. `cannot-look`: Slack refuses reading.
   */
  repliesAfter(
    thread: Thread,
    after: string,
    signal: AbortSignal,
  ): Promise<ReadBack | "cannot-look">;
  /**
   * All that the User and agents wrote in the thread, oldest first; of a very long one the end is missing. What the bridge itself
   * said is left out. `cannot-look`: Slack refuses reading.
   */
  postsIn(thread: Thread, signal: AbortSignal): Promise<readonly ThreadPost[] | "cannot-look">;
}

/** A message in a thread: one that shows what the User wrote, or one of an agent. */
export interface ThreadPost {
  readonly ts: string;
  /** `agent`: a Slack id. */
  readonly writer: "user" | { readonly agent: string };
  readonly message: SlackText;
  /** The names of its files. */
  readonly files: readonly string[];
  /** What became of an agent's message, if a mark tells. */
  readonly mark?: Mark;
}

/** What was read back of a thread. */
interface ReadBack {
  /** Oldest first, without notes and without those whose marks say what became of them. */
  readonly replies: readonly AgentReply[];
  /** Who has put a lock on which of them, by `ts`; it depends on them whether that is a note. */
  readonly lockedBy: ReadonlyMap<string, readonly string[]>;
  /** The `ts` of the last one that was read, left out or not. Missing: there was none. */
  readonly until?: string;
}

/** Who people are. */
export interface People {
  /** Never fails: without an answer of Slack the identity is a neutral one. */
  identityOf(agent: string): Promise<AgentIdentity>;
  /** Never fails: names that Slack does not tell are left out. */
  namesOf(ids: MentionedIds): Promise<SlackNames>;
}

/** The address of a thread, or of a message in it, for people. */
export type Permalink = (thread: Thread) => string;

/** Conversations on disk. Whatever resolves is synced. */
export interface Conversations {
  /** The User's newest conversation, open or not. */
  byUser(userId: UserId): Promise<Conversation | undefined>;
  byThread(thread: Thread): Promise<Conversation | undefined>;
  byId(id: ConversationId): Promise<Conversation | undefined>;
  /** The User as whom this one lives on; the same one unless it was merged into another. */
  currentId(userId: UserId): Promise<UserId>;
  /** From now on what concerns the User `from` concerns `to`. Survives restarts. */
  alias(from: UserId, to: UserId): Promise<void>;
  /** The User whose app gave this id. */
  userByExternalId(externalId: string): Promise<UserId | undefined>;
  /** All open ones, the longest open first. For lists and rounds: what happens for each message asks for less. */
  open(): Promise<readonly Conversation[]>;
  countOpen(): Promise<number>;
  /** The open ones whose Users wait for an answer. For what is asked every few seconds. */
  waiting(): Promise<readonly Conversation[]>;
  /** An open one that has the id of this very User, whoever the User lives on as. */
  openUnder(userId: UserId): Promise<Conversation | undefined>;
  /** A thread of an open one may be in Slack that is not recorded yet. */
  hasUnrooted(): Promise<boolean>;
  /**
   * Safe to repeat.
   *
   * @throws {OvertakenError} the User lives on as another by now, or has another one that is open
   */
  create(conversation: Conversation): Promise<void>;
  /**
   * Changes are applied one after the other, never on an old copy: `change` is called again if somebody else was faster.
   * `undefined`: there is no such conversation.
   */
  update(
    id: ConversationId,
    change: (conversation: Conversation) => Conversation,
  ): Promise<Conversation | undefined>;
}
