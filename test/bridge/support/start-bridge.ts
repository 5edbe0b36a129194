import { onTestFinished, vi } from "vitest";
import type { Conversation } from "../../../src/bridge/conversation.ts";
import { createDelayMarks } from "../../../src/bridge/delay-marks.ts";
import { createParleyEventHandler } from "../../../src/bridge/handle-parley-event.ts";
import { createSlackEventHandler } from "../../../src/bridge/handle-slack-event.ts";
import { createNotifier } from "../../../src/bridge/notify.ts";
import type { ParleyEvent } from "../../../src/bridge/parley-event.ts";
import type { Mark, Permissions } from "../../../src/bridge/ports.ts";
import { type Reconciler, startReconciler } from "../../../src/bridge/reconcile.ts";
import type { AgentReply } from "../../../src/bridge/stored/agent-reply.ts";
import type { InboxBody } from "../../../src/bridge/stored/inbox-body.ts";
import { inboxBodySchema } from "../../../src/bridge/stored/inbox-body.ts";
import type { HandBackRequest, OutboxBody } from "../../../src/bridge/stored/outbox-body.ts";
import { outboxBodySchema } from "../../../src/bridge/stored/outbox-body.ts";
import { readProgress } from "../../../src/bridge/stored/read-progress.ts";
import { parseStored } from "../../../src/bridge/stored/read-stored.ts";
import {
  type TakeInDependencies,
  takeInDeletion,
  takeInEdit,
  takeInReply,
} from "../../../src/bridge/to-parley/take-in-reply.ts";
import { tellDeadReply } from "../../../src/bridge/to-parley/tell-dead-reply.ts";
import { tellNotShown } from "../../../src/bridge/to-slack/tell-not-shown.ts";
import { readConfig } from "../../../src/config/read-config.ts";
import type { ReplyMode } from "../../../src/convert/to-parley/reply-intent.ts";
import type { ParleyMessage } from "../../../src/convert/to-slack/parley-message.ts";
import { defined } from "../../../src/defined.ts";
import { createEmbeddedLanes } from "../../../src/delivery/embedded-lanes.ts";
import type { Lanes } from "../../../src/delivery/lanes.ts";
import { createRateLimiter } from "../../../src/delivery/rate-limiter.ts";
import { createSemaphore } from "../../../src/delivery/semaphore.ts";
import {
  makeDerivedItemId,
  makeThreadKey,
  type Thread,
  toUserId,
  type UserId,
} from "../../../src/ids.ts";
import { isJsonObject, type Json } from "../../../src/json.ts";
import { toInboxItem } from "../../../src/parley/to-inbox-item.ts";
import { makePermalink } from "../../../src/slack/permalink.ts";
import { ACTIONS, type ActionName } from "../../../src/views/actions.ts";
import type { UserDetails } from "../../../src/views/root-user.ts";
import { en } from "../../../src/views/texts/en.ts";
import { type CapturedLog, captureLog } from "../../support/captured-log.ts";
import { MINIMAL_ENV } from "../../support/minimal-env.ts";
import { textOf } from "../../support/threads.ts";
import { type Calls, createCalls, type Process } from "./calls.ts";
import { createMemoryConversations } from "./memory-conversations.ts";
import { createMemoryTable, type MemoryTable, openMemoryJournal } from "./memory-journal.ts";
import { AGENTS, BOT, createMemoryParley, type MemoryParley } from "./memory-parley.ts";
import { createMemorySlack, type MemorySlack, type Posted, type Writing } from "./memory-slack.ts";
import type { StoredFile } from "./stored-file.ts";

/** The Users of the stories. */
export const ADA = toUserId("11111");
export const EVE = toUserId("22222");

const START = Date.UTC(2026, 10, 30, 9);
/** So long nothing reacts to a timer: short against the pauses of the bridge. */
const STEP_MS = 100;
const MAX_WAIT_MS = 3_600_000;
const { patience } = readConfig(MINIMAL_ENV);

