import { identity } from "../fakes/slack/identity.ts";
import {
  type ChannelOptions,
  DEFAULT_MEMBERS,
  type MemberOptions,
  type UsergroupOptions,
} from "../fakes/slack/people.ts";

/** What the start file says that a person may do. */
export type Role = "agent" | "lead" | "outsider";

const ANNA = "U0ANNA";
const BEN = "U0BEN";
const CARLA = "U0CARLA";

export const MEMBERS: readonly MemberOptions[] = [
  ...DEFAULT_MEMBERS,
  { id: CARLA, name: "carla", realName: "Carla Sol", displayName: "Carla" },
];

export const ROLES: Readonly<Record<string, Role>> = {
  [ANNA]: "agent",
  [BEN]: "lead",
  [CARLA]: "outsider",
};

/** The channel that the local Slack has anyway. */
export const SUPPORT = "C0SUPPORT";

/** Everybody is in both channels: a role comes from the groups alone. */
export const BILLING: ChannelOptions = {
  id: "C0BILLING",
  name: "billing",
  members: [ANNA, BEN, CARLA, identity.botUserId],
};

export const USERGROUPS: readonly UsergroupOptions[] = [
  { id: "S0SUPPORT", handle: "support-agents", users: [ANNA] },
  { id: "S0BILLING", handle: "billing-agents", users: [ANNA] },
  { id: "S0LEADS", handle: "leads", users: [BEN] },
];
