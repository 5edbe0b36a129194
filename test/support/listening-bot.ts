import { onTestFinished } from "vitest";
import { type BotReceiver, startBotReceiver } from "../../fakes/bot/bot-receiver.ts";
import { undescribed } from "./undescribed.ts";
import type { Env } from "./world.ts";

export const BOT_SECRET = `whsec_${Buffer.from("a secret of the tests, 32 bytes!").toString("base64")}`;

/** A bot that takes events until the test ends, and what the bridge has to know of it. What it gets has to be as documented. */
export async function startListeningBot(): Promise<{ bot: BotReceiver; env: Env }> {
  const bot = await startBotReceiver(BOT_SECRET);
  onTestFinished(async () => {
    await bot.close();
    const failures = [...bot.failures, ...undescribed(bot.events)];
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("; "));
  });
  return {
    bot,
    env: {
      BOT_EVENTS_URL: bot.url,
      BOT_EVENTS_SECRET: BOT_SECRET,
      BOT_EVENTS_ALLOW_PRIVATE: "true",
    },
  };
}

/** What the bot was told of a User, in order, without the common beginning. */
export const toldAbout = ({ events }: BotReceiver, userId: string): string[] =>
  events
    .filter(({ data }) => data.userId === userId)
    .map(({ type }) => type.replace(/^handover\./, ""));
