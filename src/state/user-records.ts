import { threadsOf } from "../bridge/conversation.ts";
import type { KeptOfUser, KeptRow, NamedBy, UserRecords } from "../bridge/erasing/user-records.ts";
import { ephemeralLane, threadLane, userLane } from "../bridge/inbox-lanes.ts";
import { defined } from "../defined.ts";
import { conversationLane } from "../desk/clock/tick-item.ts";
import {
  makeThreadKey,
  parseThreadKey,
  parseUserId,
  type Thread,
  toConversationId,
  type UserId,
} from "../ids.ts";
import { type Json, parseJson } from "../json.ts";
import { addressOf, concerns, type Marks } from "./concerns.ts";
import { type ConversationRow, readConversations } from "./stored-conversation.ts";
import {
  BY_CUSTOMER_ID,
  DELIVERING,
  type Dialect,
  ELSEWHERE,
  IS_KNOWN,
  KEPT,
  OF_OTHERS,
  PERHAPS_NAMED,
  render,
  type Subjects,
} from "./user-statements.ts";

/** What an engine does by itself. */
export interface UserEngine {
  readonly dialect: Dialect;
  read<Row>(sql: string, ...values: readonly string[]): Promise<Row[]>;
  /** Every id that the User ever had. */
  idsOf(userId: UserId): Promise<readonly UserId[]>;
  /** Lets all go at once; false: not all of it may go. */
  letGo(subjects: Subjects, pseudonym: string): Promise<boolean>;
  compact(): Promise<void>;
}

type Values = Parameters<typeof render>[1];

