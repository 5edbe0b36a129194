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

export const SUPPORT: ChaosTeam = { name: "Support", channel: "C0SUPPORT", reason: "chaos" };
export const BILLING: ChaosTeam = { name: "Billing", channel: "C0BILLING", reason: "refund" };
export const TEAMS = [SUPPORT, BILLING] as const;

/** Of both teams. */
export const AGENTS = ["U0ANNA", "U0BEN"] as const;
export type Agent = (typeof AGENTS)[number];

export const colleagueOf = (agent: Agent): Agent => (agent === AGENTS[0] ? AGENTS[1] : AGENTS[0]);

/** Is in the channels and in no team. */
export const OUTSIDER = "U0CARLA";
export const LEAD = "U0LEA";

/**
 * What the desk does by itself, with the shortest times that there are, so that much of it happens in a run. Once all
 * trouble is over it also hands back whom nobody answers; before that Users stay until an agent hands them back.
 */
const deskOf = (isPeace: boolean): string => `waiting:
  - { after: 1s, remind: thread }
  - { after: 2s, remind: group }
  - { after: 3s, tell-user: waiting }
  - { after: 4s, remind: leads }
  - { after: 8s, tell-user: nobody-available }
${isPeace ? "  - { after: 8s, hand-back: nobody_available }\n" : ""}silent: { after: 4s, release: true }
idle: { after: 6s, tell-user: still-there }
`;

/** In Support a reply waits while a colleague has the User; in Billing agents have turns. */
const TEAMS_IN_FILE = `teams:
  - name: ${SUPPORT.name}
    channel: ${SUPPORT.channel}
    agents: [S0SUPPORT]
    leads: [S0LEADS]
    collision: hold
  - name: ${BILLING.name}
    channel: ${BILLING.channel}
    agents: [S0BILLING, ${AGENTS[1]}]
    leads: [S0LEADS]
    collision: warn
    assign: round-robin
    when:
      - reason: [${BILLING.reason}*]
`;

/** @returns the path */
export async function writeStartFile(folder: string, isPeace = false): Promise<string> {
  const path = join(folder, "bridge.yaml");
  await writeFile(path, TEAMS_IN_FILE + deskOf(isPeace));
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
