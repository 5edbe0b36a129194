import type { InboxBody } from "../src/bridge/stored/inbox-body.ts";
import { createEmbeddedLanes } from "../src/delivery/embedded-lanes.ts";
import { toItemId } from "../src/ids.ts";
import { openDatabase } from "../src/state/sqlite/database.ts";
import { openSqliteClaims } from "../src/state/sqlite/sqlite-claims.ts";
import { openSqliteJournal } from "../src/state/sqlite/sqlite-journal.ts";
import { openConversations } from "./conversations.ts";
import { inFolder } from "./folder.ts";
import { createClient, pause } from "./load.ts";
import { createRequests, userId } from "./requests.ts";
import type { Size } from "./settings.ts";
import { startTarget, statePath } from "./target.ts";
import type { Upstreams } from "./upstreams.ts";

export interface Pending {
  readonly what: string;
  readonly startSeconds: number;
  /** MB, right after the start and at its highest within the time of watching. */
  readonly memoryAtStart: number;
  readonly memoryPeak: number;
}

/** A start without anything to do, and starts with many waiting messages while Slack takes no posts. */
export async function measurePending(size: Size, upstreams: Upstreams): Promise<Pending[]> {
  const { pendingItems: items } = size;
  const few = items / 10;
  return [
    await inFolder((folder) => watch("nothing pending", folder, size, upstreams)),
    await inFolder(async (folder) => {
      upstreams.reset();
      await openFirst(few, folder, upstreams);
      await fill(folder, items, few);
      return await watch(`${items} pending of ${few} Users`, folder, size, upstreams);
    }),
    await inFolder(async (folder) => {
      await fill(folder, items, items);
      return await watch(`${items} pending of ${items} new Users`, folder, size, upstreams);
    }),
  ];
}

async function openFirst(count: number, folder: string, upstreams: Upstreams): Promise<void> {
  const bridge = await startTarget({ program: "bridge", upstreams, folder });
  const client = createClient(bridge.urls);
  await openConversations(count, { client, requests: createRequests(), upstreams });
  client.close();
  await bridge.stop();
}

/** So many share a commit. */
const CHUNK = 5_000;

/** Through the bridge's own queue, which is never started here. */
async function fill(folder: string, items: number, users: number): Promise<void> {
  const database = await openDatabase(statePath(folder), { access: "own" });
  const inbox = createEmbeddedLanes<InboxBody>({
    queue: "inbox",
    journal: openSqliteJournal(database, "inbox"),
    claims: openSqliteClaims(database),
    reader: { readBody: (text) => JSON.parse(text) as InboxBody, readProgress: () => ({}) },
    backoff: { firstMs: 1, capMs: 1, maxAgeMs: 1 },
    concurrency: 1,
    settleMs: 1,
    onAttempt: () => {},
  });
  const requests = createRequests();
  const append = (index: number) => {
    const user = index % users;
    const { body: raw } = requests.message(user, `Waiting message ${index}, of the usual length.`);
    return inbox.append({
      lane: `user/${userId(user)}`,
      id: toItemId(`m_pending${index}`),
      sort: String(index).padStart(20, "0"),
      body: { kind: "callback", raw, receivedAt: Date.now() },
    });
  };
  for (let from = 0; from < items; from += CHUNK) {
    await Promise.all(Array.from({ length: CHUNK }, (_, index) => append(from + index)));
  }
  await database.close();
}

async function watch(
  what: string,
  folder: string,
  size: Size,
  upstreams: Upstreams,
): Promise<Pending> {
  upstreams.policy = "down";
  const bridge = await startTarget({ program: "bridge", upstreams, folder });
  try {
    const memoryAtStart = bridge.memory().now;
    await pause(size.pendingSeconds * 1000);
    return {
      what,
      startSeconds: bridge.startSeconds,
      memoryAtStart,
      memoryPeak: bridge.memory().peak,
    };
  } finally {
    upstreams.policy = "unlimited";
    await bridge.stop();
  }
}
