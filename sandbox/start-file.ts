import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { BILLING, SUPPORT } from "./people.ts";

const EXAMPLE = join(import.meta.dirname, "../bridge.example.yaml");

/** Who is who in the local Slack, in the order of the example's teams. */
const TEAMS = [
  { channel: SUPPORT, agents: ["S0SUPPORT"] },
  { channel: BILLING.id, agents: ["S0BILLING"] },
] as const;
const LEADS = ["S0LEADS"] as const;

/**
 * Writes the bridge's configuration into the folder, unless one is there, which somebody may have changed: the
 * repository's example with the ids of the local Slack.
 */
export async function writeStartFile(folder: string, language: string): Promise<string> {
  const path = join(folder, "bridge.yaml");
  const document = parseDocument(await readFile(EXAMPLE, "utf8"));
  document.set("language", language);
  for (const [index, { channel, agents }] of TEAMS.entries()) {
    document.setIn(["teams", index, "channel"], channel);
    // Always there, at whatever time of the day somebody tries it.
    document.deleteIn(["teams", index, "hours"]);
    document.setIn(["teams", index, "agents"], document.createNode([...agents], { flow: true }));
    document.setIn(["teams", index, "leads"], document.createNode([...LEADS], { flow: true }));
  }
  await writeFile(path, document.toString({ lineWidth: 0 }), { flag: "wx" }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    },
  );
  return path;
}
