import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { botEventBodySchema } from "../../src/bridge/stored/bot-event-body.ts";
import { channelNoteSchema, formerIdSchema } from "../../src/bridge/stored/channel-note.ts";
import { clockBodySchema } from "../../src/bridge/stored/clock-body.ts";
import { conversationSchema } from "../../src/bridge/stored/conversation-schema.ts";
import {
  type DeadLetterReason,
  deadLetterReasonSchema,
} from "../../src/bridge/stored/dead-letter-reason.ts";
import { flag } from "../../src/bridge/stored/fields.ts";
import { inboxBodySchema } from "../../src/bridge/stored/inbox-body.ts";
import {
  membersSchema,
  serviceSchema,
  standingSchema,
  workspaceSchema,
} from "../../src/bridge/stored/last-known-schemas.ts";
import { owedNoticeSchema } from "../../src/bridge/stored/notice.ts";
import { outboxBodySchema } from "../../src/bridge/stored/outbox-body.ts";
import {
  fileFactsSchema,
  lastMessageProgressSchema,
  postProgressSchema,
  replyProgressSchema,
  tellingSchema,
} from "../../src/bridge/stored/progress-0.1.0.ts";
import {
  progressSchema,
  readProgress,
  stepRecordSchema,
} from "../../src/bridge/stored/read-progress.ts";
import {
  DONE,
  MOMENT,
  NEWS,
  POST,
  REQUEST,
  ROOT,
  SEEN,
  SERVICE,
  SHARE,
  TEXTS,
  UPLOAD,
} from "../../src/bridge/stored/step-kinds.ts";
import { createEmbeddedLanes } from "../../src/delivery/embedded-lanes.ts";
import { toUserId } from "../../src/ids.ts";
import { QUEUES, type QueueName } from "../../src/state/queues.ts";
import { openConversationStore } from "../../src/state/sqlite/conversation-store.ts";
import { type Database, openDatabase } from "../../src/state/sqlite/database.ts";
import { openKeyValues } from "../../src/state/sqlite/key-values.ts";
import { openSqliteAudit } from "../../src/state/sqlite/sqlite-audit.ts";
import { openSqliteClaims } from "../../src/state/sqlite/sqlite-claims.ts";
import { openSqliteJournal } from "../../src/state/sqlite/sqlite-journal.ts";
import { aliasSchema } from "../../src/state/sqlite/user-aliases.ts";
import { sentTo } from "../support/sent.ts";
import { fieldsIn, fieldsOf } from "../support/stored-fields.ts";
import { startTeams } from "../support/two-teams.ts";
import { startWorld } from "../support/world.ts";

const VERSIONS = ["0.1.0", "0.2.0", "0.3.0", "0.5.0", "0.6.0", "0.7.0"];

/** A copy that a test may change. */
async function copyOf(version: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bridge-stored-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "bridge.sqlite");
  await copyFile(join(import.meta.dirname, `../fixtures/state/${version}.sqlite`), path);
  return path;
}

async function openCopy(version: string): Promise<Database> {
  const database = await openDatabase(await copyOf(version), { access: "own" });
  onTestFinished(() => database.close());
  return database;
}

/** What is remembered under the names that begin so. */
const REMEMBERED: readonly [string, z.ZodType][] = [
  ["workspace/", workspaceSchema],
  ["bot-service/", serviceSchema],
  ["app-token", flag],
  ["channel/", channelNoteSchema],
  ["channel-id/", formerIdSchema],
  ["members/", membersSchema],
  ["person/", standingSchema],
];

/** What 0.1.0 noted of steps; of every other step it was what is known of a file. */
const NOTES: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ["news", NEWS.result],
  ["telling", tellingSchema],
]);

/** The kinds of steps by the beginning of their names; every other is a post. */
const KINDS: readonly [RegExp, { intent: z.ZodType; result: z.ZodType }][] = [
  [/^root \d+$/, ROOT],
  [/^file \d+$/, SHARE],
  [/^upload /, UPLOAD],
  [/^(part |tell$|restored$|direct$)/, REQUEST],
  [/^(failing |waiting |asked$)/, MOMENT],
  [/^texts$/, TEXTS],
  [/^news$/, NEWS],
  [/^seen$/, SEEN],
  [/^owner$/, SERVICE],
  [/^(mark|taken|last message)$/, DONE],
  [/^/, POST],
];

