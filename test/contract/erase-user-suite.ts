import { describe, expect, it } from "vitest";
import { type Conversation, end } from "../../src/bridge/conversation.ts";
import { type EraseUserDependencies, eraseUser } from "../../src/bridge/erasing/erase-user.ts";
import { orderErasure } from "../../src/bridge/erasing/order-erasure.ts";
import type { ThreadEraser } from "../../src/bridge/erasing/thread-eraser.ts";
import {
  makeKeyedHandoverId,
  makeThreadKey,
  type Thread,
  toItemId,
  toServiceId,
  toUserId,
} from "../../src/ids.ts";
import { openErasures } from "../../src/state/open-erasures.ts";
import type { State } from "../../src/state/state.ts";
import { isDrawn, SAMPLE } from "../support/property.ts";
import { conversationOf, idOf } from "./conversations-suite.ts";
import { row } from "./journal-suite.ts";

/** An empty state, until the end of the test. */
export type OpenState = () => Promise<{
  readonly state: State;
  /** The same, as the next process finds it. */
  readonly reopen: () => Promise<State>;
  readonly everyRow: () => Promise<readonly string[]>;
}>;

const MARIA = toUserId("id-of-maria");
const FORMER = toUserId("former-id-of-maria");
const OTTO = toUserId("id-of-otto");
/** A pseudonym may hold some of these digits by chance. */
const TRACES = new RegExp(
  `maria|muster|(?<![0-9a-f])4711(?![0-9a-f])|1700000001|1700000002|${idOf("first")}|${idOf("second")}`,
  "i",
);

const thread = (ts: string, channel = "C1"): Thread => ({ team: "T1", channel, ts });
const FIRST = thread("1700000001.000100");
const MOVED_FROM = thread("1700000001.000200", "C2");
const SECOND = thread("1700000002.000100");
const OF_OTTO = thread("1800000000.000100");

const ended = (conversation: Conversation): Conversation =>
  end(conversation, "handed-back", { at: 5_000, to: { id: toServiceId("bot"), name: "Bot" } });

/** Two conversations of Maria, one from before a merge, and one of Otto, with something in each place. */
async function fill(state: State): Promise<void> {
  const { conversations, journals, handovers, audit } = state;
  const details = { name: "Maria", email: "maria@muster.example", externalId: "4711" };
  const before = { ...conversationOf("former-id-of-maria", "first"), thread: FIRST };
  const now = {
    ...conversationOf("id-of-maria", "second"),
    user: details,
    thread: SECOND,
    previous: FIRST,
    moved: [{ thread: MOVED_FROM, until: SECOND.ts, by: "U0ANNA", at: 3, item: toItemId("m") }],
    rating: { stars: 1, comment: "says maria", at: 6 },
  };
  const otto = { ...conversationOf("id-of-otto", "third"), thread: OF_OTTO };
  for (const each of [before, now, otto]) {
    await conversations.create(each);
    await conversations.update(each.id, ended);
  }
  await conversations.alias(FORMER, MARIA);
  await handovers.add({ id: makeKeyedHandoverId("4711"), userId: MARIA, at: 1 });
  const deed = { at: 1, what: "move", by: "U0ANNA", result: "failed", why: "maria" } as const;
  await audit.add({ ...deed, id: toItemId("d_maria"), userId: FORMER });
  await audit.add({ ...deed, id: toItemId("d_2"), userId: OTTO, why: "otto" });
  const add = async (
    queue: keyof typeof journals,
    lane: string,
    number: number,
    body: object,
    fate: "done" | "dead" | "held" = "dead",
  ) => {
    const item = row(number, { lane, body: JSON.stringify(body), held: fate === "held" });
    const place = await journals[queue].append(item);
    if (place === "duplicate" || fate === "held") return;
    if (fate === "done") await journals[queue].done([place.seq]);
    else await journals[queue].dead([place], { code: "slack-api", message: "no" });
  };
  await add("inbox", `user/${MARIA}`, 1, {}, "done");
  await add("inbox", `user/${FORMER}`, 2, { kind: "callback", raw: "maria wrote" });
  await add("outbox", makeThreadKey(MOVED_FROM), 3, { text: "for maria" }, "held");
  await add("inbox", `aside/${makeThreadKey(FIRST)}`, 4, { kind: "notice" }, "held");
  await add("clock", `conversation/${now.id}`, 5, { kind: "tick", conversation: now.id }, "held");
  await add("bot", `user/${MARIA}`, 6, { kind: "completed", userId: MARIA });
  const link = `https://x.slack.com/archives/C1/p${SECOND.ts.replace(".", "")}`;
  await add("inbox", "person/U0LEA", 7, { kind: "direct", message: { text: `<${link}|Maria>` } });
  await add("inbox", "unknown", 8, { kind: "callback", raw: `{"who":{"userId":"${MARIA}"}}` });
  // What is of others, or only looks so.
  await add("inbox", "unknown", 9, { kind: "callback", raw: '{"text":"4711","userId":"9"}' });
  await add("inbox", `user/${OTTO}`, 10, { kind: "callback", raw: `{"customerId":4711}` });
  await add("outbox", makeThreadKey(OF_OTTO), 11, { text: "for otto" });
}

