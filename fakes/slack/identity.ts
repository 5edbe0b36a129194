/** Who is who in the fake workspace; every id has the shape of a real one. */
export const identity = {
  teamId: "T0PARLEY1",
  teamName: "Parley Support",
  /** The company with which channels are shared. */
  partnerTeamId: "T0PARTNER1",
  teamDomain: "parley-support",
  appId: "A0BRIDGE1",
  appName: "Parley Bridge",
  botUserId: "U0BRIDGE1",
  botId: "B0BRIDGE1",
  botName: "parley",
  botToken: "xoxb-1000000001-2000000002-FakeBotTokenOfTheSandbox",
  appToken: "xapp-1-A0BRIDGE1-3000000003-fakeapptokenofthesandbox",
  signingSecret: "8f742231b10e8888abcd99yyyzzz85a5",
  /** The deprecated verification token that Slack still puts into every payload. */
  verificationToken: "fake-verification-token",
} as const;

/** The granted bot scopes unless a test chooses others. */
export const DEFAULT_SCOPES: readonly string[] = [
  "channels:history",
  "groups:history",
  "channels:read",
  "groups:read",
  "chat:write",
  "chat:write.customize",
  "commands",
  "files:read",
  "files:write",
  "im:write",
  "reactions:read",
  "reactions:write",
  "usergroups:read",
  "users:read",
];

/** The bot events that the app is subscribed to unless a test chooses others. */
export const DEFAULT_BOT_EVENTS: readonly string[] = [
  "message.channels",
  "message.groups",
  "reaction_added",
  "app_home_opened",
  "channel_archive",
  "channel_unarchive",
  "channel_deleted",
  "channel_left",
  "channel_rename",
  "channel_id_changed",
  "channel_shared",
  "channel_unshared",
  "group_archive",
  "group_unarchive",
  "group_deleted",
  "group_left",
  "group_rename",
  "member_joined_channel",
  "member_left_channel",
  "app_uninstalled",
  "tokens_revoked",
];
