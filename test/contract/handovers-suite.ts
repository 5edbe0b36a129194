import { describe, expect, it } from "vitest";
import type { Handovers } from "../../src/bridge/handovers/handovers.ts";
import type { Conversations } from "../../src/bridge/ports.ts";
import { StorageError } from "../../src/errors.ts";
import { makeHandoverId, makeKeyedHandoverId, toConversationId, toUserId } from "../../src/ids.ts";
import { conversationOf } from "./conversations-suite.ts";

/** The handovers of an empty state, until the end of the test. */
export type OpenHandovers = () => Promise<{
  readonly handovers: Handovers;
  readonly conversations: Pick<Conversations, "create">;
  /** The same state beside it, where more than one may have it. */
  readonly beside: () => Promise<Handovers>;
  /** The same state, as the next process finds it. */
  readonly reopen: () => Promise<Handovers>;
  /** Does something to the table `handovers` that no bridge does. */
  readonly run: (sql: string) => Promise<unknown>;
  /** Does what the bridge does every hour, `days` from now: what has ended is kept for `records` days, for 90 if missing. */
  readonly tidyUp: (days: number, records?: number) => Promise<void>;
}>;

const id = makeKeyedHandoverId("key");
const userId = toUserId("11111");
const FIRST = { id, userId, digest: "first", at: 1 };

/** What has to be kept by whatever keeps handovers. */
export function describeHandovers(name: string, openForTest: OpenHandovers): void {
  describe(name, () => {
    it("come back as they were, also after a restart", async () => {
      const { handovers, reopen } = await openForTest();
      expect(await handovers.byId(id)).toBeUndefined();
      await handovers.add(FIRST);
      await handovers.belongsTo(id, toConversationId("c_1"));

      const again = await reopen();

      expect(await again.byId(id)).toEqual({ ...FIRST, conversation: "c_1" });
      expect(await again.byId(makeHandoverId("{}"))).toBeUndefined();
    });

    it("are those that came first, of many at once", async () => {
      const { handovers, beside } = await openForTest();
      const other = await beside();
      const added = await Promise.all(
        ["a", "b", "c", "d"].map((digest, index) =>
          (index % 2 ? handovers : other).add({ ...FIRST, digest, at: index }),
        ),
      );

      const [first] = added;
      expect(added).toEqual(added.map(() => first));
      expect(await handovers.add({ ...FIRST, userId: toUserId("2"), at: 9 })).toEqual(first);
    });

    it("that Parley told of first get what stands for the request, once", async () => {
      const { handovers } = await openForTest();
      const told = { id, userId, at: 1 };
      expect(await handovers.add(told)).toEqual(told);

      expect(await handovers.add({ ...FIRST, userId: toUserId("2") })).toEqual(told);
      const kept = { ...FIRST, at: 2 };
      expect(await handovers.add(kept)).toEqual(kept);
      expect(await handovers.add({ ...FIRST, digest: "second", at: 3 })).toEqual(kept);
      expect(await handovers.add({ ...told, at: 4 })).toEqual(kept);
    });

    it("that happen again begin again", async () => {
      const { handovers } = await openForTest();
      await handovers.add(FIRST);
      await handovers.belongsTo(id, toConversationId("c_1"));

      expect(await handovers.addAnew({ ...FIRST, at: 2 })).toEqual({ ...FIRST, at: 2 });
      await handovers.failed(id, "storage");
      expect(await handovers.addAnew({ ...FIRST, at: 3 })).toEqual({ ...FIRST, at: 3 });
    });

    it("have failed until they belong to a conversation", async () => {
      const { handovers } = await openForTest();
      await handovers.add(FIRST);
      await handovers.failed(id, "slack-refused");
      expect(await handovers.byId(id)).toEqual({ ...FIRST, failure: "slack-refused" });

      await handovers.belongsTo(id, toConversationId("c_1"));
      expect(await handovers.byId(id)).toEqual({ ...FIRST, conversation: "c_1" });
      await handovers.failed(makeHandoverId("{}"), "storage");
      expect(await handovers.byId(makeHandoverId("{}"))).toBeUndefined();
    });

    it("are kept for as long as conversations, and with theirs", async () => {
      const { handovers, conversations, tidyUp } = await openForTest();
      const at = Date.now();
      for (let number = 0; number < 600; number++) {
        void handovers.add({ id: makeHandoverId(`${number}`), userId, at });
      }
      const open = conversationOf("1");
      await conversations.create(open);
      await handovers.add({ ...FIRST, at });
      await handovers.belongsTo(id, open.id);

      await tidyUp(89);
      expect(await handovers.byId(makeHandoverId("0"))).toBeDefined();
      await tidyUp(91);
      expect(await handovers.byId(makeHandoverId("0"))).toBeUndefined();
      expect(await handovers.byId(makeHandoverId("599"))).toBeUndefined();
      expect(await handovers.byId(id)).toBeDefined();
    });

    it("are kept for as long as their keys, although nothing else is", async () => {
      const { handovers, tidyUp } = await openForTest();
      await handovers.add({ ...FIRST, at: Date.now() });
      await handovers.belongsTo(id, toConversationId("c_1"));

      await tidyUp(16.9, 1);
      expect(await handovers.byId(id)).toBeDefined();
      await tidyUp(17.1, 1);
      expect(await handovers.byId(id)).toBeUndefined();
    });

    it("that cannot be read or stored are no missing ones", async () => {
      const { handovers, run } = await openForTest();
      await run("DROP TABLE handovers");

      await expect(handovers.add(FIRST)).rejects.toThrow(StorageError);
      await expect(handovers.byId(id)).rejects.toThrow(StorageError);
    });
  });
}
