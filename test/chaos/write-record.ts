import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Harm } from "./harms.ts";
import type { Stage } from "./stage.ts";

/** For whoever looks for the reason: all that was written, what both sides have, and what was done to the bridge. */
export async function writeRecord(
  { slack, parley, ledger, cluster, folder }: Stage,
  harms: readonly Harm[],
): Promise<void> {
  const record = {
    entries: ledger.entries,
    callbacks: parley.callbacks,
    messages: slack.state.messages,
    ephemerals: slack.state.ephemerals,
    sightings: cluster?.sightings.all,
    harms,
  };
  await writeFile(join(folder, "record.json"), JSON.stringify(record, null, 1));
}
