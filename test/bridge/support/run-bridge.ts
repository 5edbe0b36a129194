import type { z } from "zod";
import { startQueues } from "../../../src/app/start-queues.ts";
import { createAudit } from "../../../src/bridge/audit.ts";
import type { BotReceiver } from "../../../src/bridge/bot-events/bot-event.ts";
import { followHandovers } from "../../../src/bridge/bot-events/follow-handovers.ts";
import {
  type ChannelWatch,
  createChannelWatch,
} from "../../../src/bridge/channels/watch-channels.ts";
import type {
  AgentsInTurn,
  Permissions,
  Responsible,
  Team,
} from "../../../src/bridge/desk-ports.ts";
import { createNotifier, type Notifier } from "../../../src/bridge/notifier.ts";
import type { HandoverDependencies } from "../../../src/bridge/ownership/handover.ts";
import type { ParleyEvent } from "../../../src/bridge/parley-event.ts";
import type { Conversations } from "../../../src/bridge/ports.ts";
import { createReadBack } from "../../../src/bridge/read-back.ts";
import { type Reconciler, startReconciler } from "../../../src/bridge/reconciler.ts";
import {
  type BotEventBody,
  botEventBodySchema,
} from "../../../src/bridge/stored/bot-event-body.ts";
import { type ClockBody, clockBodySchema } from "../../../src/bridge/stored/clock-body.ts";
import { type InboxBody, inboxBodySchema } from "../../../src/bridge/stored/inbox-body.ts";
import { type OutboxBody, outboxBodySchema } from "../../../src/bridge/stored/outbox-body.ts";
import { readProgress } from "../../../src/bridge/stored/read-progress.ts";
import { parseStored } from "../../../src/bridge/stored/read-stored.ts";
import { isLockedByAgent } from "../../../src/bridge/to-parley/lock.ts";
import {
  type TakeInDependencies,
  takeInReply,
} from "../../../src/bridge/to-parley/take-in-reply.ts";
import { type DeskRules, NO_RULES } from "../../../src/config/desk-rules.ts";
import { readConfig } from "../../../src/config/read-config.ts";
import type { ReplyMode } from "../../../src/convert/to-parley/reply-intent.ts";
import type { Claims } from "../../../src/delivery/claims.ts";
import { createEmbeddedLanes, type EmbeddedLanes } from "../../../src/delivery/embedded-lanes.ts";
import { createRateLimiter } from "../../../src/delivery/rate-limiter.ts";
import { createSemaphore } from "../../../src/delivery/semaphore.ts";
import { createSoleClaims } from "../../../src/delivery/sole-claims.ts";
import { followConversations } from "../../../src/desk/clock/follow-conversations.ts";
import { createDesk } from "../../../src/desk/create-desk.ts";
import type { Thread } from "../../../src/ids.ts";
import { createRounds } from "../../../src/rounds.ts";
import { makePermalink } from "../../../src/slack/permalink.ts";
import type { QueueName } from "../../../src/state/queues.ts";
import { createTurns } from "../../../src/turns.ts";
import { en } from "../../../src/views/texts/en.ts";
import { MINIMAL_ENV } from "../../support/minimal-env.ts";
import type { Process } from "./calls.ts";
import type { Cluster } from "./memory-cluster.ts";
import { openMemoryJournal } from "./memory-journal.ts";
import { BOT } from "./memory-parley.ts";
import { CHANNEL } from "./memory-slack.ts";
import type { World } from "./world.ts";

const TEAMS = [{ name: "Support", channel: CHANNEL }] as const;