/** Threads as they are in Slack: the messages of ours that are left, and how often something was removed. */
function fakeThreads() {
  const left = new Map<string, string[]>(
    [FIRST, MOVED_FROM, SECOND].map((each) => [makeThreadKey(each), ["2.1", each.ts]]),
  );
  const eraser: ThreadEraser = {
    contentOf: (where) =>
      Promise.resolve({
        ours: (left.get(makeThreadKey(where)) ?? []).map((ts) => ({ ts, files: [] })),
        people: where.channel === "C2" ? ["3.1"] : [],
      }),
    remove(where, { ts }) {
      const key = makeThreadKey(where);
      left.set(
        key,
        (left.get(key) ?? []).filter((each) => each !== ts),
      );
      return Promise.resolve("removed");
    },
  };
  return { left, eraser };
}

/** Ends at the call of this number, before it took effect or after. */
function dieAt(step: number, when: "before" | "after") {
  let calls = 0;
  const wire = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return async (...args: readonly unknown[]): Promise<unknown> => {
          const isIt = calls++ === step;
          if (calls > step + 1 || (isIt && when === "before")) throw new Error("killed");
          const answer: unknown = await Reflect.apply(member, target, args);
          if (isIt) throw new Error("killed");
          return answer;
        };
      },
    });
  return { wire, isOver: () => calls <= step };
}