/** What is stored of steps beside the schemas that read it. */
function stepValues(progress: unknown): [z.ZodType, unknown][] {
  const { steps } = progress as { steps: Record<string, { intent?: unknown; result?: unknown }> };
  return Object.entries(steps).flatMap(([name, step]) => {
    const { intent, result } = step;
    const kind = KINDS.find(([pattern]) => pattern.test(name))?.[1] ?? POST;
    const values: [z.ZodType, unknown][] = [[stepRecordSchema, step]];
    if (intent !== undefined && result === undefined) values.push([kind.intent, intent]);
    if (result !== undefined) values.push([kind.result, result]);
    return values;
  });
}

const BODIES: Readonly<Record<QueueName, z.ZodType>> = {
  inbox: inboxBodySchema,
  outbox: outboxBodySchema,
  clock: clockBodySchema,
  bot: botEventBodySchema,
};

/** Each stored value beside the schema that reads it. */
async function storedValues(database: Database): Promise<[z.ZodType, unknown][]> {
  const values: [z.ZodType, unknown][] = [];
  const conversations = await database.read<{ body: string }>("SELECT body FROM conversations");
  for (const { body } of conversations) values.push([conversationSchema, JSON.parse(body)]);
  for (const [, alias] of await openKeyValues(database, "aliases", z.unknown()).all()) {
    values.push([aliasSchema, alias]);
  }
  for (const [name, value] of await openKeyValues(database, "remembered", z.unknown()).all()) {
    const schema = REMEMBERED.find(([prefix]) => name.startsWith(prefix))?.[1];
    if (!schema) throw new Error(`Nobody reads ${name}`);
    values.push([schema, value]);
  }
  for (const queue of QUEUES) {
    const rows = await database.read<Record<"body" | "progress" | "error", string | null>>(
      `SELECT body, progress, error FROM ${queue} WHERE body IS NOT NULL`,
    );
    for (const { body, progress, error } of rows) {
      const read = JSON.parse(body ?? "") as { kind: string };
      values.push([BODIES[queue], read]);
      if (error !== null) {
        const reason = JSON.parse(error) as DeadLetterReason;
        values.push([deadLetterReasonSchema, reason]);
        if (reason.words !== undefined) values.push([owedNoticeSchema, JSON.parse(reason.words)]);
      }
      if (progress === null) continue;
      const far = JSON.parse(progress) as { notes?: Record<string, unknown> };
      if ("steps" in far) {
        values.push([progressSchema, far], ...stepValues(far));
        continue;
      }
      const reply = read.kind === "reply" ? replyProgressSchema : lastMessageProgressSchema;
      values.push([queue === "inbox" ? postProgressSchema : reply, far]);
      for (const [step, note] of Object.entries(far.notes ?? {})) {
        values.push([NOTES.get(step) ?? fileFactsSchema, note]);
      }
    }
  }
  return values;
}

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  conversation: conversationSchema,
  alias: aliasSchema,
  "inbox body": inboxBodySchema,
  "outbox body": outboxBodySchema,
  "body of an item of the clock": clockBodySchema,
  "event to the bot": botEventBodySchema,
  "reason of a dead letter": deadLetterReasonSchema,
  "owed notice": owedNoticeSchema,
  progress: progressSchema,
  "a step": stepRecordSchema,
  "intent of a post": POST.intent,
  "intent of a root": ROOT.intent,
  "result of a root": ROOT.result,
  "intent of a shared file": SHARE.intent,
  "result of an upload": UPLOAD.result,
  "progress of a post": postProgressSchema,
  "facts of a file": fileFactsSchema,
  "news of a handover": NEWS.result,
  "progress of a reply": replyProgressSchema,
  "progress of a last message": lastMessageProgressSchema,
  workspace: workspaceSchema,
  service: serviceSchema,
  "note about a channel": channelNoteSchema,
  "former id of a channel": formerIdSchema,
  "members of a group or a channel": membersSchema,
  "who somebody is": standingSchema,
  "how a channel was seen": SEEN.result,
};

/** What earlier versions stored and nobody reads any more. */
const DROPPED: Readonly<Record<string, readonly string[]>> = {
  // Slack is asked for it again at the next start.
  workspace: [".channelName"],
};

