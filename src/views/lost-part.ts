import { shorten } from "../convert/text/slack-text.ts";
import type { Texts } from "./texts/en.ts";

/** A part of an agent's message that only Slack can show, by Slack's name of its kind. Literal text. */
export const describeLostPart = (kind: string, { lostParts }: Texts): string =>
  Object.hasOwn(lostParts.known, kind)
    ? lostParts.known[kind as keyof Texts["lostParts"]["known"]]
    : lostParts.unknown(shorten(kind, 75));
