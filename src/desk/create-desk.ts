import type { Conversation } from "../bridge/conversation.ts";
import type { Desk, Team } from "../bridge/desk-ports.ts";
import type { QuickAnswer } from "../config/quick-answer.ts";
import type { TeamConfig } from "../config/team-config.ts";
import type { Log } from "../log.ts";
import { opensAt } from "./hours.ts";
import { type Routed, route } from "./route.ts";

type RoutedTeam = Team & Routed & Pick<TeamConfig, "rules" | "agents" | "leads">;

/** Where there are several teams the log tells which of them gets a User, and by which of its rules. */
export function createDesk(
  teams: readonly [RoutedTeam, ...RoutedTeam[]],
  log: Pick<Log, "info">,
  answers: readonly QuickAnswer[] = [],
): Desk {
  const teamOf = ({ team: name, thread, ...facts }: Conversation) =>
    teams.find((team) => team.name === name) ??
    teams.find((team) => team.channel === thread?.channel) ??
    route(teams, facts).team;

  return {
    teams,
    answers,
    teamFor(handover) {
      const { team, rule } = route(teams, handover);
      if (teams.length > 1) {
        const by = rule === undefined ? {} : { rule: rule + 1 };
        log.info({ user_id: handover.userId, team: team.name, ...by }, "handover.routed");
      }
      return team;
    },
    teamOf,
    rulesOf: (conversation) => teamOf(conversation).rules,
    namedIn(conversation, whom) {
      const { agents, leads } = teamOf(conversation);
      const named = whom === "leads" && leads?.length ? leads : agents;
      return typeof named === "string" ? "here" : named;
    },
    opensAt(conversation, at) {
      const { hours } = teamOf(conversation).rules;
      if (!hours) return undefined;
      const opens = opensAt(hours, at);
      return opens === undefined ? undefined : { at: opens, timezone: hours.timezone };
    },
  };
}
