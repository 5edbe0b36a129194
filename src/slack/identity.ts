import { createHash } from "node:crypto";
import type { AgentIdentity } from "../bridge/ports.ts";
import type { Config } from "../config/read-config.ts";
import { cleanName } from "../convert/text/clean-name.ts";
import { defined } from "../defined.ts";
import type { FindUser, SlackUser } from "./users.ts";

const NEUTRAL_NAME = "Support";

/** Finds the identity under which a User sees a Slack member. Never fails. */
export function createIdentities(
  findUser: FindUser,
  { aliases, team }: Config["identity"],
): (agent: string) => Promise<AgentIdentity> {
  const known = new WeakMap<SlackUser, AgentIdentity>();
  return async (agent) => {
    const override = team ?? aliases[agent];
    if (override) {
      const { avatar } = override;
      const name = cleanName(override.name) || NEUTRAL_NAME;
      return defined({ id: numericId(team ? "team" : agent), name, avatar });
    }
    const user = await findUser(agent);
    const identity = (user && known.get(user)) ?? toIdentity(agent, user);
    if (user) known.set(user, identity);
    return identity;
  };
}

function toIdentity(agent: string, user: SlackUser | undefined): AgentIdentity {
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

/** A whole number, as Parley's iOS app needs; always the same one for the same member. */
const numericId = (agent: string): number =>
  createHash("sha256").update(agent).digest().readUInt32BE(0) & 0x7fffffff;
