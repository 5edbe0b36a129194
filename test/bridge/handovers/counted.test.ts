import { expect, it } from "vitest";
import type { ParleyEvent } from "../../../src/bridge/parley-event.ts";
import type { Json } from "../../../src/json.ts";
import { ADA } from "../support/memory-parley.ts";
import { startBridge } from "../support/start-bridge.ts";

const told = (key: string, metadata: Json): ParleyEvent => ({
  kind: "handover",
  userId: ADA,
  user: {},
  metadata,
  key,
});

it("counts a handover once, whichever ways and however often it comes", async () => {
  const counted: (Json | undefined)[] = [];
  const bridge = await startBridge({
    replicas: 2,
    onHandover: (metadata) => counted.push(metadata),
  });
  const [refund, parcel] = [{ reasonCode: "refund" }, { reasonCode: "parcel" }];

  await bridge.handover({ key: "first", metadata: refund });
  await bridge.callback(told("first", refund));
  await bridge.callback(told("first", refund));
  await bridge.callback(told("second", parcel));
  await bridge.handover({ key: "second", metadata: parcel });

  expect(counted).toEqual([refund, parcel]);
});

it("counts nothing that an agent has taken over", async () => {
  const counted: (Json | undefined)[] = [];
  const bridge = await startBridge({ onHandover: (metadata) => counted.push(metadata) });

  await bridge.handover({ metadata: { reason: "taken_over_by_agent", takenOverBy: "Anna" } });

  expect(counted).toEqual([]);
});
