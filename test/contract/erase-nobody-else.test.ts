import { describe, expect, it, onTestFinished } from "vitest";
import { createAlarms } from "../../src/alarms.ts";
import { end } from "../../src/bridge/conversation.ts";
import { type EraseUserDependencies, eraseUser } from "../../src/bridge/erasing/erase-user.ts";
import { orderErasure } from "../../src/bridge/erasing/order-erasure.ts";
import { systemClock } from "../../src/clock.ts";
import { readStateLocation } from "../../src/config/read-config.ts";
import { makeThreadKey, type Thread, toUserId } from "../../src/ids.ts";
import { createLog } from "../../src/log.ts";
import { openErasures } from "../../src/state/open-erasures.ts";
import { openState } from "../../src/state/open-state.ts";
import type { State } from "../../src/state/state.ts";
import { createTables, describePostgres } from "../support/postgres.ts";
import { makeStateFile } from "../support/state-file.ts";
import { conversationOf } from "./conversations-suite.ts";
import { row } from "./journal-suite.ts";

const MARIA = toUserId("Ab11111");
const thread = (ts: string): Thread => ({ team: "T1", channel: "C1", ts });
const OF_MARIA = thread("1700000001.000100");
const OF_OTTO = thread("1700000002.000100");

/** A thread in Slack: what is in it of ours. */
type InSlack = Map<string, string[]>;

function portsOf(
  state: State,
  slack: InSlack,
  onRead: (where: Thread) => Promise<void> = async () => {},
): EraseUserDependencies {
  return {
    erasures: openErasures(state),
    userRecords: state.userRecords,
    threadEraser: {
      async contentOf(where) {
        const ours = (slack.get(makeThreadKey(where)) ?? []).map((ts) => ({ ts, files: [] }));
        await onRead(where);
        return { ours, people: [] };
      },
      remove(where, { ts }) {
        const left = slack.get(makeThreadKey(where)) ?? [];
        if (ts.startsWith("kept")) return Promise.resolve("emptied");
        slack.set(
          makeThreadKey(where),
          left.filter((each) => each !== ts),
        );
        return Promise.resolve("removed");
      },
    },
    audit: { record: async (record) => void (await state.audit.add(record)) },
    now: () => 9,
  };
}

const never = new AbortController().signal;

