import type { Conversation } from "../bridge/conversation.ts";
import type { Rule } from "../config/team-config.ts";
import { isSeen } from "../convert/text/clean-name.ts";
import { anyReasonOf } from "../convert/text/reason-of.ts";
import { isJsonObject, type Json } from "../json.ts";
import { fitsCondition } from "./fits-condition.ts";
import { fitsPattern } from "./fits-pattern.ts";
import { valuesAt } from "./values-at.ts";

/** What is known of a User who is handed over. */
export type Handover = Pick<Conversation, "user" | "metadata">;

/** A team with the rules for what it gets; without any it gets what fits no other team. */
export interface Routed {
  readonly when?: readonly Rule[] | undefined;
}

/** Who gets a handover, and by which of its rules, counted from 0; `undefined`: it fits no rule of any team. */
export interface Route<Team> {
  readonly team: Team;
  readonly rule: number | undefined;
}

/**
 * The first team of which one rule fits, or else the one without rules: there is always exactly one. Never fails, and takes
 * time in proportion to the handover, whatever is in it.
 */
export function route<Team extends Routed>(
  teams: readonly [Team, ...Team[]],
  handover: Handover,
): Route<Team> {
  const facts = factsOf(handover);
  for (const team of teams) {
    const rule = team.when?.findIndex((candidate) => fits(candidate, facts)) ?? -1;
    if (rule >= 0) return { team, rule };
  }
  return { team: teams.find(({ when }) => when === undefined) ?? teams[0], rule: undefined };
}

/** What rules ask for. */
export interface RouteFacts {
  readonly reason: string | undefined;
  readonly language: string | undefined;
  readonly metadata: Json | undefined;
}

export function factsOf({ user, metadata }: Handover): RouteFacts {
  const fields = isJsonObject(metadata) ? metadata : {};
  return {
    reason: textIn(fields.reasonCode) ?? anyReasonOf(metadata),
    language: textIn(user.language) ?? textIn(fields.language),
    metadata,
  };
}

/** Of a longer list only the beginning counts, for the same reason as of a long text. */
const MAX_VALUES = 1_000;

/** All that the rule says has to fit. */
const fits = ({ reason, metadata = [], language }: Rule, facts: RouteFacts): boolean =>
  (reason === undefined || fitsPattern(facts.reason, reason)) &&
  metadata.every(({ path, condition }) =>
    fitsCondition([...valuesAt(facts.metadata, path).take(MAX_VALUES)], condition),
  ) &&
  (language === undefined || language.some((wanted) => isLanguage(facts.language, wanted)));

/** `nl` is also `nl-BE`, and not the other way round. */
function isLanguage(given: string | undefined, wanted: string): boolean {
  const [language, prefix] = [given, wanted].map((tag) =>
    tag?.trim().toLowerCase().replaceAll("_", "-"),
  );
  return language !== undefined && (language === prefix || language.startsWith(`${prefix}-`));
}

function textIn(value: Json | undefined): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && isSeen(value) ? value : undefined;
}