/** What is kept of single Users, in either engine. */
export function openUserRecords(engine: UserEngine): UserRecords {
  const { dialect } = engine;

  function ask<Row>(template: string, values: Values): Promise<Row[]> {
    const statement = render(template, values, dialect);
    return engine.read<Row>(statement.sql, ...statement.values);
  }

  async function isKnown(ids: readonly UserId[]): Promise<boolean> {
    if (ids.length > 1) return true;
    const found = await ask(IS_KNOWN, { ids, lanes: ids.map(userLane) });
    return found.length > 0;
  }

  async function byUserId(given: string): Promise<UserId[]> {
    const userId = parseUserId(given);
    return userId && (await isKnown(await engine.idsOf(userId))) ? [userId] : [];
  }

  /** Those whose conversations name them so: customer ids lead only to the User who had them last. */
  async function byDetail(given: string, detail: "externalId" | "email"): Promise<UserId[]> {
    const sought = given.trim().toLowerCase();
    const stored = JSON.stringify(given.trim()).slice(1, -1);
    const rows = await ask<ConversationRow>(PERHAPS_NAMED(dialect), { given: stored });
    const isSo = (value: string | undefined) =>
      detail === "email" ? value?.trim().toLowerCase() === sought : value === given;
    return readConversations(rows).flatMap(({ conversation: { userId, user } }) =>
      isSo(user[detail]) ? [userId] : [],
    );
  }

  async function byCustomerId(given: string): Promise<UserId[]> {
    const rows = await ask<{ user_id: UserId }>(BY_CUSTOMER_ID, { given });
    return [...rows.map(({ user_id }) => user_id), ...(await byDetail(given, "externalId"))];
  }

  const WAYS: Readonly<Record<NamedBy, (given: string) => Promise<UserId[]>>> = {
    "user-id": byUserId,
    "customer-id": byCustomerId,
    "e-mail": (given) => byDetail(given, "email"),
  };

  /** Unfinished items in lanes of others that are about the User: what somebody is told directly, what was not understood. */
  async function itemsElsewhere(marks: Marks, lanes: ReadonlySet<string>): Promise<string[]> {
    const found: string[] = [];
    let behind = "0";
    for (;;) {
      const rows = await ask<{ seq: number; id: string; lane: string; body: string | null }>(
        ELSEWHERE,
        { behind },
      );
      for (const { id, lane, body } of rows) {
        if (!lanes.has(lane) && body !== null && concerns(body, marks)) found.push(id);
      }
      const last = rows[499];
      if (!last) return found;
      behind = String(last.seq);
    }
  }

  async function subjectsOf(userIds: readonly UserId[]) {
    const all = new Set<UserId>(userIds);
    for (const id of userIds) for (const other of await engine.idsOf(id)) all.add(other);
    const ids = [...all];
    const rows = await ask<ConversationRow & { is_open: number | boolean }>(
      `SELECT * FROM conversations WHERE ${KEPT.conversations} ORDER BY id`,
      { ids },
    );
    const conversations = rows.map(({ id }) => id);
    const threadRows = await ask<{ thread: string }>(
      `SELECT thread FROM threads WHERE ${KEPT.threads} ORDER BY thread`,
      { conversations },
    );
    const read = readConversations(rows).map(({ conversation }) => conversation);
    const threads = new Map<string, Thread>();
    const add = (thread: Thread | undefined) =>
      thread && threads.set(makeThreadKey(thread), thread);
    for (const { thread } of threadRows) add(parseThreadKey(thread));
    for (const each of read) {
      for (const thread of threadsOf(each)) add(thread);
      for (const thread of [each.previous, each.next, each.ending?.into]) add(thread);
    }
    // A merge that is under way, or forgotten: that conversation is not looked at here, and may be open.
    const others = await ask<{ thread: string }>(OF_OTHERS, { ids, threads: [...threads.keys()] });
    for (const { thread } of others) threads.delete(thread);
    const lanes = [
      ...ids.map(userLane),
      ...conversations.map((id) => conversationLane(toConversationId(id))),
      ...[...threads.values()].flatMap((thread) => [
        makeThreadKey(thread),
        ephemeralLane(thread),
        threadLane(thread),
      ]),
    ];
    const marks: Marks = {
      userIds: new Set(ids),
      customerIds: new Set(read.flatMap(({ user }) => user.externalId ?? [])),
      mails: new Set(read.flatMap(({ user }) => user.email?.trim().toLowerCase() ?? [])),
      traces: [
        ...conversations,
        ...read.flatMap(({ handovers = [] }) => handovers),
        ...[...threads.values()].flatMap((thread) => [makeThreadKey(thread), addressOf(thread)]),
      ],
    };
    const items = await itemsElsewhere(marks, new Set(lanes));
    const subjects = {
      ids,
      conversations,
      threads: threadRows.map(({ thread }) => thread),
      lanes,
      items,
    };
    const isOpen = rows.some(({ is_open }) => Boolean(is_open));
    return { ids, subjects, read, threads: [...threads.values()], isOpen };
  }

  return {
    async find(given, by) {
      const ways = by ? [WAYS[by]] : Object.values(WAYS);
      const found = new Map<string, readonly UserId[]>();
      for (const way of ways) {
        for (const userId of await way(given)) {
          const ids = (await engine.idsOf(userId)).toSorted();
          found.set(ids.join("\n"), ids);
        }
      }
      return [...found.values()];
    },

    async read(userIds) {
      const { ids, subjects, read, threads, isOpen } = await subjectsOf(userIds);
      const tables = Object.entries(KEPT).map(async ([table, condition]) => {
        const rows = await ask<Record<string, Json>>(
          `SELECT * FROM ${table} WHERE ${condition}`,
          subjects as unknown as Values,
        );
        return [table, rows.map(readRow)] as const;
      });
      const rows = Object.fromEntries(await Promise.all(tables));
      const isWaiting = DELIVERING.some((queue) =>
        rows[queue]?.some(({ state }) => state === "waiting"),
      );
      const kept: KeptOfUser = {
        userIds: ids,
        conversationIds: subjects.conversations,
        conversations: read,
        threads,
        rows,
        ...defined({ busy: isOpen ? "open" : isWaiting ? "waiting" : undefined } as const),
      };
      return kept;
    },

    async erase(kept, pseudonym) {
      const { subjects, threads } = await subjectsOf(kept.userIds);
      const known = new Set([...kept.conversationIds, ...kept.threads.map(makeThreadKey)]);
      const now = [...subjects.conversations, ...threads.map(makeThreadKey)];
      const seen = kept.rows.inbox?.map(({ id }) => String(id)) ?? [];
      return (
        now.every((each) => known.has(each)) &&
        (await engine.letGo({ ...subjects, seen }, pseudonym))
      );
    },

    compact: engine.compact,
  };
}

/** Columns that hold JSON. */
const AS_JSON = ["body", "progress", "error", "notice"];

/** Without what is empty. */
const readRow = (row: Readonly<Record<string, Json>>): KeptRow =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) => {
      if (value === null) return [];
      const read = AS_JSON.includes(name) && typeof value === "string" ? parseJson(value) : value;
      return [[name, read ?? value]];
    }),
  );
