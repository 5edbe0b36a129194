import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { onTestFinished } from "vitest";
import schema from "../../docs/bot-events.schema.json" with { type: "json" };
import {
  type BotReceiver,
  type ReceivedEvent,
  startBotReceiver,
} from "../../fakes/bot/bot-receiver.ts";
import type { Env } from "./world.ts";

export const BOT_SECRET = `whsec_${Buffer.from("a secret of the tests, 32 bytes!").toString("base64")}`;

/** The schema in which nothing may stand that it does not name; bots have to expect more. */
const closed = (part: unknown): unknown => {
  if (typeof part !== "object" || part === null) return part;
  if (Array.isArray(part)) return part.map(closed);
  const parts = Object.entries(part).map(([key, value]) => [key, closed(value)]);
  return Object.fromEntries(
    "properties" in part ? [...parts, ["additionalProperties", false]] : parts,
  );
};

const ajv = new Ajv2020({ allowUnionTypes: true, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(closed(schema) as object, "events");

/** What is wrong with events by their published schema. */
export const undescribed = (events: readonly ReceivedEvent[]): string[] =>
  events.flatMap(({ id: _, ...event }) =>
    ajv.validate("events", event) ? [] : [`${event.type}: ${ajv.errorsText()}`],
  );

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
