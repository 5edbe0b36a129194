import type { DeskRules } from "../config/desk-rules.ts";
import type { QuickAnswer } from "../config/quick-answer.ts";
import type { Refusal } from "../errors.ts";
import type { Conversation } from "./conversation.ts";

/** Agents who answer in one channel. */
export interface Team {
  /** What people call it. Without a configuration file there is a single team, and nobody reads its name. */
  readonly name: string;
  /** Where its threads open. */
  readonly channel: string;
}

/**
 * The people who are told what befalls a team, by Slack's ids: each once. `mayBeMore`: Slack has never said who is in one of the
 * groups that were asked.
 */
export type Responsible = (
  team: Team,
) => Promise<{ readonly people: readonly string[]; readonly mayBeMore: boolean }>;

/** Those who may answer for a team and are called so, by Slack's ids. Never fails: nobody if Slack does not say, or of a crowd. */
export type AgentsCalled = (team: Team, name: string) => Promise<readonly string[]>;

/** What the team's side decides. */
export interface Desk {
  /** In the order of the configuration. */
  readonly teams: readonly [Team, ...Team[]];
  /** What agents can send with a few clicks. */
  readonly answers: readonly QuickAnswer[];
  /** Who gets a User that is handed over with this. */
  teamFor(handover: Pick<Conversation, "userId" | "user" | "metadata">): Team;
  /**
   * Who has the conversation. Its team may have gone from the configuration: then it is the one that has the channel of its
   * thread, or else the one that would get the User now.
   */
  teamOf(conversation: Conversation): Team;
  /** What the desk of the team that has it does by itself. */
  rulesOf(conversation: Conversation): DeskRules;
  /** Who is named where the group that answers is meant, or those who lead it: Slack's ids, or everybody who is there. */
  namedIn(conversation: Conversation, whom: "group" | "leads"): readonly string[] | "here";
  /** When its team is there again, from the moment `at` (ms) on, and in which time zone; `undefined`: nobody knows. */
  opensAt(
    conversation: Conversation,
    at: number,
  ): { readonly at: number; readonly timezone: string } | undefined;
}

/** The agents of a team who get Users one after the other. */
export interface AgentsInTurn {
  /**
   * Whose turn it is, Slack's id; `undefined`: nobody's, because nobody is there or Slack does not say.
   *
   * @throws a member of the error family, where it can pass
   */
  next(team: Team): Promise<string | undefined>;
  /** It is the turn of those behind this one from now on. On disk when resolved. */
  passed(team: Team, agent: string): Promise<void>;
}

/** How it stands with a team, as of some seconds ago. */
export interface TeamNow {
  readonly open: boolean;
  /** When it opens, ms since the epoch; missing while it is open, and where there is no such moment within years. */
  readonly opensAt?: number;
  /** How many of its Users wait for an answer; missing: the state has not told for minutes. */
  readonly waiting?: number;
  /** How long Users of the last days have waited for their first answer, as a median; missing: of too few that is known. */
  readonly typicalWaitSeconds?: number;
  /** How many of its agents are active in Slack; missing where nobody can tell. */
  readonly agentsActive?: number;
}

export interface Availability {
  /** Never fails, and takes a second at most. The same for all replicas, but for seconds. */
  of(team: Team): Promise<TeamNow>;
}

/** Somebody who is about to do something. */
export interface Actor {
  /** Slack id. */
  readonly agent: string;
  /** The workspace that the request came from, where that is not ours. */
  readonly foreignTeam?: string;
}

/**
 * What it takes to be allowed to do something: to belong to this team, or to any. Whoever leads a team is an agent of it too. `eraser`:
 * whoever is named as a lead; where a team names none, agents do all that leads do but that.
 */
export interface Deed {
  readonly as: "agent" | "lead" | "eraser";
  readonly team: Team | undefined;
}

/** Who may answer Users, move them, and see who they are. */
export interface Permissions {
  /**
   * `undefined`: nothing speaks against it. Without a deed it only has to be a person of ours. Never fails. After `withinMs`
   * what was known before decides.
   */
  refusalOf(actor: Actor, deed?: Deed, withinMs?: number): Promise<Refusal | undefined>;
  /** The teams whose agent or lead somebody is, in the order of the configuration. Never fails, and as fast as above. */
  teamsOf(agent: string, withinMs?: number): Promise<readonly Team[]>;
}