export interface BridgeOptions {
  messageLength?: number;
  lineBreak?: "hard" | "soft";
  mentions?: "names" | "hide";
  replyMode?: ReplyMode;
  ownerUnknown?: "deliver" | "ignore";
  groupMs?: number;
  undoMs?: number;
  /** Missing: threads are not read back, nor owners compared. */
  reconcileEveryMs?: number;
  permissions?: Permissions;
  /** What still fails at this age becomes a dead letter; three days if missing. */
  maxAgeMs?: number;
}

interface About {
  user?: UserId;
}

type Message = Partial<Omit<ParleyMessage, "media">> & {
  /** A file that comes with it. */
  file?: StoredFile;
};

/**
 * The flows of the bridge between fakes in memory, with real lanes. No time passes but what a test lets pass, and a
 * millisecond for each step of a story. When a step resolves all has happened that can happen without a pause.
 */
export interface Bridge {
  readonly parley: MemoryParley;
  readonly slack: MemorySlack;
  readonly calls: Calls;
  readonly log: CapturedLog;

  /** The bot gives us the User. */
  handover(about?: About & { metadata?: Json; details?: UserDetails }): Promise<void>;
  userWrites(text: string, more?: About & Message): Promise<void>;
  /** Parley calls; what it is not answered it tells again. */
  callback(event: ParleyEvent): Promise<void>;
  /** An agent writes in the User's newest thread, or in another. `unheard`: Slack loses the event about it. */
  agentWrites(
    text: string,
    more?: About & Writing & { thread?: Thread; unheard?: true },
  ): Promise<AgentReply>;
  /** Slack tells us of a message, perhaps once more. */
  slackTells(reply: AgentReply): Promise<void>;
  agentEdits(reply: AgentReply, text: string): Promise<void>;
  agentDeletes(reply: AgentReply): Promise<void>;
  /** Anna submits the form; one with the same `form` once more is the same. */
  agentHandsBack(request?: About & Partial<HandBackRequest> & { form?: string }): Promise<void>;
  somebodyDeletesRoot(about?: About): Promise<void>;
  /** Presses the newest button of this action, whoever sees it. */
  press(action: ReplyAction, agent?: string): Promise<void>;

  /** Time passes. */
  later(ms: number): Promise<void>;
  /** So much time has passed, without anything happening in it: for what would take long otherwise. */
  skip(ms: number): Promise<void>;
  /** Time passes until nothing waits any more. */
  settled(): Promise<void>;
  /** As after `kill -9`: what is on disk is all that is left. What was not acknowledged comes again. */
  crashAndRestart(options?: BridgeOptions): Promise<void>;
  stopAndRestart(options?: BridgeOptions): Promise<void>;

  /** What the bridge wrote in the User's newest thread below its root, oldest first; files as `[name]`. */
  thread(user?: UserId): string[];
  /** The same of any thread. */
  below(thread: Thread): string[];
  /** All words of the root, the newest by default. */
  root(user?: UserId, thread?: Thread): string;
  threadOf(user?: UserId): Thread;
  /** The threads in Slack whose root is there, oldest first. */
  roots(): Posted[];
  /** What the User has, oldest first; files as `[name]`. */
  sent(user?: UserId): string[];
  marks(reply: AgentReply): readonly Mark[];
  /** What only this agent was told, oldest first. */
  told(agent?: string): string[];
  conversation(user?: UserId): Promise<Conversation | undefined>;
  openConversations(): number;
  /** How many items wait, are held and are dead letters. */
  items(queue: "inbox" | "outbox"): { waiting: number; held: number; dead: number };
}

/** A button under a reply. */
type ReplyAction = Extract<ActionName, "sendAgain" | "takeOver" | "dismiss" | "itArrived">;

interface Running extends Process {
  readonly inbox: Lanes<InboxBody>;
  readonly outbox: Lanes<OutboxBody>;
  readonly takeIn: TakeInDependencies;
  readonly notifier: ReturnType<typeof createNotifier>;
  readonly reconciler: Reconciler | undefined;
}

