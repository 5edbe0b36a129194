import { ConfigError, RateLimitedError, SlackApiError } from "../../errors.ts";
import type { Remark } from "../../ops/doctor/check.ts";
import { pause } from "../../pause.ts";
import { type BlockFault, validateBlocks } from "../../slack/validate-blocks.ts";
import { type Batch, batchesOf } from "./batches-of.ts";
import { everyView } from "./samples/every-view.ts";
import type { Site } from "./site.ts";

/** How long is waited for Slack's limit in all. */
const PATIENCE_MS = 120_000;
/** More is the same once more. */
const MAX_SAID = 10;

/**
 * Has Slack's own validator look at everything that the bridge shows in Slack. Nothing is posted.
 *
 * @throws {ConfigError} Slack would refuse some of it · {BridgeError} it can pass
 */
export async function checkLiveBlocks({
  config: { slack },
}: Pick<Site, "config">): Promise<readonly Remark[]> {
  const samples = everyView();
  const batches = batchesOf(samples);
  const faults: string[] = [];
  let patienceMs = PATIENCE_MS;
  for (let next = 0; next < batches.length; ) {
    const batch = batches[next];
    if (!batch) break;
    try {
      const found = await validateBlocks(slack, batch.asked);
      faults.push(...found.map((fault) => describe(fault, batch)));
      next += 1;
    } catch (error) {
      if (error instanceof SlackApiError) return [{ status: "open", detail: untold(error) }];
      if (!(error instanceof RateLimitedError)) throw error;
      patienceMs -= error.retryAfterMs;
      if (patienceMs < 0) return [{ status: "open", detail: untold(error) }];
      await pause(error.retryAfterMs);
    }
  }
  if (faults.length > 0) throw new ConfigError(adviceFor(faults));
  return [
    {
      status: "ok",
      detail: `Slack's validator takes all ${samples.length} messages and views in every language, each as long as it can be`,
    },
  ];
}

const untold = ({ message }: Error): string =>
  `Slack does not tell what it thinks of our messages and views (${message}); the first ones show it`;

function describe({ pointer, message }: BlockFault, { owners }: Batch): string {
  const place = Number(/\/(\d+)/.exec(pointer)?.[1] ?? 0);
  const name = (owners[place] ?? owners[0])?.name ?? "something";
  return `${name}: ${message} at ${pointer || "/"}`;
}

const adviceFor = (faults: readonly string[]): readonly string[] => [
  ...faults
    .slice(0, MAX_SAID)
    .map((fault) => `Slack would refuse ${fault}; tell the bridge's maintainers`),
  ...(faults.length > MAX_SAID ? [`and ${faults.length - MAX_SAID} more like these`] : []),
];
