import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { FakeSlackOptions } from "../../fakes/slack/fake-slack.ts";
import { DEFAULT_MEMBERS } from "../../fakes/slack/people.ts";
import { type Env, startWorld, type World, type WorldOptions } from "./world.ts";

/** A team as it stands in `bridge.yaml`. */
export interface TeamInFile {
  readonly name: string;
  readonly channel?: string;
  readonly agents?: readonly string[];
  readonly leads?: readonly string[];
  readonly assign?: string;
  readonly collision?: string;
  readonly hours?: string;
  readonly when?: readonly Readonly<Record<string, unknown>>[];
}

/** Anna answers for Support, whose lead is Lea; Ben and Zoe answer for Billing, which has no leads; Otto is in no team. */
export const PEOPLE: FakeSlackOptions = {
  members: [
    ...DEFAULT_MEMBERS,
    { id: "U0LEA", name: "lea", displayName: "Lea" },
    { id: "U0ZOE", name: "zoe", displayName: "Zoe" },
    { id: "U0OTTO", name: "otto", displayName: "Otto" },
    { id: "U0GUEST", name: "guest", isGuest: true },
    { id: "U0PARTNER", name: "pat", teamId: "T0PARTNER" },
  ],
  channels: [
    {
      id: "C0BILLING",
      name: "billing",
      members: ["U0ANNA", "U0BEN", "U0LEA", "U0ZOE", "U0OTTO", "U0BRIDGE1"],
    },
  ],
  usergroups: [
    { id: "S0SUPPORT", handle: "support", users: ["U0ANNA", "U0GUEST", "U0PARTNER"] },
    { id: "S0LEADS", handle: "support-leads", users: ["U0LEA"] },
    { id: "S0BILLING", handle: "billing", users: ["U0BEN"] },
  ],
};

export const SUPPORT: TeamInFile = {
  name: "Support",
  agents: ["S0SUPPORT"],
  leads: ["S0LEADS"],
};

/** Gets whatever is handed over with a reason that begins with `refund`. */
const BILLING: TeamInFile = {
  name: "Billing",
  channel: "C0BILLING",
  agents: ["S0BILLING", "U0ZOE"],
  when: [{ reason: ["refund*"] }],
};

/** Starts a world with these people, whose `bridge.yaml` names these teams. */
export async function startTeams(
  teams: readonly TeamInFile[] = [BILLING, SUPPORT],
  options: WorldOptions = {},
): Promise<World> {
  return await startWorld({
    ...options,
    slack: { ...PEOPLE, ...options.slack },
    env: { ...options.env, ...(await inBridgeFile(teams)) },
  });
}

/** The settings of a bridge whose `bridge.yaml` names these teams, and holds `more`. */
export async function inBridgeFile(
  teams: readonly TeamInFile[],
  more: Readonly<Record<string, unknown>> = {},
): Promise<Env> {
  const folder = await mkdtemp(join(tmpdir(), "bridge-file-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "bridge.yaml");
  // JSON is YAML.
  await writeFile(file, JSON.stringify({ ...more, teams }));
  return { CONFIG_FILE: file };
}
