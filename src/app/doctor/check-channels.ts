import { ConfigError } from "../../errors.ts";
import type { Remark } from "../../ops/doctor/check.ts";
import type { FoundChannel } from "../../slack/find-channel.ts";
import type { Site } from "./site.ts";

/** The channel of each team. @throws {ConfigError} with what is wrong with any */
export async function checkChannels({
  inspection,
  config,
}: Pick<Site, "inspection" | "config">): Promise<readonly Remark[]> {
  const { problems, channels } = await inspection();
  if (problems.length > 0) throw new ConfigError(problems.map(({ advice }) => advice));
  return channels.map((channel) => {
    const teams = config.teams.filter((team) => team.channel === channel.id);
    return remarkOn(channel, teams.map(({ name }) => name).join(", "));
  });
}

function remarkOn(
  { id, name, isPrivate, isShared, isHidden }: FoundChannel,
  teams: string,
): Remark {
  if (isHidden) {
    return {
      status: "open",
      detail: `${id} of ${teams}: Slack does not let the app ask; the first post shows it`,
    };
  }
  const kind = isPrivate ? "private" : "public";
  return {
    status: "ok",
    detail: `#${name ?? id} of ${teams}: ${kind}${isShared ? ", shared with another company" : ""}, and the bot is in it`,
  };
}
