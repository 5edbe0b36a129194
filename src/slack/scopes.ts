/** What the bridge cannot do all of its work without, in the order of `manifest.yml`. */
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
/** By the kind of the channel in which threads open. Without the second of each nobody can tell which kind it is. */
const FOR_CHANNEL = {
  public: ["channels:history", "channels:read"],
  private: ["groups:history", "groups:read"],
  unknown: ["channels:read", "groups:read"],
};

export interface ScopeNeeds {
  channel: keyof typeof FOR_CHANNEL;
  showUserIdentity: boolean;
}

/** What of it the app was not given. */
export function missingScopes(given: readonly string[], needs: ScopeNeeds): readonly string[] {
  const needed = [
    ...FOR_CHANNEL[needs.channel],
    ...ALWAYS,
    ...(needs.showUserIdentity ? ["chat:write.customize"] : []),
  ];
  return needed.filter((scope) => !given.includes(scope));
}
