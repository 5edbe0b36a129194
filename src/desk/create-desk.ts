import type { Conversation } from "../bridge/conversation.ts";
import type { Desk, Team } from "../bridge/ports.ts";
import { type Handover, type Routed, route } from "./route.ts";

type RoutedTeam = Team & Routed;

export function createDesk(teams: readonly [RoutedTeam, ...RoutedTeam[]]): Desk {
  const teamFor = (handover: Handover): Team => route(teams, handover).team;
  return {
    teams,
    teamFor,
    teamOf: ({ team: name, thread, ...facts }: Conversation) =>
      teams.find((team) => team.name === name) ??
      teams.find((team) => team.channel === thread?.channel) ??
      teamFor(facts),
  };
}
