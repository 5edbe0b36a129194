import { expect, it } from "vitest";
import { createNotifier } from "../../src/bridge/notifier.ts";
import type { InboxBody } from "../../src/bridge/stored/inbox-body.ts";
import type { NewItem } from "../../src/delivery/lanes.ts";
import { toItemId, toUserId } from "../../src/ids.ts";

const thread = { team: "T1", channel: "C1", ts: "1700000000.000100" };
const message = { text: "To one" };
const forAll = { text: "To all" };

it.each([
  [toUserId("11111"), "user/11111"],
  [undefined, "thread/T1/C1/1700000000.000100"],
])("posts to all in the lane of User %s, and to one agent in another", async (user, lane) => {
  const appended: NewItem<InboxBody>[] = [];
  const notifier = createNotifier({
    append(item) {
      appended.push(item);
      return Promise.resolve("appended");
    },
  });

  await notifier.notice(user, toItemId("r_1"), "failed", {
    thread,
    message,
    onlyFor: "U0ANNA",
    forAll,
  });

  expect(appended.map((item) => [item.lane, item.body])).toEqual([
    [
      "aside/T1/C1/1700000000.000100",
      { kind: "notice", notice: { thread, message, onlyFor: "U0ANNA" } },
    ],
    [lane, { kind: "notice", notice: { thread, message: forAll } }],
  ]);
});
