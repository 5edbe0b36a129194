import { identity } from "./identity.ts";
import type { SlackChannel, SlackUser, Usergroup } from "./state.ts";

/** A human member, as a test describes them. */
export interface MemberOptions {
  /** `U…` */
  readonly id: string;
  readonly name: string;
  readonly realName?: string;
  readonly displayName?: string;
  readonly title?: string;
  readonly email?: string;
  readonly imageUrl?: string;
  /** The account is deactivated. */
  readonly deleted?: boolean;
  readonly isGuest?: boolean;
  /** Default: active. `untold`: Slack answers without it. */
  readonly presence?: "active" | "away" | "untold";
  /** Of another company, with whom channels are shared. Default: our workspace. */
  readonly teamId?: string;
}

export const DEFAULT_MEMBERS: readonly MemberOptions[] = [
  {
    id: "U0ANNA",
    name: "anna",
    realName: "Anna Berg",
    displayName: "Anna",
    email: "anna@parley.test",
  },
  {
    id: "U0BEN",
    name: "ben",
    realName: "Ben Okafor",
    displayName: "Ben",
    email: "ben@parley.test",
  },
];

export function toUser(member: MemberOptions): SlackUser {
  const realName = member.realName ?? member.name;
  return {
    id: member.id,
    name: member.name,
    realName,
    displayName: member.displayName ?? "",
    title: member.title ?? "",
    email: member.email ?? "",
    imageUrl: member.imageUrl ?? "",
    isBot: false,
    deleted: member.deleted ?? false,
    ...(member.isGuest !== undefined && { isGuest: member.isGuest }),
    ...(member.presence !== undefined && { presence: member.presence }),
    ...(member.teamId !== undefined && { teamId: member.teamId }),
  };
}

/** The app's own user. */
export const BOT_USER: SlackUser = {
  ...toUser({ id: identity.botUserId, name: identity.botName, realName: identity.appName }),
  isBot: true,
};

export interface ChannelOptions {
  /** `C…` */
  readonly id: string;
  readonly name: string;
  readonly isPrivate?: boolean;
  /** With another company. */
  readonly isShared?: boolean;
  /** User ids; the bot is a member only if it is among them. */
  readonly members: readonly string[];
}

export function toChannel(options: ChannelOptions): SlackChannel {
  const { id, name, isPrivate = false, isShared = false, members } = options;
  return {
    id,
    name,
    isPrivate,
    isArchived: false,
    isShared,
    created: 1_763_000_000,
    creator: members[0] ?? identity.botUserId,
    members: new Set(members),
  };
}

export interface UsergroupOptions {
  /** `S…` */
  readonly id: string;
  readonly handle: string;
  readonly name?: string;
  /** User ids. */
  readonly users: readonly string[];
  readonly isDisabled?: boolean;
}

export const DEFAULT_USERGROUPS: readonly UsergroupOptions[] = [
  { id: "S0SUPPORT", handle: "support", name: "Support", users: [] },
];

export function toUsergroup({ name, users, ...group }: UsergroupOptions): Usergroup {
  return { ...group, name: name ?? group.handle, users: [...users] };
}