describe("what all versions have stored", () => {
  it.each(Object.keys(SCHEMAS))("is read with every field, and no other: %s", async (name) => {
    const schema = SCHEMAS[name];
    if (!schema) throw new Error(`No schema ${name}`);
    const databases = await Promise.all(VERSIONS.map(openCopy));
    const values = (await Promise.all(databases.map(storedValues))).flat();

    const found = values.filter(([reader]) => reader === schema);
    const fields = found.flatMap(([, value]) => fieldsIn(schema, value));

    const expected = [...fieldsOf(schema), ...(DROPPED[name] ?? [])];
    expect([...new Set(fields)].sort()).toEqual([...new Set(expected)].sort());
  });
});

describe("what version 0.1.0 has stored", () => {
  const version = "0.1.0";

  it("is found by User, thread, customer, and the id of a merged User", async () => {
    const store = await openConversationStore(await openCopy(version));
    const thread = { team: "T0PARLEY1", channel: "C0SUPPORT", ts: "1795608001.000100" };

    expect((await store.byThread(thread))?.id).toBe("c_open");
    expect((await store.byUser(toUserId("11111")))?.id).toBe("c_open");
    expect((await store.byUser(toUserId("13333")))?.state).toBe("handed-back");
    expect(await store.currentId(toUserId("15555"))).toBe("11111");
    expect(await store.userByExternalId("customer-3")).toBe("13333");
    expect((await store.open()).map(({ id }) => id)).toEqual(["c_open", "c_opening"]);
  });

  it("is listed as waiting, held and dead in both queues", async () => {
    const database = await openCopy(version);
    const backlog = async (queue: "inbox" | "outbox") => {
      const lanes = createEmbeddedLanes({
        queue,
        journal: openSqliteJournal(database, queue),
        claims: openSqliteClaims(database),
        reader: { readBody: (text) => text, readProgress: () => ({}) },
        backoff: { firstMs: 1, capMs: 1, maxAgeMs: 1 },
        concurrency: 1,
        settleMs: 1,
        onAttempt: () => {},
      });
      const { items, deadLetters } = await lanes.backlog();
      return { items, deadLetters };
    };

    expect(await backlog("inbox")).toEqual({ items: 7, deadLetters: 2 });
    expect(await backlog("outbox")).toEqual({ items: 3, deadLetters: 2 });
  });

  it("has come as far in steps as it had come", async () => {
    const database = await openCopy(version);
    const stepsIn = async (queue: "inbox" | "outbox") => {
      const rows = await database.read<{ id: string; progress: string }>(
        `SELECT id, progress FROM ${queue} WHERE progress IS NOT NULL ORDER BY seq`,
      );
      return rows.map(({ id, progress }) => [id, ...Object.keys(readProgress(progress)).sort()]);
    };

    expect(await stepsIn("inbox")).toEqual([
      ["p_posting", "a", "b", "file file"],
      ["p_opening", "root 0"],
      ["p_news", "news"],
      ["p_noted"],
      ["p_telling", "mark", "tell"],
    ]);
    expect(await stepsIn("outbox")).toEqual([
      ["r_begun", "part text"],
      ["r_full", "part F1", "part text"],
      ["r_old", "part text"],
      ["h_back", "part 0", "part 1", "texts"],
    ]);
  });

  it("goes where it was to go", async () => {
    const world = await startWorld({
      stopped: true,
      env: { STATE_URL: `sqlite:${await copyOf(version)}`, RETRY_MAX_AGE_MS: "2592000000" },
    });
    const { slack, parley } = world;
    for (const id of ["11111", "16666"]) {
      const user = parley.createUser({ id });
      user.owner = parley.agentService.identification;
    }
    await world.startBridge();

    await parley.until(() => sentTo(world, "11111").length === 2);
    expect(sentTo(world, "11111")).toEqual(["Written under 0.1.0", "Second half."]);
    const find = (text: string) =>
      slack.state.messages.find((message) => message.text.includes(text));
    await slack.waitFor(() => find("Second of 0.1.0") !== undefined);
    const root = find("First of 0.1.0")?.thread_ts;
    expect(find("Second of 0.1.0")?.thread_ts).toBe(root);
    await slack.waitFor(() =>
      slack.state.messages.some(
        ({ ts, blocks }) => ts === root && /written by 0\.1\.0/i.test(JSON.stringify(blocks)),
      ),
    );
  });
});