export interface BridgeOptions {
  messageLength?: number;
  lineBreak?: "hard" | "soft";
  mentions?: "names" | "hide";
  replyMode?: ReplyMode;
  ownerUnknown?: "deliver" | "ignore";
  groupMs?: number;
  undoMs?: number;
  /** Who is told what becomes of handovers; nobody if missing. */
  receiver?: BotReceiver;
  /** Called for each handover that a conversation gets. */
  onHandover?: HandoverDependencies["onHandover"];
  /** Missing: threads are not read back, nor owners compared. */
  reconcileEveryMs?: number;
  /** Who is told what befalls the channel; nobody if missing. */
  leads?: readonly string[];
  /** Instead of `leads`. */
  responsible?: Responsible;
  /** Everybody may do everything, unless it says otherwise. */
  permissions?: Partial<Permissions>;
  /** One that answers in the channel of the stories if missing. */
  teams?: readonly [Team, ...Team[]];
  /** Whose turn it is; nobody's if missing. */
  agentsInTurn?: AgentsInTurn;
  /** What the desks of all teams do by themselves; nothing if missing. */
  rules?: Partial<DeskRules>;
  /** Answers and the disk take a while, in which others go on. */
  isSlow?: boolean;
  /** Several processes work on the same disk; one if missing. */
  replicas?: number;
  /** What still fails at this age becomes a dead letter; three days if missing. */
  maxAgeMs?: number;
}

/** A process of the bridge. */
export interface Running extends Process {
  readonly inbox: EmbeddedLanes<InboxBody>;
  readonly outbox: EmbeddedLanes<OutboxBody>;
  readonly clock: EmbeddedLanes<ClockBody>;
  readonly bot: EmbeddedLanes<BotEventBody>;
  readonly claims: Claims;
  readonly takeIn: TakeInDependencies;
  readonly channelWatch: ChannelWatch;
  readonly notifier: Notifier;
  readonly reconciler: Reconciler | undefined;
}

const { patience } = readConfig(MINIMAL_ENV);

/** What a change does besides is stored with it: whoever dies then has stored neither. */
const onlyAlive = (conversations: Conversations, process: Process): Conversations => ({
  ...conversations,
  update: (id, change) =>
    conversations.update(id, (conversation) => {
      const changed = change(conversation);
      if (!process.isAlive) throw new Error("The process is dead");
      return changed;
    }),
});

const NOBODY_LISTENS: BotReceiver = { isOn: () => false, tell: () => Promise.resolve() };

