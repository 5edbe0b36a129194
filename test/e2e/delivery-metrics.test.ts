import { expect, it } from "vitest";
import { startWorld } from "../support/world.ts";

it("shows dead letters and the age of the queue in the first scrape already", async () => {
  const { bridgeUrl } = await startWorld();

  const metrics = await (await fetch(`${bridgeUrl()}/metrics`)).text();

  for (const queue of ["inbox", "outbox"]) {
    expect(metrics).toContain(`parley_bridge_queue_items{queue="${queue}"} 0`);
    expect(metrics).toContain(`parley_bridge_dead_letters{queue="${queue}"} 0`);
    expect(metrics).toContain(`parley_bridge_queue_oldest_seconds{queue="${queue}"} 0`);
  }
});
