import { z } from "zod";
import type { Service, Workspace } from "../ports.ts";
import { count, list, optional, record, serviceId, text, time } from "./fields.ts";

/** What Slack and Parley answered at the last start. */
export const workspaceSchema = record<Workspace>({
  team: text,
  url: text,
  botUserId: text,
  botId: text,
  enterprise: optional(text),
  channelNames: optional(z.record(z.string(), z.string())),
});

export const serviceSchema = record<Service>({ id: serviceId, name: text, isDefault: z.boolean() });

/** Who belonged to a user group or a channel when Slack said so last. */
export interface Members {
  readonly members: readonly string[];
  /** When Slack was asked, ms. */
  readonly at: number;
}

export const membersSchema = record<Members>({ members: list(text), at: time });

/** Who somebody was when Slack said so last. */
export interface Standing {
  readonly is: "member" | "guest" | "deactivated" | "no-person" | "other-company";
  /** Of our workspace or organisation, although a request of theirs may come from another workspace. */
  readonly isColleague: boolean;
}

export const standingSchema = record<Standing>({
  is: z.enum(["member", "guest", "deactivated", "no-person", "other-company"]),
  isColleague: z.boolean(),
});

/** Whose turn it was last among the agents of a team. */
export interface LastInTurn {
  /** Slack id. */
  readonly agent: string;
}

export const lastInTurnSchema = record<LastInTurn>({ agent: text });

/** How long Users of a team have waited for their first answer, the newest last. */
export interface FirstWaits {
  /** When they were answered, ms. */
  readonly waits: readonly { readonly at: number; readonly seconds: number }[];
}

export const firstWaitsSchema = record<FirstWaits>({
  waits: list(record<FirstWaits["waits"][number]>({ at: time, seconds: z.number() })),
});

/** How many agents of a team were active in Slack. */
export interface ActiveAgents {
  readonly active: number;
  /** When Slack was asked, ms. */
  readonly at: number;
}

export const activeAgentsSchema = record<ActiveAgents>({ active: count, at: time });
