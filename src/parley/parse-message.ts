import type {
  ParleyButton,
  ParleyCard,
  ParleyMedia,
  ParleyMessage,
} from "../convert/to-slack/parley-message.ts";
import { defined } from "../defined.ts";
import { parseId } from "../ids.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/**
 * Parses a message of Parley's client model, or one of the shapes that resemble it. A bare string is its text.
 * `undefined`: it holds nothing that can be shown.
 */
export function parseMessage(value: Json | undefined): ParleyMessage | undefined {
  if (typeof value === "string" && value !== "") return { typeId: 1, text: value };
  if (!isJsonObject(value)) return undefined;
  const card = parseCard(value);
  const carousel = list(value.carousel).flatMap((item) => {
    const parsed = isJsonObject(item) ? parseCard(item) : undefined;
    return parsed && hasContent(parsed) ? [parsed] : [];
  });
  const quickReplies = list(value.quickReplies).filter((reply) => typeof reply === "string");
  if (!hasContent(card) && carousel.length === 0 && quickReplies.length === 0) return undefined;
  const id = parseId(value.id ?? value.messageId);
  const time = number(value.time);
  return {
    ...card,
    typeId: number(value.typeId) ?? 1,
    ...defined({ id, time }),
    ...(carousel.length > 0 && { carousel }),
    ...(quickReplies.length > 0 && { quickReplies }),
  };
}

const hasContent = (card: ParleyCard): boolean => Object.keys(card).length > 0;

function parseCard(value: JsonObject): ParleyCard {
  const title = text(value.title);
  const body = text(value.message) ?? text(value.text);
  const media = parseMedia(value.media) ?? parseImage(value.image);
  const buttons = list(value.buttons).flatMap(parseButton);
  return {
    ...defined({ title, text: body, media }),
    ...(buttons.length > 0 && { buttons }),
  };
}

function parseMedia(value: Json | undefined): ParleyMedia | undefined {
  if (typeof value === "string" && value !== "") return { id: value };
  if (!isJsonObject(value)) return undefined;
  const fields = ["id", "mimeType", "year", "month", "day", "filename", "description"] as const;
  const given = fields.flatMap((field) => {
    const found = text(value[field]);
    return found === undefined ? [] : [[field, found] as const];
  });
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}

/** The legacy field: an address, or the id of an image. */
function parseImage(value: Json | undefined): ParleyMedia | undefined {
  const image = text(value);
  if (image === undefined) return undefined;
  return /^https?:/.test(image) ? { url: image } : { id: image };
}

function parseButton(value: Json): ParleyButton[] {
  if (!isJsonObject(value)) return [];
  const title = text(value.title);
  const payload = text(value.payload);
  if (title === undefined && payload === undefined) return [];
  return [
    {
      type: text(value.type) ?? "reply",
      ...defined({ title, payload }),
    },
  ];
}

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

function text(value: Json | undefined): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function number(value: Json | undefined): number | undefined {
  const parsed = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof parsed === "number" && Number.isFinite(parsed) ? parsed : undefined;
}
