import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { png, shownIn } from "../support/files.ts";
import { type BridgeProcess, startBridgeProcess } from "../support/process.ts";
import { sentTo } from "../support/sent.ts";
import { PATIENCE } from "../support/steps.ts";
import { rootsOf } from "../support/threads.ts";
import { startWorld } from "../support/world.ts";

const FILES = 20;
/** Until then the process has made the buffers and compiled the code that it needs. */
const WARM_UP = 5;
/** Far below one more file in memory for each file that went through: those would be 150 MB. */
const MAX_GROWTH_MB = 50;

/** The most memory that a process ever had, MB. */
function peakOf({ pid }: BridgeProcess): number {
  const [, kilobytes = ""] =
    /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

it.skipIf(process.platform !== "linux").each(["from Slack to Parley", "from Parley to Slack"])(
  "needs no more memory for 20 files of 9.9 MB than for 5, %s",
  { timeout: 120_000 },
  async (way) => {
    const world = await startWorld({ stopped: true });
    const { slack, parley } = world;
    const bridge = await startBridgeProcess(world);
    const user = parley.createUser();
    await parley.handOver({ userId: user.id, to: parley.agentService.identification });
    const root = await slack.waitFor(() => rootsOf(slack)[0]);
    const bytes = png(9_900_000);
    let warm = 0;

    for (let file = 1; file <= FILES; file++) {
      const name = `${file}.png`;
      if (way === "from Slack to Parley") {
        const shared = { user: "U0ANNA", threadTs: root.ts, name, mimetype: "image/png", bytes };
        await slack.shareFile(shared);
        await expect.poll(() => sentTo(world, user.id), PATIENCE).toContain(`[${name}]`);
      } else {
        await parley.userWrites(user.id, { media: { name, mimeType: "image/png", bytes } });
        await expect.poll(() => shownIn(slack, root.ts), PATIENCE).toContain(`[${name}]`);
      }
      // The fakes need not keep them all.
      parley.state.media.clear();
      for (const stored of slack.state.files.values()) stored.bytes = undefined;
      if (file === WARM_UP) warm = peakOf(bridge);
    }

    const growth = peakOf(bridge) - warm;
    expect(warm).toBeGreaterThan(20);
    expect(growth).toBeLessThan(MAX_GROWTH_MB);
  },
);
