import type { DeskRules } from "./desk-rules.ts";

/** A team as it is configured. Ids are Slack's. */
export interface TeamConfig {
  readonly name: string;
  readonly channel: string;
  /** Where `channel` is written, for advice: `SLACK_CHANNEL`, or a key of the file. Missing: there is no file. */
  readonly writtenAt?: string;
  /** Which handovers it gets, if any of these fits; `undefined`: all that fit no other team. Exactly one team has none. */
  readonly when: readonly Rule[] | undefined;
  /** Who may answer: everybody of the workspace, the members of the channel, or these user groups and members. */
  readonly agents: "workspace" | "channel" | readonly string[];
  /** User groups and members who may also move others' Users; `undefined`: agents may. */
  readonly leads: readonly string[] | undefined;
  /** The channel may be shared with another company. */
  readonly allowShared: boolean;
  /** What its desk does by itself. */
  readonly rules: DeskRules;
}

/** Nobody has named teams: there is one, in `SLACK_CHANNEL`. */
export const isWithoutFile = (teams: readonly TeamConfig[]): boolean =>
  teams.every(({ writtenAt }) => writtenAt === undefined);

/** Each once: several teams may have the same one. */
export const channelsOf = (teams: readonly Pick<TeamConfig, "channel">[]): readonly string[] => [
  ...new Set(teams.map(({ channel }) => channel)),
];

/** Which handovers are meant: all that is said has to fit. */
export interface Rule {
  /** Patterns, of which one has to fit the reason. */
  readonly reason?: readonly string[];
  readonly metadata?: readonly { readonly path: string; readonly condition: Condition }[];
  /** Languages, of which the User has one; `nl` is also `nl-BE`. */
  readonly language?: readonly string[];
}

/** What a value of the metadata has to be. */
export type Condition =
  | { readonly kind: "exists" | "missing" }
  | {
      readonly kind: "compares";
      readonly sign: ">" | ">=" | "<" | "<=";
      readonly number: number;
    }
  /** `negated`: none of the values is. */
  | {
      readonly kind: "equals";
      readonly value: string | number | boolean;
      readonly negated: boolean;
    }
  | { readonly kind: "matches"; readonly pattern: string; readonly negated: boolean };
