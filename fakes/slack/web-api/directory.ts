import type {
  EmojiListResponse,
  UsergroupsListResponse,
  UsergroupsUsersListResponse,
  UsersGetPresenceResponse,
  UsersInfoResponse,
  UsersListResponse,
  UsersLookupByEmailResponse,
} from "@slack/web-api";
import { identity } from "../identity.ts";
import { SlackError } from "../slack-error.ts";
import type { SlackState, SlackUser, Usergroup } from "../state.ts";
import type { Arguments } from "./arguments.ts";
import type { Method, Wire } from "./method.ts";
import { page } from "./page.ts";

const PICTURE_SIZES = [24, 32, 48, 72, 192, 512] as const;

function profileOf(user: SlackUser, withEmail: boolean) {
  const pictures = Object.fromEntries(
    PICTURE_SIZES.map((size) => [
      `image_${size}`,
      user.imageUrl || `https://secure.gravatar.com/avatar/${user.id}.jpg?s=${size}`,
    ]),
  );
  return {
    title: user.title,
    phone: "",
    skype: "",
    real_name: user.realName,
    real_name_normalized: user.realName,
    display_name: user.displayName,
    display_name_normalized: user.displayName,
    status_text: "",
    status_emoji: "",
    status_expiration: 0,
    avatar_hash: `g${user.id.toLowerCase()}`,
    first_name: user.realName.split(" ")[0] ?? "",
    last_name: user.realName.split(" ").slice(1).join(" "),
    team: identity.teamId,
    ...(withEmail && user.email && { email: user.email }),
    ...(user.imageUrl && { image_original: user.imageUrl, is_custom_image: true }),
    ...(user.isBot && { bot_id: identity.botId, api_app_id: identity.appId }),
    ...pictures,
  };
}

function userOf(user: SlackUser, state: SlackState) {
  return {
    id: user.id,
    team_id: user.teamId ?? identity.teamId,
    name: user.name,
    deleted: user.deleted,
    color: "9f69e7",
    real_name: user.realName,
    tz: "Europe/Berlin",
    tz_label: "Central European Time",
    tz_offset: 3600,
    profile: profileOf(user, state.scopes.has("users:read.email")),
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: user.isGuest ?? false,
    is_ultra_restricted: false,
    is_bot: user.isBot,
    is_app_user: false,
    updated: 1_763_000_000,
    is_email_confirmed: !user.isBot,
    who_can_share_contact_card: "EVERYONE",
  };
}

const usersInfo: Method = {
  scope: () => "users:read",
  run({ state }, args) {
    const user = state.users.get(args.required("user"));
    if (!user) throw new SlackError("user_not_found");
    return { user: userOf(user, state) } satisfies Wire<UsersInfoResponse>;
  },
};

/** Deactivated members are in it too, as in Slack. */
const usersList: Method = {
  scope: () => "users:read",
  run({ state }, args) {
    const { items, nextCursor } = page([...state.users.values()], args, 200, 200);
    return {
      members: items.map((user) => userOf(user, state)),
      cache_ts: 1_763_000_000,
      response_metadata: { next_cursor: nextCursor },
    } satisfies Wire<UsersListResponse>;
  },
};

const lookupByEmail: Method = {
  scope: () => "users:read.email",
  run({ state }, args) {
    const email = args.required("email").toLowerCase();
    const user = [...state.users.values()].find((each) => each.email.toLowerCase() === email);
    if (!user || user.deleted) throw new SlackError("users_not_found");
    return { user: userOf(user, state) } satisfies Wire<UsersLookupByEmailResponse>;
  },
};

/** Of others than the caller Slack tells nothing but this. */
const usersGetPresence: Method = {
  scope: () => "users:read",
  run({ state }, args) {
    const user = state.users.get(args.required("user"));
    if (!user) throw new SlackError("user_not_found");
    const { presence = "active" } = user;
    return (presence === "untold" ? {} : { presence }) satisfies Wire<UsersGetPresenceResponse>;
  },
};

/** The user groups that the arguments include. */
function includedGroups(state: SlackState, args: Arguments): Usergroup[] {
  const withDisabled = args.flag("include_disabled");
  return state.usergroups.filter(({ isDisabled }) => withDisabled || !isDisabled);
}

const usergroupsList: Method = {
  scope: () => "usergroups:read",
  run({ state }, args) {
    return {
      usergroups: includedGroups(state, args).map(({ id, handle, name, users, isDisabled }) => ({
        id,
        team_id: identity.teamId,
        is_usergroup: true,
        name,
        description: "",
        handle,
        is_external: false,
        date_create: 1_763_000_000,
        date_update: 1_763_000_000,
        date_delete: isDisabled ? 1_763_000_000 : 0,
        created_by: identity.botUserId,
        updated_by: identity.botUserId,
        prefs: { channels: [], groups: [] },
        user_count: users.length,
        ...(args.flag("include_users") && { users: [...users] }),
      })),
    } satisfies Wire<UsergroupsListResponse>;
  },
};

const usergroupsUsersList: Method = {
  scope: () => "usergroups:read",
  run({ state }, args) {
    const id = args.required("usergroup");
    // That a disabled group is answered like none is inferred: the documentation only has the argument that includes it.
    const group = includedGroups(state, args).find((other) => other.id === id);
    if (!group) throw new SlackError("no_such_subteam");
    return { users: [...group.users] } satisfies Wire<UsergroupsUsersListResponse>;
  },
};

const emojiList: Method = {
  scope: () => "emoji:read",
  run({ state }) {
    return {
      emoji: Object.fromEntries(state.emoji),
      cache_ts: "1763000000.000000",
    } satisfies Wire<EmojiListResponse>;
  },
};

export const directory = {
  "users.getPresence": usersGetPresence,
  "users.info": usersInfo,
  "users.list": usersList,
  "users.lookupByEmail": lookupByEmail,
  "usergroups.list": usergroupsList,
  "usergroups.users.list": usergroupsUsersList,
  "emoji.list": emojiList,
} satisfies Record<string, Method>;
