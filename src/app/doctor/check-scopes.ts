import { ConfigError } from "../../errors.ts";
import { type Remark, withWarnings } from "../../ops/doctor/check.ts";
import { ALL_SCOPES } from "../../slack/missing-scopes.ts";
import { scopesAdvice } from "../../slack/workspace.ts";
import type { Site } from "./site.ts";

/** What the app may do, against `manifest.yml`. @throws {ConfigError} a scope is missing without which something fails */
export async function checkScopes({
  inspection,
}: Pick<Site, "inspection">): Promise<readonly Remark[]> {
  const { scopes, warnings } = await inspection();
  if (!scopes) {
    return [
      { status: "open", detail: "Slack does not tell the scopes; the first post shows them" },
    ];
  }
  const { given, missing } = scopes;
  if (missing.length > 0) throw new ConfigError([scopesAdvice(missing)]);
  const extra = given.filter((scope) => !ALL_SCOPES.includes(scope));
  const tooMany = `the app has more scopes than the bridge uses: ${extra.join(", ")}; take them away at api.slack.com/apps, OAuth & Permissions, unless something else uses this app`;
  return withWarnings(
    `${given.length} scopes, all that are needed`,
    extra.length > 0 ? [...warnings, tooMany] : warnings,
  );
}
