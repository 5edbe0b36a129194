import { expect, it } from "vitest";
import type { BotEvent, BotReceiver } from "../../../src/bridge/bot-events/bot-event.ts";
import { SlackApiError } from "../../../src/errors.ts";
import { makeKeyedHandoverId } from "../../../src/ids.ts";
import { startBridge } from "../support/start-bridge.ts";

function createBot() {
  const events: BotEvent[] = [];
  const receiver: BotReceiver = {
    isOn: () => true,
    async tell(_id, event) {
      events.push(event);
    },
  };
  const told = () => events.map(({ type, data }) => [type, data.handover]);
  return { receiver, events, told };
}

const first = makeKeyedHandoverId("first");
const second = makeKeyedHandoverId("second");

it("names the newest handover in what the bot is told", async () => {
  const { receiver, events, told } = createBot();
  const bridge = await startBridge({ receiver });
  await bridge.handover({ key: "first" });
  await bridge.handover({ key: "second", expiresInSeconds: 60 });
  // Parley tells of it too, without its key.
  await bridge.handover();
  await bridge.later(61_000);

  expect(told()).toEqual([
    ["handover.accepted", first],
    ["handover.completed", second],
  ]);
  expect(events.at(-1)?.data).toMatchObject({ reason: "expired" });
});

it("names the handover for which no thread could be opened", async () => {
  const { receiver, told } = createBot();
  const bridge = await startBridge({ receiver });
  const refused = new SlackApiError("chat.postMessage", "invalid_blocks", "dead-letter");
  bridge.calls.fail("posts.post", refused, { times: Number.POSITIVE_INFINITY });

  await bridge.handover({ key: "first" });
  await bridge.settled();

  expect(told()).toEqual([["handover.failed", first]]);
  expect(await bridge.handovers.byId(first)).toMatchObject({ failure: "slack-api" });
  bridge.calls.heal();
  await bridge.retryDeadLetter("inbox", 0);
  const { id } = (await bridge.conversation()) ?? expect.unreachable();
  const kept = await bridge.handovers.byId(first);
  expect(kept).toMatchObject({ conversation: id });
  expect(kept).not.toHaveProperty("failure");
});
