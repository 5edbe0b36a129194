import { describe, expect, it } from "vitest";
import {
  type Conversation,
  end,
  openConversation,
  withUserMessages,
} from "../../src/bridge/conversation.ts";
import type { Conversations } from "../../src/bridge/ports.ts";
import { withMove, withThreadInVain } from "../../src/bridge/teams/with-move.ts";
import { OvertakenError } from "../../src/errors.ts";
import { makeConversationId, type Thread, toItemId, toUserId } from "../../src/ids.ts";
import { answered } from "../support/answered.ts";

export const THREAD = { team: "T1", channel: "C1", ts: "1700000000.000100" };

export const idOf = (name: string) => makeConversationId(toUserId(name), toItemId(name));

export const conversationOf = (user: string, name = user, openedAt = 1_000): Conversation =>
  openConversation({ id: idOf(name), userId: toUserId(user), user: {}, openedAt });

interface Fixture {
  readonly store: Conversations;
  /** The same state, as the next process finds it. */
  readonly reopen: () => Promise<Conversations>;
}

/** Checks the store as it is, and as another process would find it. */
export async function checkTwice(
  { store, reopen }: Fixture,
  check: (store: Conversations) => Promise<void>,
): Promise<void> {
  await check(store);
  await check(await reopen());
}

/** How many are open, and whether one of them has no thread yet. */
const countsOf = async (store: Conversations): Promise<[number, boolean]> => [
  await store.countOpen(),
  await store.hasUnrooted(),
];

