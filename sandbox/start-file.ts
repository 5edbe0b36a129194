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

/** Somebody is always there, whenever the sandbox is tried, and nobody has to wait for an hour. */
const OPEN = { "mon-sun": "00:00-24:00" } as const;
const WAITING = [
  { after: "3m", remind: "thread" },
  { after: "9m", remind: "group" },
  { after: "9m", "tell-user": "waiting" },
  { after: "29m", "hand-back": "nobody_available" },
] as const;

/**
 * Writes the bridge's configuration into the folder, unless one is there, which somebody may have changed: the
 * repository's example with the ids of the local Slack, where it is never closed and a User soon waits for long.
 */
export async function writeStartFile(folder: string, language: string): Promise<string> {
  const path = join(folder, "bridge.yaml");
  const document = parseDocument(await readFile(EXAMPLE, "utf8"));
  document.set("language", language);
  document.set("answers", join(import.meta.dirname, "../answers.example"));
  for (const [index, { channel, agents }] of TEAMS.entries()) {
    document.setIn(["teams", index, "channel"], channel);
    document.setIn(["teams", index, "agents"], document.createNode([...agents], { flow: true }));
    document.setIn(["teams", index, "leads"], document.createNode([...LEADS], { flow: true }));
  }
  document.setIn(["hours", "office", "open"], document.createNode(OPEN, { flow: true }));
  document.deleteIn(["hours", "office", "closed"]);
  const steps = WAITING.map((step) => document.createNode(step, { flow: true }));
  document.set("waiting", document.createNode(steps));
  document.set("collision", "warn");
  await writeFile(path, document.toString({ lineWidth: 0 }), { flag: "wx" }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    },
  );
  return path;
}