describe.each(["0.2.0", "0.3.0"])("what version %s has stored", (version) => {
  it("goes on where it was, and nothing of it goes again on a guess", async () => {
    const world = await startWorld({
      stopped: true,
      env: { STATE_URL: `sqlite:${await copyOf(version)}`, RETRY_MAX_AGE_MS: "2592000000" },
    });
    const { slack, parley } = world;
    for (const id of ["11111", "12222", "13333", "14444"]) {
      const user = parley.createUser({ id });
      user.owner = parley.agentService.identification;
    }
    await world.startBridge();

    await parley.until(() => sentTo(world, "11111").length === 2);
    await slack.waitFor(() =>
      slack.state.messages.some(({ text }) => text.includes("Opens a thread of 0.2.0")),
    );
    await expect.poll(() => outcomeOf("r_begun")).toBe("dead");
    const wanted = ["Once the User is ours", "Second half."];
    expect(sentTo(world, "11111").toSorted()).toEqual(wanted);
    await expect.poll(() => outcomeOf("r_parts")).toBe("done");
    // In a backup that was restored.
    if (version === "0.3.0") await expect.poll(() => outcomeOf("r_doubted")).toBe("dead");

    function outcomeOf(item: string): unknown {
      return world.log.lines.findLast(({ fields }) => fields.item === item)?.fields.outcome;
    }
  });
});

describe("what version 0.5.0 has stored", () => {
  const version = "0.5.0";

  it("has records of deeds, each with what is known of it", async () => {
    const audit = openSqliteAudit(await openCopy(version));
    const records = [];
    for await (const page of audit.pages({ since: 0, until: 1795609000000 })) records.push(...page);

    const at = 1795608000000;
    const of = { userId: "11111", conversation: "c_open" };
    const byAnna = { by: "U0ANNA", byName: "Anna", ...of };
    const bot = "as272d6g2ds766fcdfgh";
    const teams = { from: "Support", to: "Billing" };
    const outsider = { by: "U0OTTO", ...of, why: "not-agent" };
    expect(records).toEqual([
      { id: "a_move", at, what: "move", ...byAnna, ...teams, result: "done" },
      { id: "a_back", at: at + 1, what: "hand-back", ...byAnna, to: bot, result: "begun" },
      { id: "a_reply", at: at + 2, what: "reply", ...outsider, result: "refused" },
      {
        id: "a_take",
        at: at + 3,
        what: "take-over",
        ...byAnna,
        from: bot,
        result: "failed",
        why: "network",
      },
      { id: "a_taken", at: at + 5, what: "taken-away", result: "done" },
    ]);
  });

  it("is found by each thread that a conversation ever had", async () => {
    const store = await openConversationStore(await openCopy(version));
    const threads = [
      ["C0SUPPORT", "1795608001.000100"],
      ["C0SUPPORT", "1795608002.000100"],
      ["C0BILLING", "1795608001.000100"],
      ["C0BILLING", "1795608000.000100"],
    ] as const;

    for (const [channel, ts] of threads) {
      expect((await store.byThread({ team: "T0PARLEY1", channel, ts }))?.id).toBe("c_open");
    }
  });

  it("goes on where it was, among teams", async () => {
    const world = await startTeams(undefined, {
      stopped: true,
      env: { STATE_URL: `sqlite:${await copyOf(version)}`, RETRY_MAX_AGE_MS: "2592000000" },
    });
    const { slack, parley } = world;
    for (const id of ["11111", "12222", "13333", "17777"]) {
      const user = parley.createUser({ id });
      user.owner = parley.agentService.identification;
    }
    await world.startBridge();

    await parley.until(() => sentTo(world, "11111").length === 2);
    expect(sentTo(world, "11111").toSorted()).toEqual(["Second half.", "Written under 0.5.0"]);
    const shows = (channel: string, words: string) =>
      slack.waitFor(() =>
        slack.state.messages.some(
          (message) => message.channel === channel && JSON.stringify(message).includes(words),
        ),
      );
    await shows("C0SUPPORT", "Later than 0.5.0");
    // The root that the move was about to post, and what the colleagues there are to know.
    await shows("C0BILLING", "She pays twice");
    // By the reason of the handover.
    await shows("C0BILLING", "I want it back");
    await shows("D0LEA", "Told by 0.5.0");
  });
});
