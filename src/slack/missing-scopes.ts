/** The scopes that the bridge always needs, in the order of `manifest.yml`. */
const ALWAYS = [
  "chat:write",
  "commands",
  "files:read",
  "files:write",
  "reactions:read",
  "reactions:write",
  "usergroups:read",
  "users:read",
];
/** The scopes for each kind of channel in which threads open. Without the second of a kind Slack does not say which it is. */
const FOR_CHANNEL = {
  public: ["channels:history", "channels:read"],
  private: ["groups:history", "groups:read"],
  unknown: ["channels:read", "groups:read"],
};

/** All that any bridge uses. */
export const ALL_SCOPES: readonly string[] = [
  ...Object.values(FOR_CHANNEL).flat(),
  ...ALWAYS,
  "im:write",
  "chat:write.customize",
];

export interface ScopeNeeds {
  channel: keyof typeof FOR_CHANNEL;
  /** Posts are to show the User's name whatever happens; otherwise that scope is one of the optional ones. */
  showUserIdentity: boolean;
  /** There is somebody who may be written to directly. */
  writesToPeople: boolean;
}

/** The needed scopes that the app was not given. */
export function missingScopes(given: readonly string[], needs: ScopeNeeds): readonly string[] {
  const needed = [
    ...FOR_CHANNEL[needs.channel],
    ...ALWAYS,
    ...(needs.writesToPeople ? ["im:write"] : []),
    ...(needs.showUserIdentity ? ["chat:write.customize"] : []),
  ];
  return needed.filter((scope) => !given.includes(scope));
}
