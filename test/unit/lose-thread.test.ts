import { expect, it } from "vitest";
import { type Conversation, openConversation } from "../../src/bridge/conversation.ts";
import type { InboxBody } from "../../src/bridge/stored/inbox-body.ts";
import { loseThread } from "../../src/bridge/to-slack/open-again.ts";
import type { OpenThreadDependencies } from "../../src/bridge/to-slack/open-thread.ts";
import type { Work } from "../../src/delivery/lanes.ts";
import { ThreadGoneError } from "../../src/errors.ts";
import { makeConversationId, toItemId, toUserId } from "../../src/ids.ts";

const thread = { team: "T1", channel: "C1", ts: "1.000001" };
const userId = toUserId("7");

/** Loses the thread in the middle of a message, with the end of the process before step `steps`. */
async function loseItUntil(steps: number) {
  let left = steps;
  const step = async <Result>(work: () => Result): Promise<Result> => {
    if (left-- <= 0) throw new Error("killed");
    return await work();
  };
  const opened = openConversation({
    id: makeConversationId(userId, toItemId("first")),
    userId,
    user: {},
    openedAt: 0,
  });
  const disk: { conversation: Conversation; steps: readonly string[]; queued: number } = {
    conversation: { ...opened, thread },
    steps: ["0"],
    queued: 0,
  };
  const work = {
    item: { body: { kind: "callback" } },
    forget: () => step(() => void Object.assign(disk, { steps: [] })),
  } as unknown as Work<InboxBody>;
  const dependencies = {
    conversations: {
      byThread: () => step(() => disk.conversation),
      update: (_: unknown, change: (conversation: Conversation) => Conversation) =>
        step(() => void Object.assign(disk, { conversation: change(disk.conversation) })),
    },
    notifier: { threadGone: () => step(() => void disk.queued++) },
  } as unknown as OpenThreadDependencies;
  const isKilled = await loseThread(work, new ThreadGoneError(thread), dependencies).then(
    () => false,
    () => true,
  );
  return { disk, isKilled };
}

it("a message whose thread is lost goes whole to the next one, wherever the process ends", async () => {
  for (let steps = 0; ; steps++) {
    const { disk, isKilled } = await loseItUntil(steps);
    // As long as the thread is recorded the next attempt meets its loss again.
    if (disk.conversation.thread === undefined) {
      expect(disk.steps).toEqual([]);
      expect(disk.queued).toBe(1);
    }
    if (!isKilled) return expect(disk.conversation.thread).toBeUndefined();
    expect(steps).toBeLessThan(10);
  }
});
