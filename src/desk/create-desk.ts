import type { Conversation } from "../bridge/conversation.ts";
import type { Desk, Team } from "../bridge/ports.ts";

export function createDesk(teams: Desk["teams"]): Desk {
  const teamFor = (_handover: Parameters<Desk["teamFor"]>[0]): Team => teams[0];
  return {
    teams,
    teamFor,
    teamOf: ({ team: name, thread, ...facts }: Conversation) =>
      teams.find((team) => team.name === name) ??
      teams.find((team) => team.channel === thread?.channel) ??
      teamFor(facts),
  };
}
