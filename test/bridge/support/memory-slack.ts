import type {
  Channels,
  ChannelTrouble,
  DirectMessages,
  Mark,
  People,
  Posts,
  PostTag,
  Reactions,
  SlackFiles,
  ThreadPost,
  ThreadReader,
} from "../../../src/bridge/ports.ts";
import type { AgentReply } from "../../../src/bridge/stored/agent-reply.ts";
import { NO_NAMES } from "../../../src/convert/to-parley/mentions.ts";
import type { SlackMessage } from "../../../src/convert/to-slack/slack-message.ts";
import { defined } from "../../../src/defined.ts";
import {
  FileError,
  type FileTrouble,
  SlackApiError,
  ThreadGoneError,
} from "../../../src/errors.ts";
import { makeThreadKey, type Thread } from "../../../src/ids.ts";
import type { Json } from "../../../src/json.ts";
import { readFile, type StoredFile, toContent } from "./stored-file.ts";

export const CHANNEL = "C0SUPPORT";
/** Of another team. */
export const BILLING_CHANNEL = "C0BILLING";
const TEAM = "T0TEAM";

/** A message in Slack: of the bridge where it has a tag or a file of the bridge's, of an agent otherwise. */
export interface Posted {
  readonly thread: Thread;
  readonly ts: string;
  message: SlackMessage;
  readonly tag?: PostTag;
  /** The name of the file that the bridge has shared with it. */
  readonly file?: string;
  /** Written by an agent. */
  readonly reply?: AgentReply;
}

/** What only one agent saw. */
interface Told {
  readonly thread: Thread;
  readonly agent: string;
  readonly message: SlackMessage;
}

/** An agent's file. `isReady`: Slack knows everything about it. `trouble`: what Slack gives in its place. */
export interface AgentFile extends StoredFile {
  isReady?: boolean;
  trouble?: FileTrouble;
}

/** What an agent writes besides text. */
export interface Writing {
  agent?: string;
  files?: readonly AgentFile[];
}

/** What Slack has, and its ports. */
export interface MemorySlack {
  readonly posts: Posts;
  readonly reactions: Reactions;
  readonly reader: ThreadReader;
  readonly people: People;
  readonly slackFiles: SlackFiles;
  readonly channels: Channels;
  readonly directMessages: DirectMessages;
  readonly messages: Posted[];
  /** What single people were told directly, oldest first. */
  readonly direct: { readonly to: string; readonly text: string }[];
  /** What is wrong with the channel. */
  channelTrouble: ChannelTrouble | undefined;
  readonly told: Told[];
  /** The threads that show that their User is typing. */
  readonly typing: Set<string>;
  /** Agents' files, by id. */
  readonly files: Map<string, AgentFile>;
  /** Others have to go first. */
  isBusy: boolean;
  /** Slack refuses reading. */
  refusesReading: boolean;
  /** Slack shows only later what was shared. */
  showsSharesLate: boolean;
  /** After so many more turns nobody's turn comes, until the returned function is called. */
  holdTurns(after?: number): () => void;
  marksOn(ts: string): readonly Mark[];
  write(thread: Thread, text: string, more?: Writing): AgentReply;
  /** When something happens to a message that is there already. */
  nextTs(): string;
  /** The thread is not there any more, nor anything in it. */
  expire(thread: Thread): void;
  /** The root goes; replies that stand below it stay. Returns whether there are any. */
  deleteRoot(thread: Thread): boolean;
}