/** Starts a process of the bridge, wired as `app.ts` does it: the only one on its disk, or one of a cluster. */
export async function runBridge(
  { parley, slack, calls, log, disk }: World,
  options: BridgeOptions,
  cluster?: Cluster,
): Promise<Running> {
  const process: Process = { isAlive: true };
  const membership = cluster?.join(process);
  const open = membership?.journal ?? openMemoryJournal;
  const wire = <Port extends object>(name: string, port: Port): Port =>
    calls.wire(name, port, process);
  const claims = membership?.claims ?? createSoleClaims(() => Promise.resolve(false));
  const queue = {
    claims,
    backoff: { firstMs: 500, capMs: 60_000, maxAgeMs: options.maxAgeMs ?? 3 * 86_400_000 },
    concurrency: 64,
    settleMs: 1,
    onAttempt: () => {},
    random: () => 0.5,
  };
  const openQueue = <Body>(name: QueueName, schema: z.ZodType<Body>) =>
    createEmbeddedLanes<Body>({
      ...queue,
      queue: name,
      journal: wire(name, open(disk[name])),
      reader: {
        readBody: (text) => parseStored(schema, text, `an item of the ${name}`),
        readProgress,
      },
    });
  const inbox = openQueue("inbox", inboxBodySchema);
  const outbox = openQueue("outbox", outboxBodySchema);
  const clock = openQueue("clock", clockBodySchema);
  const bot = openQueue("bot", botEventBodySchema);
  const { ownerUnknown = "deliver", groupMs = 0, undoMs = 0, replyMode = "send" } = options;
  const { mentions = "names", lineBreak = "hard", messageLength = 5_000 } = options;
  const permissions: Permissions = {
    refusalOf: () => Promise.resolve(undefined),
    teamsOf: () => Promise.resolve(TEAMS),
    ...options.permissions,
  };
  let reconciler: Reconciler | undefined;
  const desk = createDesk(withRules(options.teams ?? TEAMS, options.rules), log);
  const stored = wire("conversations", onlyAlive(disk.conversations, process));
  const receiver = wire("receiver", options.receiver ?? NOBODY_LISTENS);
  const followed = options.receiver
    ? followHandovers(stored, { bot, receiver, desk, now: Date.now })
    : stored;
  const conversations = followConversations(followed, {
    desk,
    clock,
    inbox,
    now: Date.now,
    log,
  });
  const shared = {
    onHandover: options.onHandover ?? (() => {}),
    onThreadFound: () => reconciler?.readThreads(),
    parley: wire("parley", parley.parley),
    posts: wire("posts", slack.posts),
    reactions: wire("reactions", slack.reactions),
    reader: wire("reader", slack.reader),
    people: wire("people", slack.people),
    parleyFiles: wire("parleyFiles", parley.parleyFiles),
    slackFiles: wire("slackFiles", slack.slackFiles),
    conversations,
    handovers: wire("handovers", disk.handovers),
    audit: createAudit({ records: wire("audit", disk.audit), people: slack.people, log }),
    desk,
    inTurn: wire("turns", { take: createTurns<string>() }).take,
    transfers: createSemaphore(4),
    permalink: (thread: Thread) => makePermalink("https://team.slack.com/", thread),
    notifier: createNotifier(inbox),
    channels: wire("channels", slack.channels),
    channelNotes: wire("channelNotes", disk.channelNotes),
    responsible:
      options.responsible ??
      (() => Promise.resolve({ people: options.leads ?? [], mayBeMore: false })),
    agentsInTurn: wire(
      "agentsInTurn",
      options.agentsInTurn ?? {
        next: () => Promise.resolve(undefined),
        passed: () => Promise.resolve(),
      },
    ),
    directMessages: wire("directMessages", slack.directMessages),
    texts: en,
    patience,
    now: Date.now,
    log,
  };
  const takeIn = { ...shared, permissions, outbox, replyMode, undoMs };
  const readBack = createReadBack({
    ...shared,
    takeIn: (reply) => takeInReply(reply, takeIn),
    isLocked: (reply, lockedBy) => isLockedByAgent(reply, lockedBy, takeIn),
  });
  await startQueues({ inbox, outbox, clock, bot }, claims, {
    ...shared,
    receiver,
    availability: { of: () => Promise.resolve({ waiting: 0, open: true }) },
    readBack,
    userTexts: {},
    language: "en",
    parse: (raw: string) => JSON.parse(raw) as ParleyEvent,
    botService: BOT.id,
    ownerUnknown,
    showUserIdentity: false,
    groupMs,
    permissions,
    replyMode,
    mentions,
    lineBreak,
    messageLength,
  });
  const { reconcileEveryMs: intervalMs } = options;
  reconciler =
    intervalMs === undefined
      ? undefined
      : startReconciler({
          ...shared,
          readBack,
          permissions,
          inbox,
          ownerQuestions: createRateLimiter({ perSecond: 10, burst: 1 }),
          rounds: createRounds(),
          intervalMs,
          log,
        });
  return Object.assign(process, {
    bot,
    inbox,
    outbox,
    clock,
    claims,
    takeIn,
    channelWatch: createChannelWatch({ ...shared, inbox }),
    notifier: shared.notifier,
    reconciler,
  });
}

/** Teams whose desks do nothing by themselves but this. */
function withRules([first, ...others]: readonly [Team, ...Team[]], rules: Partial<DeskRules> = {}) {
  const withThese = (team: Team) => ({
    agents: "channel" as const,
    leads: undefined,
    ...team,
    rules: { ...NO_RULES, ...rules },
  });
  return [withThese(first), ...others.map(withThese)] as const;
}