/** What has to be so of whatever keeps Users. */
export function describeEraseUser(name: string, open: OpenState): void {
  const never = new AbortController().signal;
  const portsOf = (state: State, threadEraser: ThreadEraser): EraseUserDependencies => ({
    erasures: openErasures(state),
    userRecords: state.userRecords,
    threadEraser,
    audit: { record: async (record) => void (await state.audit.add(record)) },
    now: () => 9,
  });

  async function filled() {
    const opened = await open();
    await fill(opened.state);
    const threads = fakeThreads();
    const ports = portsOf(opened.state, threads.eraser);
    const order = { userIds: [MARIA], by: "U0LEA", at: 7 };
    return { ...opened, ...threads, ports, order: () => orderErasure(order, ports) };
  }

  describe(name, () => {
    it("erases a User in every place, and nobody else", async () => {
      const { ports, order, everyRow, left, state, reopen } = await filled();
      const before = await everyRow();
      const others = before.filter((each) => !TRACES.test(each) || /otto|"9/.test(each));

      const id = await order();
      expect(await eraseUser(id, never, ports)).toBe("done");

      const erasure = await ports.erasures.get(id);
      expect(erasure).toMatchObject({ by: "U0LEA", doneAt: 9 });
      expect(erasure?.rows).toEqual({
        conversations: 2,
        // The one that it was moved from is known of its conversation alone here.
        threads: 2,
        customers: 1,
        handovers: 1,
        audit: 1,
        inbox: 5,
        outbox: 1,
        clock: 1,
        bot: 1,
      });
      await ports.erasures.delete(id);
      const after = await everyRow();
      expect(after.filter((each) => TRACES.test(each) && !others.includes(each))).toEqual([]);
      expect(others.filter((each) => !after.includes(each))).toEqual([]);
      expect([...left.values()].flat()).toEqual([]);
      for (const next of [() => Promise.resolve(state), reopen]) {
        const each = await next();
        expect(await each.userRecords.find(MARIA)).toEqual([]);
        expect(await each.conversations.currentId(FORMER)).toBe(FORMER);
        expect(await each.conversations.byThread(SECOND)).toBeUndefined();
      }
    });

    it("comes to the same end, with the same report, wherever it was killed", async () => {
      const whole = await filled();
      const id = await whole.order();
      await eraseUser(id, never, whole.ports);
      const { pseudonym: _, ...wanted } = (await whole.ports.erasures.get(id)) ?? {};

      let steps = 0;
      for (let isOver = false; !isOver; steps++) {
        for (const when of ["before", "after"] as const) {
          if (!isDrawn(steps)) continue;
          const { ports, order, eraser, everyRow, reopen, left } = await filled();
          const ordered = await order();
          const death = dieAt(steps, when);
          const wired = Object.fromEntries(
            Object.entries(ports).map(([port, value]) => [
              port,
              typeof value === "object" ? death.wire(value) : value,
            ]),
          ) as unknown as EraseUserDependencies;
          await eraseUser(ordered, never, wired).catch(() => {});
          isOver = death.isOver();

          const again = portsOf(await reopen(), eraser);
          expect(await eraseUser(ordered, never, again)).toBe("done");

          const { pseudonym: __, ...found } = (await again.erasures.get(ordered)) ?? {};
          expect(found, `${when} ${steps} ${SAMPLE}`).toEqual(wanted);
          expect([...left.values()].flat()).toEqual([]);
          await again.erasures.delete(ordered);
          const rows = await everyRow();
          expect(rows.filter((each) => TRACES.test(each) && !/otto|"9/.test(each))).toEqual([]);
          const deeds = rows.filter((each) => /^audit .*erase/.test(each) && /done/.test(each));
          expect(deeds).toHaveLength(1);
        }
      }
      expect(steps).toBeGreaterThan(20);
    }, 240_000);

    it("waits while a conversation is open or something is not delivered, and goes on then", async () => {
      const { ports, order, everyRow, state } = await filled();
      const place = await state.journals.bot.append(
        row(20, { lane: `user/${FORMER}`, body: "{}" }),
      );
      const anew = conversationOf("id-of-maria", "fourth");
      const id = await order();

      expect(await eraseUser(id, never, ports)).toBe("waits");
      expect(await ports.erasures.get(id)).toMatchObject({ waitsFor: "waiting", threads: [] });
      await state.conversations.create(anew);
      expect(await eraseUser(id, never, ports)).toBe("waits");
      expect(await ports.erasures.get(id)).toMatchObject({ waitsFor: "open", threads: [] });
      expect((await everyRow()).filter((each) => TRACES.test(each)).length).toBeGreaterThan(10);
      if (place !== "duplicate") await state.journals.bot.done([place.seq]);
      await state.conversations.update(anew.id, ended);

      expect(await eraseUser(id, never, ports)).toBe("done");
      expect(await ports.erasures.get(id)).not.toHaveProperty("waitsFor");
    });

    it("lets nothing go that has come since it was read", async () => {
      const { ports, order, state } = await filled();
      const id = await order();
      const late: ThreadEraser = {
        ...ports.threadEraser,
        async contentOf(where, signal) {
          await state.conversations.create(conversationOf("id-of-maria", "fourth")).catch(() => {});
          return await ports.threadEraser.contentOf(where, signal);
        },
      };

      expect(await eraseUser(id, never, { ...ports, threadEraser: late })).toBe("waits");

      expect(await state.userRecords.find(MARIA)).toEqual([[FORMER, MARIA]]);
      expect((await state.conversations.byUser(FORMER))?.state).toBe("open");
    });

    it("finds Users by each of their names, and says where one name is that of several", async () => {
      const { state } = await filled();
      const { find } = state.userRecords;
      const maria = [[FORMER, MARIA]];
      for (const given of [MARIA, FORMER, "4711", "MARIA@muster.example"]) {
        expect(await find(given), given).toEqual(maria);
      }
      for (const given of ["", "%", "maria", "_@muster.example", "' OR 1=1 --", "$1", '{"a":1}']) {
        expect(await find(given), given).toEqual([]);
      }
      await state.conversations.create({
        ...conversationOf("4711", "fifth"),
        user: { email: "Maria@Muster.example" },
      });
      expect(await find("4711")).toHaveLength(2);
      expect(await find("4711", "user-id")).toEqual([["4711"]]);
      expect(await find("4711", "customer-id")).toEqual(maria);
      expect(await find("maria@muster.example")).toHaveLength(2);
    });
  });
}
