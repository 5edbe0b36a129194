import type { Site } from "./site.ts";

/** The bot's token. @throws as {@link Site.inspection} */
export async function checkSlackToken({ inspection }: Pick<Site, "inspection">): Promise<string> {
  const { team, botUserId } = (await inspection()).workspace;
  return `workspace ${team}, the bot is ${botUserId}`;
}
