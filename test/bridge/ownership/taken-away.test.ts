import { expect, it } from "vitest";
import { ADA, NIGHT } from "../support/memory-parley.ts";
import { startBridge } from "../support/start-bridge.ts";

it.each(["while the bridge runs", "after a restart", "after a crash"])(
  "a User whom another Service takes is marked in root and thread, once, also when Parley says it again %s",
  async (when) => {
    const bridge = await startBridge();
    await bridge.handover();
    bridge.parley.user(ADA).owner = NIGHT.id;
    const tell = () =>
      bridge.callback({ kind: "owner-changed", userId: ADA, user: {}, newOwner: NIGHT.id });
    await tell();

    expect(bridge.root()).toMatch(/^Taken over: /);
    expect(bridge.root()).toMatch(/\*Taken over\* by Night shift/);
    expect(bridge.root()).not.toContain("Hand back");
    const said = [
      ":arrow_right: This User is now with *Night shift*. Replies here no longer reach them.",
    ];
    expect(bridge.thread()).toEqual(said);
    if (when === "after a restart") await bridge.stopAndRestart();
    if (when === "after a crash") await bridge.crashAndRestart();

    await tell();
    await bridge.later(1);
    await bridge.userWrites("To the night shift");

    expect(bridge.thread()).toEqual(said);
    expect(bridge.roots()).toHaveLength(1);
  },
);
