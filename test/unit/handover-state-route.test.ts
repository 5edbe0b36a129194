import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { expect, it } from "vitest";
import { createHandoverStateRoute } from "../../src/bot/handover-state-route.ts";
import { makeKeyedHandoverId, toConversationId, toUserId } from "../../src/ids.ts";
import { createMemoryHandovers } from "../bridge/support/memory-handovers.ts";

it("tells nothing of a handover whose conversation is no longer kept", async () => {
  const handovers = createMemoryHandovers();
  const id = makeKeyedHandoverId("k");
  await handovers.add({ id, userId: toUserId("7"), at: 1 });
  const answers: unknown[] = [];
  const route = createHandoverStateRoute({
    requests: {
      async answer(_path, _request, _response, make) {
        answers.push(await make());
      },
    },
    handovers,
    conversations: { byId: () => Promise.resolve(undefined) },
    desk: { teamOf: () => expect.unreachable() },
  });
  const request = new IncomingMessage(new Socket());
  const ask = () => route.handle(request, new ServerResponse(request), id);

  await ask();
  await handovers.belongsTo(id, toConversationId("c_1"));
  await ask();

  expect(answers).toEqual([
    expect.objectContaining({ id, state: "received" }),
    [404, expect.any(String)],
  ]);
});
