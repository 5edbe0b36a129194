import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import schema from "../../docs/bot-events.schema.json" with { type: "json" };
import type { ReceivedEvent } from "../../fakes/bot/event-reader.ts";
import { closed } from "./closed.ts";

const ajv = new Ajv2020({ allowUnionTypes: true, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(closed(schema) as object, "events");

/** What is wrong with events by their published schema. */
export const undescribed = (events: readonly ReceivedEvent[]): string[] =>
  events.flatMap(({ id: _, ...event }) =>
    ajv.validate("events", event) ? [] : [`${event.type}: ${ajv.errorsText()}`],
  );