export async function startBridge(given: BridgeOptions = {}): Promise<Bridge> {
  // A test may start several, one after the other.
  vi.useRealTimers();
  vi.useFakeTimers({
    now: START,
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
  });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const slack = createMemorySlack();
  const parley = createMemoryParley();
  const calls = createCalls();
  const log = captureLog();
  const disk = {
    inbox: createMemoryTable(),
    outbox: createMemoryTable(),
    conversations: createMemoryConversations(),
  };
  let options = given;
  let running = await run();
  let messages = 0;
  let forms = 0;
  let edits = 0;
  /** Sent to us, and not acknowledged yet. */
  const unanswered = new Set<(to: Running) => Promise<unknown>>();

  async function run(): Promise<Running> {
    const process: Process = { isAlive: true };
    const wire = <Port extends object>(name: string, port: Port): Port =>
      calls.wire(name, port, process);
    const queue = {
      backoff: { firstMs: 500, capMs: 60_000, maxAgeMs: options.maxAgeMs ?? 3 * 86_400_000 },
      concurrency: 64,
      onAttempt: () => {},
      random: () => 0.5,
    };
    const inbox = await createEmbeddedLanes<InboxBody>({
      ...queue,
      queue: "inbox",
      journal: wire("inbox", openMemoryJournal(disk.inbox)),
      reader: {
        readBody: (text) => parseStored(inboxBodySchema, text, "an inbox item"),
        readProgress,
      },
    });
    const outbox = await createEmbeddedLanes<OutboxBody>({
      ...queue,
      queue: "outbox",
      journal: wire("outbox", openMemoryJournal(disk.outbox)),
      reader: {
        readBody: (text) => parseStored(outboxBodySchema, text, "an outbox item"),
        readProgress,
      },
    });
    const { ownerUnknown = "deliver", groupMs = 0, undoMs = 0, replyMode = "send" } = options;
    const { mentions = "names", lineBreak = "hard", messageLength = 5_000 } = options;
    const { permissions = { refusalOf: () => Promise.resolve(undefined) } } = options;
    const shared = {
      parley: wire("parley", parley.parley),
      posts: wire("posts", slack.posts),
      reactions: wire("reactions", slack.reactions),
      reader: wire("reader", slack.reader),
      people: wire("people", slack.people),
      parleyFiles: wire("parleyFiles", parley.parleyFiles),
      slackFiles: wire("slackFiles", slack.slackFiles),
      conversations: wire("conversations", disk.conversations),
      transfers: createSemaphore(4),
      permalink: (thread: Thread) => makePermalink("https://team.slack.com/", thread),
      notifier: createNotifier(inbox),
      texts: en,
      patience,
      now: Date.now,
    };
    const inboxDependencies = {
      ...shared,
      outbox,
      parse: (raw: string) => JSON.parse(raw) as ParleyEvent,
      ownerUnknown,
      showUserIdentity: false,
      groupMs,
    };
    await inbox.start(createParleyEventHandler(inboxDependencies), tellNotShown(inboxDependencies));
    const delays = createDelayMarks(shared);
    await outbox.start(
      createSlackEventHandler({
        ...shared,
        permissions,
        mentions,
        lineBreak,
        messageLength,
        delays,
        inbox,
        outbox,
      }),
      tellDeadReply(shared),
      delays.onDelay,
    );
    const takeIn = { ...shared, outbox, replyMode, undoMs };
    const { reconcileEveryMs: intervalMs } = options;
    const reconciler =
      intervalMs === undefined
        ? undefined
        : startReconciler({
            ...shared,
            takeIn: (reply) => takeInReply(reply, takeIn),
            ownerQuestions: createRateLimiter({ perSecond: 10, burst: 1 }),
            intervalMs,
            log,
          });
    return Object.assign(process, {
      inbox,
      outbox,
      takeIn,
      notifier: shared.notifier,
      reconciler,
    });
  }

  /** Everything happens that can happen before a pause; whoever dies in it is started again. */
  async function happen(): Promise<void> {
    await new Promise(setImmediate);
    if (!running.isAlive) await restart();
  }

  async function restart(): Promise<void> {
    // Those of the dead process. Its clock begins anew too, but the time of day does not.
    const now = Date.now();
    vi.clearAllTimers();
    vi.setSystemTime(now);
    running = await run();
    for (const send of [...unanswered]) await deliver(send);
    await happen();
  }

  /** As Parley and Slack do it: what is not acknowledged is sent again. */
  async function deliver(send: (to: Running) => Promise<unknown>): Promise<void> {
    unanswered.add(send);
    // A process that dies answers nothing.
    const answered = send(running).then(() => void unanswered.delete(send));
    await Promise.race([answered, new Promise(setImmediate)]);
    await happen();
    // Two things never happen in the same moment.
    await pass(1);
  }

  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP_MS) {
      vi.advanceTimersByTime(Math.min(left, STEP_MS));
      await happen();
    }
  }

  const threadOf = (user: UserId = ADA): Thread => {
    const root = roots().findLast(({ message }) =>
      textOf(message).includes(`Parley User \`${user}\``),
    );
    if (!root) throw new Error(`There is no thread about User ${user}`);
    return root.thread;
  };

  const roots = (): Posted[] => slack.messages.filter(({ tag }) => tag?.kind === "root");

  const below = (thread: Thread): string[] =>
    slack.messages
      .filter((each) => each.thread.ts === thread.ts && each.ts !== thread.ts && !each.reply)
      .map(({ message, file }) => (file === undefined ? message.text : `[${file}]`));

  async function settled(): Promise<void> {
    await happen();
    for (let passed = 0; isBusy(); passed += STEP_MS) {
      if (passed > MAX_WAIT_MS) throw new Error("Something waits for ever");
      await pass(STEP_MS);
    }
  }

  const isBusy = (): boolean =>
    unanswered.size > 0 || [disk.inbox, disk.outbox].some((table) => count(table, "waiting") > 0);

  const bridge: Bridge = {
    parley,
    slack,
    calls,
    log,

    async handover({ user = ADA, metadata, details = {} } = {}) {
      parley.user(user).owner = AGENTS.id;
      const told = defined({ metadata });
      await bridge.callback({ kind: "handover", userId: user, user: details, ...told });
    },

    async userWrites(text, { user = ADA, file, ...more } = {}) {
      messages += 1;
      const message: ParleyMessage = {
        typeId: 1,
        id: String(messages),
        time: Math.floor(Date.now() / 1_000),
        ...(text !== "" && { text }),
        ...(file && { media: keep(file) }),
        ...more,
      };
      await bridge.callback({ kind: "message", userId: user, user: {}, message });
    },

    async callback(event) {
      const receivedAt = Date.now();
      const { groupMs = 0 } = options;
      await deliver(({ inbox }) =>
        inbox.append(toInboxItem(event, JSON.stringify(event), receivedAt, groupMs)),
      );
    },

    async agentWrites(text, { user = ADA, thread = threadOf(user), unheard, ...writing } = {}) {
      const reply = slack.write(thread, text, writing);
      if (!unheard) await bridge.slackTells(reply);
      return reply;
    },

    async slackTells(reply) {
      await deliver(({ takeIn }) => takeInReply(reply, takeIn));
    },

    async agentEdits(reply, text) {
      edits += 1;
      const id = `edit ${edits}`;
      await deliver(({ takeIn }) => takeInEdit({ ...reply, text }, reply, id, takeIn));
    },

    async agentDeletes(reply) {
      await deliver(({ takeIn }) => takeInDeletion(reply, takeIn));
    },

    async agentHandsBack({ user = ADA, form, thread = threadOf(user), ...request } = {}) {
      forms += 1;
      const lane = makeThreadKey(thread);
      const id = makeDerivedItemId(form ?? `form ${forms}`, lane);
      const body: OutboxBody = {
        kind: "hand-back",
        request: { thread, agent: "U0ANNA", to: BOT.id, ...request },
      };
      await deliver(({ outbox }) => outbox.append({ lane, id, body }));
    },

    async somebodyDeletesRoot({ user = ADA } = {}) {
      const thread = threadOf(user);
      const stands = slack.deleteRoot(thread);
      const userId = (await disk.conversations.byThread(thread))?.userId ?? user;
      await deliver(({ notifier }) => notifier.threadGone({ userId }, thread, stands));
    },

    async press(action, agent = "U0ANNA") {
      const { item, ts } = replyUnder(action);
      await deliver(async ({ outbox }) => {
        if (action === "dismiss" || action === "itArrived") return await outbox.discard(item);
        const kept = await outbox.look(item);
        if (action === "takeOver" && kept?.body.kind === "reply") {
          const takeOver = { ...kept.body.takeOver, by: agent };
          if (!(await outbox.replace(item, { ...kept.body, takeOver }))) return false;
        }
        if (!(await outbox.requeue(item))) return false;
        for (const mark of ["failed", "uncertain", "note"] as const) {
          slack.reactions.unmark({ channel: "" }, ts, mark);
        }
        return true;
      });
    },

    async skip(ms) {
      vi.setSystemTime(Date.now() + ms);
      await happen();
    },
    later: pass,
    settled,
    async crashAndRestart(next = {}) {
      running.isAlive = false;
      options = { ...options, ...next };
      await happen();
    },
    async stopAndRestart(next = {}) {
      options = { ...options, ...next };
      await Promise.all([running.reconciler?.stop(), running.inbox.stop(), running.outbox.stop()]);
      running.isAlive = false;
      await happen();
    },

    thread: (user) => below(threadOf(user)),
    below,
    root(user, thread = threadOf(user)) {
      const root = slack.messages.find(({ ts }) => ts === thread.ts);
      return root ? textOf(root.message) : "";
    },
    threadOf,
    roots,
    sent: (user = ADA) =>
      parley
        .user(user)
        .messages.map(({ text, media }) => (media ? `[${media.description}]` : (text ?? ""))),
    marks: ({ ts }) => slack.marksOn(ts),
    told: (agent = "U0ANNA") =>
      slack.told.filter((told) => told.agent === agent).map(({ message }) => message.text),
    conversation: (user = ADA) => disk.conversations.byUser(user),
    openConversations: () => disk.conversations.open().length,
    items: (queue) => ({
      waiting: count(disk[queue], "waiting"),
      held: count(disk[queue], "held"),
      dead: count(disk[queue], "dead"),
    }),
  };
  return bridge;

  function keep(file: StoredFile) {
    const id = `sent-${parley.media.size + 1}`;
    parley.media.set(id, file);
    return { id, description: file.name, mimeType: file.mimeType };
  }

  /** The reply that the newest button of this action is about. */
  function replyUnder(action: ReplyAction) {
    const values = [...slack.told, ...slack.messages].flatMap(({ message }) =>
      valuesOf(message.blocks ?? [], ACTIONS[action].id),
    );
    const reply = ACTIONS[action].read(values.at(-1) ?? "");
    if (!reply) throw new Error(`There is no button to ${action}`);
    return reply;
  }
}

const count = ({ rows }: MemoryTable, state: "waiting" | "held" | "dead"): number =>
  [...rows.values()].filter((row) => row.state === state).length;

/** The values of the buttons with this id. */
function valuesOf(block: Json | readonly Json[], id: string): string[] {
  if (Array.isArray(block)) return block.flatMap((each: Json) => valuesOf(each, id));
  if (!isJsonObject(block)) return [];
  const { action_id, value } = block;
  if (action_id === id && typeof value === "string") return [value];
  return Object.values(block).flatMap((each) => valuesOf(each, id));
}
