import { expect, it } from "vitest";
import { type Conversation, openConversation } from "../../src/bridge/conversation.ts";
import type { InboxBody } from "../../src/bridge/stored/inbox-body.ts";
import { ensureRoot, type OpenThreadDependencies } from "../../src/bridge/to-slack/open-thread.ts";
import type { Work } from "../../src/delivery/lanes.ts";
import { createSteps } from "../../src/delivery/steps.ts";
import { makeConversationId, toItemId, toUserId } from "../../src/ids.ts";

const userId = toUserId("7");

it("an opening that another item began is remembered when a stop comes during the wait for a turn", async () => {
  const stopping = new AbortController();
  const disk: { conversation: Conversation } = {
    conversation: {
      ...openConversation({
        id: makeConversationId(userId, toItemId("first")),
        userId,
        user: {},
        openedAt: 0,
      }),
      openingSince: 5,
    },
  };
  const dependencies = {
    posts: {
      acquire(signal: AbortSignal) {
        stopping.abort(new Error("The bridge is stopping"));
        return Promise.reject(signal.reason);
      },
    },
    conversations: {
      byId: () => Promise.resolve(disk.conversation),
      update(_: unknown, change: (conversation: Conversation) => Conversation) {
        disk.conversation = change(disk.conversation);
        return Promise.resolve(disk.conversation);
      },
    },
    permalink: () => "",
    now: () => 9,
  } as unknown as OpenThreadDependencies;
  const steps = createSteps({
    records: {},
    hasBegun: false,
    requeues: 0,
    save: () => Promise.resolve(),
  });
  const work = {
    ...steps,
    item: { id: toItemId("second") },
    signal: stopping.signal,
  } as unknown as Work<InboxBody>;

  await expect(ensureRoot(work, disk.conversation, dependencies)).rejects.toThrow("stopping");

  expect(disk.conversation.openingSince).toBe(5);
});
