import type { SlackMessage } from "../../../convert/to-slack/slack-message.ts";
import { toItemId, toUserId } from "../../../ids.ts";
import type { Texts } from "../../../views/texts/en.ts";

export const LINK = "https://w.slack.com/archives/C1/p1700000000000100";
export const DEAD = { item: toItemId("r_0123456789abcdef01234567"), ts: "1700000000.000100" };

export type Notice = (text: string, texts: Texts) => SlackMessage;

/** As long as ids are taken in. */
export const idOf = (text: string): string => text.slice(0, 200);

/** Only Services with a name match what somebody wrote. */
export const serviceOf = (text: string) => ({ id: idOf(text), name: text.trim() || "Bot" });

export const choiceOf = (text: string) => ({
  wanted: text,
  userId: toUserId(idOf(text)),
  trigger: "1.2",
  services: [{ name: idOf(text) }],
});

export const numbered = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));