export function createMemorySlack(): MemorySlack {
  const messages: Posted[] = [];
  const told: Told[] = [];
  const direct: MemorySlack["direct"] = [];
  const typing = new Set<string>();
  const marks = new Map<string, Set<Mark>>();
  const files = new Map<string, AgentFile>();
  const uploads = new Map<string, StoredFile & { sharedIn?: Thread }>();
  const gone = new Set<string>();
  let lastTs = 0;
  let turns = Number.POSITIVE_INFINITY;
  let nextTurn = Promise.resolve();

  /** Grows, also within a millisecond. */
  function nextTs(): string {
    lastTs = Math.max(lastTs + 1, Date.now() * 1_000);
    return `${Math.floor(lastTs / 1e6)}.${String(lastTs % 1e6).padStart(6, "0")}`;
  }

  const assertThere = (thread: Thread | undefined): void => {
    if (thread && gone.has(makeThreadKey(thread))) throw new ThreadGoneError(thread);
  };

  const marksOf = (ts: string): Set<Mark> => {
    const found = marks.get(ts) ?? new Set();
    marks.set(ts, found);
    return found;
  };

  const world: MemorySlack = {
    messages,
    told,
    direct,
    channelTrouble: undefined,
    typing,
    files,
    isBusy: false,
    refusesReading: false,
    showsSharesLate: false,
    holdTurns(after = 0) {
      turns = after;
      const given = Promise.withResolvers<void>();
      nextTurn = given.promise;
      return () => {
        turns = Number.POSITIVE_INFINITY;
        given.resolve();
      };
    },

    marksOn: (ts) => [...marksOf(ts)].sort(),

    write(thread, text, { agent = "U0ANNA", files: given = [] } = {}) {
      const described = given.map((file) => {
        const id = `F${files.size + 1}`;
        files.set(id, { ...file });
        return describe(id);
      });
      const ts = nextTs();
      const reply: AgentReply = {
        thread,
        ts,
        agent,
        text,
        ...(described.length > 0 && { files: described }),
      };
      messages.push({ thread, ts, message: { text }, reply });
      return reply;
    },

    nextTs,

    expire(thread) {
      gone.add(makeThreadKey(thread));
      const left = messages.filter((each) => each.thread.ts !== thread.ts);
      messages.splice(0, messages.length, ...left);
    },

    deleteRoot(thread) {
      const stands = messages.some((each) => each.thread.ts === thread.ts && each.ts !== thread.ts);
      if (!stands) world.expire(thread);
      const root = messages.findIndex(({ ts }) => ts === thread.ts);
      if (root >= 0) messages.splice(root, 1);
      return stands;
    },

    posts: {
      async acquire(signal) {
        turns -= 1;
        await (turns < 0 ? untilAborted(nextTurn, signal) : undefined);
        return { saturated: world.isBusy };
      },
      async post(message, tag, to) {
        const thread = to.ts === undefined ? undefined : to;
        await Promise.resolve(assertThere(thread));
        const ts = nextTs();
        const at = thread ?? { team: TEAM, channel: to.channel, ts };
        messages.push({ thread: at, ts, message, tag });
        return { thread: at, ts };
      },
      async find(tag, since, at) {
        const thread = at.ts === undefined ? undefined : at;
        await Promise.resolve(assertThere(thread));
        if (world.refusesReading) return "cannot-look";
        const found = messages.find(
          (each) =>
            JSON.stringify(each.tag) === JSON.stringify(tag) &&
            Number(each.ts) * 1_000 >= since - 1 &&
            each.thread.channel === at.channel &&
            (thread === undefined || each.thread.ts === thread.ts),
        );
        return found ? { thread: found.thread, ts: found.ts } : "not-there";
      },
      async updateRoot(thread, message) {
        await Promise.resolve(assertThere(thread));
        const root = messages.find(({ ts }) => ts === thread.ts);
        if (!root) throw new ThreadGoneError(thread);
        root.message = message;
      },
      async updateIn(thread, ts, message) {
        await Promise.resolve(assertThere(thread));
        const post = messages.find((each) => each.ts === ts);
        if (post) post.message = message;
      },
      tell(thread, agent, message) {
        told.push({ thread, agent, message });
        return Promise.resolve();
      },
      showTyping(thread, active) {
        if (active) typing.add(thread.ts);
        else typing.delete(thread.ts);
        return Promise.resolve();
      },
    },

    channels: {
      look: () => Promise.resolve(defined({ name: "support", trouble: world.channelTrouble })),
      allowsShared: () => false,
      recheck: () => Promise.resolve(),
    },

    directMessages: {
      tell(to, { text }) {
        direct.push({ to, text });
        return Promise.resolve();
      },
    },

    reactions: {
      mark(_, ts, as) {
        marksOf(ts).add(as);
        return Promise.resolve();
      },
      markLater: (_, ts, as) => void marksOf(ts).add(as),
      unmark: (_, ts, as) => void marksOf(ts).delete(as),
    },

    reader: {
      threadOf(_, ts) {
        const found = messages.find((each) => each.ts === ts);
        return Promise.resolve(found ? { thread: found.thread, openedBy: "U0BRIDGE" } : "none");
      },
      async repliesAfter(thread, after) {
        if (world.refusesReading) return "cannot-look";
        if (!(await Promise.resolve(messages)).some(({ ts }) => ts === thread.ts)) {
          throw new SlackApiError("conversations.replies", "thread_not_found", "dead-letter");
        }
        const written = messages.flatMap(({ reply }) =>
          reply && reply.thread.ts === thread.ts && reply.ts > after ? [reply] : [],
        );
        const isSettled = ({ ts }: { ts: string }) =>
          (["delivered", "failed", "uncertain"] as const).some((mark) => marksOf(ts).has(mark));
        return {
          replies: written.filter((reply) => !isSettled(reply)),
          lockedBy: new Map(),
          ...defined({ until: written.at(-1)?.ts }),
        };
      },
      async postsIn(thread) {
        if (world.refusesReading) return "cannot-look";
        const inside = (await Promise.resolve(messages)).filter(
          (each) => each.thread.ts === thread.ts && each.ts !== thread.ts,
        );
        return inside.flatMap(({ ts, message, tag, file, reply }): ThreadPost[] => {
          if (reply) {
            const mark = marksOf(ts).values().next().value;
            const { agent, text, blocks } = reply;
            const said = { text, ...defined({ blocks }) };
            return [{ ts, writer: { agent }, message: said, files: [], ...defined({ mark }) }];
          }
          if (file !== undefined)
            return [{ ts, writer: "user", message: { text: "" }, files: [file] }];
          const isUsers = tag?.kind === "message" && tag.of === "user";
          return isUsers ? [{ ts, writer: "user", message, files: [] }] : [];
        });
      },
    },

    people: {
      identityOf: (agent) =>
        Promise.resolve({
          id: agent.length * 1_000 + agent.charCodeAt(2),
          name: PEOPLE[agent] ?? agent,
        }),
      namesOf: () => Promise.resolve(NO_NAMES),
    },

    slackFiles: {
      describe: (id) => Promise.resolve(describe(id)),
      async download({ id }) {
        const file = await Promise.resolve(files.get(id));
        if (!file) throw new SlackApiError("files.info", "file_not_found", "dead-letter");
        if (file.trouble) throw new FileError(file.trouble, { id, name: file.name });
        return toContent(file);
      },
      async upload(content) {
        const id = `U${uploads.size + 1}`;
        uploads.set(id, await readFile(content));
        return id;
      },
      async share({ id, name }, thread) {
        await Promise.resolve(assertThere(thread));
        const upload = uploads.get(id);
        if (!upload || upload.sharedIn) {
          throw new SlackApiError("files.completeUploadExternal", "file_not_found", "dead-letter");
        }
        upload.sharedIn = thread;
        messages.push({ thread, ts: nextTs(), message: { text: "" }, file: name });
      },
      async shareState(id, thread) {
        await Promise.resolve(assertThere(thread));
        if (world.refusesReading) return "cannot-look";
        const upload = uploads.get(id);
        if (!upload) return "unknown";
        return upload.sharedIn && !world.showsSharesLate ? "shared" : "not-shared";
      },
    },
  };

  function describe(id: string): Json {
    const file = files.get(id);
    if (!file) return null;
    const { name, mimeType, bytes, isReady = true } = file;
    if (!isReady) return { id, name, file_access: "check_file_info" };
    const url = `https://files.slack.com/${id}`;
    return { id, name, mimetype: mimeType, size: bytes.length, url_private: url };
  }

  return world;
}

async function untilAborted(wait: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await Promise.race([
    wait,
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    }),
  ]);
}

const PEOPLE: Readonly<Record<string, string>> = { U0ANNA: "Anna", U0BEN: "Ben" };
