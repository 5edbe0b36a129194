import type { Handovers } from "../../../src/bridge/handovers/handovers.ts";
import type { ChannelNotes, Conversations } from "../../../src/bridge/ports.ts";
import { type CapturedLog, captureLog } from "../../support/captured-log.ts";
import { type Calls, createCalls } from "./calls.ts";
import { createMemoryAudit, type MemoryAudit } from "./memory-audit.ts";
import { createMemoryChannelNotes } from "./memory-channel-notes.ts";
import { createMemoryConversations } from "./memory-conversations.ts";
import { createMemoryHandovers } from "./memory-handovers.ts";
import { createMemoryTable, type MemoryTable } from "./memory-journal.ts";
import { createMemoryParley, type MemoryParley } from "./memory-parley.ts";
import { createMemorySlack, type MemorySlack } from "./memory-slack.ts";
import { createMemorySync } from "./memory-sync.ts";
import { createPace, type Pace } from "./pace.ts";

/** What outlives a process of the bridge. */
export interface World {
  readonly parley: MemoryParley;
  readonly slack: MemorySlack;
  /** Between the bridge and all the rest. */
  readonly calls: Calls;
  readonly log: CapturedLog;
  /** How long the disk and the other sides take. */
  readonly pace: Pace;
  readonly disk: {
    readonly inbox: MemoryTable;
    readonly outbox: MemoryTable;
    readonly clock: MemoryTable;
    readonly bot: MemoryTable;
    readonly conversations: Conversations;
    readonly handovers: Handovers;
    readonly audit: MemoryAudit;
    readonly channelNotes: ChannelNotes;
  };
}

const SYNC_TURNS = 2;
const ANSWER_TURNS = 10;

/** `isSlow`: an answer takes several turns of the event loop, and so does the disk, so that others go on meanwhile. */
export function createWorld(isSlow: boolean): World {
  const pace = createPace();
  // One disk: what is on it was written before what is not.
  const sync = isSlow ? createMemorySync(() => pace.pass(SYNC_TURNS)) : createMemorySync();
  return {
    parley: createMemoryParley(),
    slack: createMemorySlack(),
    calls: createCalls(sync.lose, isSlow ? () => pace.pass(ANSWER_TURNS) : undefined),
    log: captureLog(),
    pace,
    disk: {
      inbox: createMemoryTable(sync),
      outbox: createMemoryTable(sync),
      clock: createMemoryTable(sync),
      bot: createMemoryTable(sync),
      conversations: createMemoryConversations(sync),
      handovers: createMemoryHandovers(sync),
      audit: createMemoryAudit(sync),
      channelNotes: createMemoryChannelNotes(sync),
    },
  };
}
