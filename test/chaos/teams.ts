import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FakeSlackOptions } from "../../fakes/slack/fake-slack.ts";
import { identity } from "../../fakes/slack/identity.ts";

export interface ChaosTeam {
  readonly name: string;
  readonly channel: string;
  /** With which a bot hands Users over to it. */
  readonly reason: string;
}

const SUPPORT: ChaosTeam = { name: "Support", channel: "C0SUPPORT", reason: "chaos" };
const BILLING: ChaosTeam = { name: "Billing", channel: "C0BILLING", reason: "refund" };
export const TEAMS = [SUPPORT, BILLING] as const;

/** Of both teams. */
export const AGENTS = ["U0ANNA", "U0BEN"] as const;
/** Is in the channels and in no team. */
export const OUTSIDER = "U0CARLA";
const LEAD = "U0LEA";

const START_FILE = `teams:
  - name: ${SUPPORT.name}
    channel: ${SUPPORT.channel}
    agents: [S0SUPPORT]
    leads: [S0LEADS]
  - name: ${BILLING.name}
    channel: ${BILLING.channel}
    agents: [S0BILLING, ${AGENTS[1]}]
    leads: [S0LEADS]
    when:
      - reason: [${BILLING.reason}*]
`;

/** @returns the path */
export async function writeStartFile(folder: string): Promise<string> {
  const path = join(folder, "bridge.yaml");
  await writeFile(path, START_FILE);
  return path;
}

/** Two channels with everybody in them, and the groups of the start file. */
export const WORKSPACE: FakeSlackOptions = {
  channel: SUPPORT.channel,
  members: [...AGENTS, LEAD, OUTSIDER].map((id) => ({ id, name: id.slice(2).toLowerCase() })),
  channels: [
    {
      id: BILLING.channel,
      name: "billing",
      members: [...AGENTS, LEAD, OUTSIDER, identity.botUserId],
    },
  ],
  usergroups: [
    { id: "S0SUPPORT", handle: "support", users: AGENTS },
    { id: "S0BILLING", handle: "billing", users: [AGENTS[0]] },
    { id: "S0LEADS", handle: "leads", users: [LEAD] },
  ],
};

/** The team in whose channel something is. @throws {Error} it is in none */
export function teamIn(channel: string): ChaosTeam {
  const team = TEAMS.find((each) => each.channel === channel);
  if (!team) throw new Error(`${channel} is no team's channel`);
  return team;
}

export const otherTeam = (team: ChaosTeam): ChaosTeam => (team === SUPPORT ? BILLING : SUPPORT);
