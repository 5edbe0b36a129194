import { createHash } from "node:crypto";
import type { WebClient } from "@slack/web-api";
import type { AgentIdentity } from "../bridge/ports.ts";
import { cleanName } from "../convert/clean-name.ts";
import { callSlack } from "./web-api.ts";

/** Names and pictures change rarely; a change shows within the hour. */
const LIFE_MS = 60 * 60_000;
/** After a failure Slack is asked again soon, but not for every message. */
const FAILURE_LIFE_MS = 60_000;
const NEUTRAL_NAME = "Support";

/** What the configuration says instead of Slack. */
export interface IdentityOverrides {
  /** By Slack id. */
  readonly aliases: Readonly<
    Record<string, Pick<AgentIdentity, "name"> & { avatar?: string | undefined }>
  >;
  /** One for everybody. */
  readonly team: (Pick<AgentIdentity, "name"> & { avatar?: string | undefined }) | undefined;
}

/** Who Slack members are to a User; Slack is asked once an hour for each. Never fails. */
export function createIdentities(
  client: WebClient,
  { aliases, team }: IdentityOverrides,
): (agent: string) => Promise<AgentIdentity> {
  const known = new Map<string, { readonly identity: AgentIdentity; readonly until: number }>();

  return async (agent) => {
    const override = team ?? aliases[agent];
    if (override) {
      const { avatar } = override;
      const name = cleanName(override.name) || NEUTRAL_NAME;
      return { id: numericId(team ? "team" : agent), name, ...(avatar && { avatar }) };
    }
    const before = known.get(agent);
    if (before && before.until > Date.now()) return before.identity;
    const asked = await ask(client, agent).catch(() => undefined);
    const identity = asked ?? before?.identity ?? { id: numericId(agent), name: NEUTRAL_NAME };
    known.set(agent, { identity, until: Date.now() + (asked ? LIFE_MS : FAILURE_LIFE_MS) });
    return identity;
  };
}

async function ask(client: WebClient, agent: string): Promise<AgentIdentity> {
  const { user } = await callSlack("users.info", () => client.users.info({ user: agent }), {
    idempotent: true,
  });
  const profile = user?.profile;
  const name =
    [profile?.display_name, profile?.real_name, user?.real_name, user?.name]
      .map((candidate) => cleanName(candidate ?? ""))
      .find((candidate) => candidate !== "") ?? NEUTRAL_NAME;
  const avatar = profile?.image_192 ?? profile?.image_512 ?? profile?.image_72;
  return {
    id: numericId(agent),
    name,
    ...(avatar?.startsWith("https://") && { avatar }),
  };
}

/** Parley's iOS app wants a whole number; the same member always has the same one. */
const numericId = (agent: string): number =>
  createHash("sha256").update(agent).digest().readUInt32BE(0) & 0x7fffffff;