function describeOthers(name: string, makeUrl: () => Promise<string>): void {
  async function open(): Promise<State> {
    const log = createLog("silent");
    const location = readStateLocation({ STATE_URL: await makeUrl() });
    const state = await openState(location, {
      alarms: createAlarms(log),
      clock: systemClock,
      log,
    });
    onTestFinished(state.close);
    return state;
  }

  /** Maria's conversation is over. */
  async function withMaria(state: State, more: Partial<Thread> & { into?: Thread } = {}) {
    const conversation = {
      ...conversationOf(MARIA, "of Maria"),
      user: { email: "a@b.example", externalId: "4711" },
      thread: OF_MARIA,
    };
    await state.conversations.create(conversation);
    const { into } = more;
    await state.conversations.update(conversation.id, (each) =>
      end(each, into ? "merged" : "handed-back", { at: 5, ...(into && { into }) }),
    );
    return conversation;
  }

  describe(name, () => {
    it("leaves the thread of another User alone, also where one of this User leads there", async () => {
      const state = await open();
      // The end of a merge is recorded before it is recorded that both are the same.
      await withMaria(state, { into: OF_OTTO });
      await state.conversations.create({ ...conversationOf("otto"), thread: OF_OTTO });
      const slack: InSlack = new Map([
        [makeThreadKey(OF_MARIA), ["1"]],
        [makeThreadKey(OF_OTTO), ["2"]],
      ]);
      const ports = portsOf(state, slack);

      const id = await orderErasure({ userIds: [MARIA], at: 7 }, ports);
      expect(await eraseUser(id, never, ports)).toBe("done");

      expect([...slack.values()]).toEqual([[], ["2"]]);
      expect((await state.conversations.byThread(OF_OTTO))?.state).toBe("open");
    });

    it("takes a dead letter for one of this User only where it says so", async () => {
      const state = await open();
      const conversation = await withMaria(state);
      const link = `https://x.slack.com/archives/C1/p${OF_MARIA.ts.replace(".", "")}`;
      const callback = (body: object) => ({ kind: "callback", raw: JSON.stringify(body) });
      const ofOthers: [string, object][] = [
        ["unknown", callback({ userId: 9, messageId: MARIA })],
        ["unknown", callback({ userId: 9, id: MARIA })],
        ["unknown", callback({ userId: 9, message: { id: MARIA } })],
        ["unknown", callback({ userId: 4711 })],
        ["unknown", callback({ userId: MARIA.toLowerCase() })],
        ["unknown", callback({ user: { uniqueIdentifier: MARIA, email: "aa@b.example" } })],
        [`aside/${makeThreadKey(OF_OTTO)}`, { kind: "notice", text: `As in ${link}` }],
        [`thread/${makeThreadKey(OF_OTTO)}`, { kind: "notice", text: `As in ${link}` }],
      ];
      const ofMaria: [string, object][] = [
        ["unknown", callback({ userId: MARIA })],
        ["unknown", callback({ user: { id: MARIA } })],
        ["unknown", callback({ body: { users: [{ id: MARIA }] } })],
        ["unknown", callback({ type: "merge", old: 9, new: MARIA })],
        ["unknown", callback({ user: { uniqueIdentifier: 4711 } })],
        ["unknown", callback({ information: { emailAddress: "A@B.example" } })],
        ["person/U0LEA", { kind: "direct", text: `<${link}|Maria>` }],
        ["turns/Support", { kind: "turn", conversation: conversation.id }],
      ];
      for (const [index, [lane, body]] of [...ofOthers, ...ofMaria].entries()) {
        const place = await state.journals.inbox.append(
          row(index, { lane, body: JSON.stringify(body) }),
        );
        if (place === "duplicate") throw new Error(lane);
        await state.journals.inbox.dead([place], { code: "slack-api", message: "no" });
      }

      const { rows, userIds } = await state.userRecords.read([MARIA]);

      expect(rows.inbox?.map(({ id }) => id)).toEqual(
        ofMaria.map((_, index) => `item-${ofOthers.length + index}`),
      );
      expect(userIds).toEqual([MARIA]);
    });

    it("removes from Slack what comes into a thread after it was read, too", async () => {
      const state = await open();
      await withMaria(state);
      const slack: InSlack = new Map([[makeThreadKey(OF_MARIA), ["1", "kept"]]]);
      let times = 0;
      const ports = portsOf(state, slack, async (where) => {
        if (++times > 4) return;
        const place = await state.journals.inbox.append(row(times, { lane: `user/${MARIA}` }));
        if (place !== "duplicate") await state.journals.inbox.done([place.seq]);
        // Of the others nothing is in Slack any more.
        if (times === 1) slack.get(makeThreadKey(where))?.push("2");
      });

      const id = await orderErasure({ userIds: [MARIA], at: 7 }, ports);
      for (let tries = 0; tries < 5; tries++) await eraseUser(id, never, ports);

      expect([...slack.values()]).toEqual([["kept"]]);
      const { threads = [], doneAt } = (await ports.erasures.get(id)) ?? {};
      expect(doneAt).toBe(9);
      expect(threads.reduce((sum, { messages }) => sum + messages, 0)).toBe(3);
      expect(threads.flatMap(({ emptied }) => emptied)).toEqual(["kept"]);
      expect(threads).toHaveLength(3);
    });
  });
}

describeOthers("on SQLite", async () => `sqlite:${(await makeStateFile()).path}`);

describePostgres("PostgreSQL", () => {
  describeOthers("on PostgreSQL", createTables);
});