/** What every store of conversations has to keep. `open`: an empty one, until the end of the test. */
export function describeConversations(name: string, open: () => Promise<Fixture>): void {
  describe(name, () => {
    it("finds a conversation by id and by User, also after it was reopened", async () => {
      const fixture = await open();
      const { store } = fixture;
      const conversation: Conversation = {
        ...conversationOf("11111"),
        metadata: { reason: "question_too_complex", order: { lines: [1, null, "x"] } },
        transcript: [{ from: "bot", text: "Hi 👩‍👩‍👧‍👦", time: 1_700_000_000 }],
      };
      await store.create(conversation);
      await checkTwice(fixture, async (each) => {
        expect(await each.byId(conversation.id)).toEqual(conversation);
        expect(await each.byUser(toUserId("11111"))).toEqual(conversation);
        expect(await each.byUser(toUserId(11111))).toEqual(conversation);
      });
    });

    it("opens none for a User who lives on as another, also if both happen at once", async () => {
      const fixture = await open();
      const { store } = fixture;
      const [before, during, after] = ["before", "during", "after"].map((name) =>
        conversationOf("1", name),
      ) as [Conversation, Conversation, Conversation];
      await Promise.all([
        store.create(before),
        store.alias(toUserId("1"), toUserId("2")),
        expect(store.create(during)).rejects.toThrow(OvertakenError),
      ]);
      await checkTwice(fixture, async (each) => {
        await expect(each.create(after)).rejects.toThrow(OvertakenError);
        expect((await each.open()).map(({ id }) => id)).toEqual([before.id]);
      });
    });

    it("opens one of a User at a time, also if two are to open at once", async () => {
      const fixture = await open();
      const { store } = fixture;
      const [one, other] = ["one", "other"].map((name) => conversationOf("1", name)) as [
        Conversation,
        Conversation,
      ];
      const results = await Promise.allSettled([
        store.create(one),
        store.create(other),
        store.create(conversationOf("2")),
      ]);
      expect(results).toMatchObject([
        { status: "fulfilled" },
        { status: "rejected", reason: expect.any(OvertakenError) },
        { status: "fulfilled" },
      ]);
      await checkTwice(fixture, async (each) => {
        await each.create(one);
        await expect(each.create(other)).rejects.toThrow(OvertakenError);
        expect((await each.byUser(one.userId))?.id).toBe(one.id);
        expect(await each.byId(other.id)).toBeUndefined();
      });
      const next = await fixture.reopen();
      await next.update(one.id, (c) => end(c, "handed-back", { at: 2_000 }));
      await next.create(other);
      expect((await next.byUser(one.userId))?.id).toBe(other.id);
    });

    it("knows nothing of what was never stored", async () => {
      const { store } = await open();
      await store.create(conversationOf("11111"));
      expect(await store.byId(idOf("other"))).toBeUndefined();
      expect(await store.byUser(toUserId("1111"))).toBeUndefined();
      expect(await store.byThread(THREAD)).toBeUndefined();
      expect(await store.userByExternalId("customer-1")).toBeUndefined();
      expect(await store.update(idOf("other"), (c) => c)).toBeUndefined();
    });

    it("finds it by its thread from the moment that the root is posted", async () => {
      const fixture = await open();
      const { store } = fixture;
      const { id } = conversationOf("11111");
      await store.create(conversationOf("11111"));
      await store.update(id, (c) => ({ ...c, thread: THREAD }));
      await checkTwice(fixture, async (each) => {
        expect((await each.byThread(THREAD))?.id).toBe(id);
        for (const other of [{ team: "T2" }, { channel: "C2" }, { ts: "1700000000.000200" }]) {
          expect(await each.byThread({ ...THREAD, ...other })).toBeUndefined();
        }
      });
    });

    it("tells whose Users wait, whatever a handover brought", async () => {
      const fixture = await open();
      const { store } = fixture;
      const metadata = { waitingSince: 7, nested: '"waitingSince":7' };
      for (const user of ["1", "2", "3"]) await store.create({ ...conversationOf(user), metadata });
      await store.update(idOf("2"), answered);
      await store.update(idOf("3"), (c) => end(c, "handed-back", { at: 2_000 }));
      expect((await store.waiting()).map(({ id }) => id)).toEqual([idOf("1")]);
      await store.update(idOf("2"), (c) => withUserMessages(c, 1, 8_000));
      await checkTwice(fixture, async (each) => {
        expect((await each.waiting()).map(({ id }) => id).sort()).toEqual(
          [idOf("1"), idOf("2")].sort(),
        );
      });
    });

    it("finds it by each thread that it was moved from, and by those that opened in vain", async () => {
      const fixture = await open();
      const { store } = fixture;
      const { id } = conversationOf("11111");
      await store.create(conversationOf("11111"));
      await store.update(id, (c) => ({ ...c, thread: THREAD }));
      expect(await store.hasUnrooted()).toBe(false);
      // The root of the next one may be in Slack.
      await store.update(id, (c) => ({ ...c, openingSince: 1_000, openingIn: "C2" }));
      await checkTwice(fixture, async (each) => expect(await each.hasUnrooted()).toBe(true));
      const [next, vain] = ["1700000000.000300", "1700000000.000400"].map((ts) => ({
        ...THREAD,
        channel: "C2",
        ts,
      })) as [Thread, Thread];
      const how = { by: "U0ANNA", at: 2_000, item: toItemId("d_1") };
      const again = await fixture.reopen();
      await again.update(id, (c) =>
        withMove(c, { from: THREAD, to: next, team: "Billing", ...how }),
      );
      await again.update(id, (c) => withThreadInVain(c, vain, how));
      const check = async (each: Conversations) => {
        expect(await each.hasUnrooted()).toBe(false);
        for (const thread of [THREAD, next, vain]) {
          expect((await each.byThread(thread))?.id).toBe(id);
        }
      };
      await check(again);
      await again.update(id, (c) => end(c, "handed-back", { at: 2_000 }));
      await check(again);
      await check(await fixture.reopen());
    });

    it("finds the newest conversation of a User, and older ones by their threads", async () => {
      const fixture = await open();
      const { store } = fixture;
      const first = { ...conversationOf("11111", "first"), thread: THREAD };
      await store.create(first);
      await store.update(first.id, (c) => end(c, "handed-back", { at: 2_000 }));
      await store.create(conversationOf("11111", "second", 3_000));
      await store.update(first.id, (c) => ({ ...c, readUntil: "1700000000.000900" }));
      await checkTwice(fixture, async (each) => {
        expect((await each.byUser(toUserId("11111")))?.id).toBe(idOf("second"));
        expect(await each.byThread(THREAD)).toMatchObject({
          id: idOf("first"),
          state: "handed-back",
          readUntil: "1700000000.000900",
        });
      });
    });

    it("finds a User by the business's own id, also one that is told later", async () => {
      const { store, reopen } = await open();
      const conversation = conversationOf("11111");
      await store.create({ ...conversation, user: { externalId: "customer-7" } });
      expect(await store.userByExternalId("customer-7")).toBe("11111");
      await store.update(conversation.id, (c) => ({ ...c, user: { externalId: "customer-8" } }));
      expect(await (await reopen()).userByExternalId("customer-8")).toBe("11111");
    });

    it("follows a User through several merges", async () => {
      const fixture = await open();
      const { store } = fixture;
      await store.create({ ...conversationOf("3"), user: { externalId: "customer-3" } });
      await store.create({ ...conversationOf("old"), user: { externalId: "customer-old" } });
      await store.alias(toUserId("1"), toUserId("2"));
      await store.alias(toUserId("2"), toUserId("3"));
      await store.alias(toUserId("old"), toUserId("2"));
      await checkTwice(fixture, async (each) => {
        for (const user of ["1", "2", "3", "old"]) {
          expect((await each.byUser(toUserId(user)))?.id, user).toBe(idOf("3"));
        }
        expect(await each.userByExternalId("customer-old")).toBe("3");
      });
    });

    it("does not turn for ever in a circle of merges", async () => {
      const { store } = await open();
      await store.create(conversationOf("1"));
      await store.alias(toUserId("1"), toUserId("2"));
      await store.alias(toUserId("2"), toUserId("1"));
      await store.alias(toUserId("3"), toUserId("3"));
      await store.create(conversationOf("3"));
      expect((await store.byUser(toUserId("1")))?.id).toBe(idOf("1"));
      expect((await store.byUser(toUserId("3")))?.id).toBe(idOf("3"));
    });

    it("moves a conversation to the User's new id", async () => {
      const { store, reopen } = await open();
      const { id } = conversationOf("1");
      await store.create({ ...conversationOf("1"), thread: THREAD });
      await store.update(id, (c) => ({ ...c, userId: toUserId("2") }));
      await store.alias(toUserId("1"), toUserId("2"));
      const again = await reopen();
      for (const user of ["1", "2"]) {
        expect(await again.byUser(toUserId(user))).toMatchObject({ id, userId: "2" });
      }
      expect((await again.byThread(THREAD))?.userId).toBe("2");
    });

    it("lists the open ones, the longest open first, also after it was reopened", async () => {
      const { store, reopen } = await open();
      await store.create(conversationOf("b", "b", 2_000));
      await store.create(conversationOf("c", "c", 3_000));
      await store.create(conversationOf("a", "a", 1_000));
      await store.create(conversationOf("d", "d", 4_000));
      await store.update(idOf("c"), (c) => end(c, "taken-away", { at: 5_000 }));
      const names = async (each: Conversations) => (await each.open()).map(({ userId }) => userId);
      expect(await names(store)).toEqual(["a", "b", "d"]);
      const again = await reopen();
      expect(await names(again)).toEqual(["a", "b", "d"]);
      await again.update(idOf("a"), (c) => end(c, "merged", { at: 6_000 }));
      expect(await names(again)).toEqual(["b", "d"]);
      expect(await names(await reopen())).toEqual(["b", "d"]);
    });

    it("keeps the place of an open one that is changed, also of one that gets another User", async () => {
      const { store } = await open();
      await store.create(conversationOf("a", "a", 1_000));
      await store.create(conversationOf("b", "b", 2_000));
      await store.update(idOf("a"), (c) => ({ ...c, userId: toUserId("z"), thread: THREAD }));
      expect((await store.open()).map(({ id }) => id)).toEqual([idOf("a"), idOf("b")]);
    });

    it("counts the open ones, and tells whether one has no thread yet, also after it was reopened", async () => {
      const { store, reopen } = await open();
      expect(await countsOf(store)).toEqual([0, false]);
      await store.create({ ...conversationOf("a"), thread: THREAD });
      expect(await countsOf(store)).toEqual([1, false]);
      await store.create(conversationOf("b"));
      await store.create(conversationOf("c"));
      expect(await countsOf(store)).toEqual([3, true]);
      const again = await reopen();
      expect(await countsOf(again)).toEqual([3, true]);
      await again.update(idOf("b"), (c) => ({
        ...c,
        thread: { ...THREAD, ts: "1700000000.000200" },
      }));
      expect(await again.hasUnrooted()).toBe(true);
      await again.update(idOf("c"), (c) => end(c, "taken-away", { at: 5_000 }));
      expect(await countsOf(again)).toEqual([2, false]);
    });

    it("finds the open one under the very id of a User, whoever the User lives on as", async () => {
      const { store, reopen } = await open();
      await store.create(conversationOf("1"));
      await store.create(conversationOf("2"));
      await store.alias(toUserId("1"), toUserId("2"));
      expect((await store.openUnder(toUserId("1")))?.id).toBe(idOf("1"));
      const again = await reopen();
      expect((await again.openUnder(toUserId("1")))?.id).toBe(idOf("1"));
      expect(await again.openUnder(toUserId("3"))).toBeUndefined();
      await again.update(idOf("1"), (c) => ({ ...c, userId: toUserId("3") }));
      expect(await again.openUnder(toUserId("1"))).toBeUndefined();
      expect((await again.openUnder(toUserId("3")))?.id).toBe(idOf("1"));
      await again.update(idOf("1"), (c) => end(c, "merged", { at: 5_000 }));
      expect(await again.openUnder(toUserId("3"))).toBeUndefined();
    });

    it("loses no concurrent change", async () => {
      const { store, reopen } = await open();
      const { id } = conversationOf("11111");
      await store.create(conversationOf("11111"));
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          store.update(id, (c) => (index % 2 ? withUserMessages(c, 2, 5_000) : answered(c))),
        ),
      );
      const expected = { userMessages: 50, agentMessages: 25 };
      expect(await store.byId(id)).toMatchObject(expected);
      expect(await (await reopen()).byId(id)).toMatchObject(expected);
    });

    it("goes on with the next change after one that threw", async () => {
      const { store } = await open();
      const { id } = conversationOf("11111");
      await store.create(conversationOf("11111"));
      const failing = store.update(id, () => {
        throw new Error("not today");
      });
      const next = store.update(id, (c) => withUserMessages(c, 1, 5_000));
      await expect(failing).rejects.toThrow("not today");
      expect(await next).toMatchObject({ userMessages: 1 });
      expect(await store.byId(id)).toMatchObject({ userMessages: 1 });
    });

    it("keeps every text of a conversation as it was, over restarts and changes", async () => {
      const { store, reopen } = await open();
      const user = { name: ":)", externalId: ":7" };
      const metadata = { toJSON: 1, "::": ["::", ":base64:aGk="] };
      const conversation = { ...conversationOf("11111"), user, metadata };
      await store.create(conversation);

      for (let restarts = 0; restarts < 2; restarts++) {
        await (await reopen()).update(conversation.id, answered);
      }

      expect(await (await reopen()).byId(conversation.id)).toMatchObject({ user, metadata });
    });
  });
}
