import type { Conversations } from "../../../src/bridge/ports.ts";
import { type CapturedLog, captureLog } from "../../support/captured-log.ts";
import { type Calls, createCalls } from "./calls.ts";
import { createMemoryConversations } from "./memory-conversations.ts";
import { createMemoryTable, type MemoryTable } from "./memory-journal.ts";
import { createMemoryParley, type MemoryParley } from "./memory-parley.ts";
import { createMemorySlack, type MemorySlack } from "./memory-slack.ts";
import { createMemorySync } from "./memory-sync.ts";

/** What outlives a process of the bridge. */
export interface World {
  readonly parley: MemoryParley;
  readonly slack: MemorySlack;
  /** Between the bridge and all the rest. */
  readonly calls: Calls;
  readonly log: CapturedLog;
  readonly disk: {
    readonly inbox: MemoryTable;
    readonly outbox: MemoryTable;
    readonly conversations: Conversations;
  };
}

export function createWorld(): World {
  // One disk: what is on it was written before what is not.
  const sync = createMemorySync();
  return {
    parley: createMemoryParley(),
    slack: createMemorySlack(),
    calls: createCalls(sync.lose),
    log: captureLog(),
    disk: {
      inbox: createMemoryTable(sync),
      outbox: createMemoryTable(sync),
      conversations: createMemoryConversations(sync),
    },
  };
}
