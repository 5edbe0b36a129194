import type { ReceivedEvent } from "../bot/event-reader.ts";
import type { Availability } from "./bot-bridge.ts";

/** What the User reads before they are handed over. Pure. */
export function wordsBefore(availability: Availability | undefined): string {
  const { open = true, opensAt, waiting, typicalWaitSeconds } = availability ?? {};
  if (!open) {
    const when = opensAt == null ? "not there right now" : `back ${toWeekday(opensAt)}`;
    return `I leave this to my colleagues, who are ${when}.`;
  }
  const words = ["One moment, a colleague takes over from here."];
  if (waiting === 0) words.push("Nobody else is waiting.");
  if (waiting === 1) words.push("Somebody else is waiting, too.");
  if (waiting != null && waiting > 1) words.push(`${waiting} others are waiting, too.`);
  if (typicalWaitSeconds != null) {
    words.push(`The first answer typically takes ${toDuration(typicalWaitSeconds)}.`);
  }
  return words.join(" ");
}

/**
 * What the bot's own web page says beside the chat while the User is with the team, where the bot may not write; null: nothing,
 * undefined: what it said before. Pure.
 */
export function lineAfter({ type, data }: ReceivedEvent): string | null | undefined {
  switch (type) {
    case "handover.accepted": {
      const position = typeof data.position === "number" ? `, number ${data.position} in line` : "";
      return `Waiting for a colleague${position}`;
    }
    case "handover.claimed":
      return `${data.agent === null ? "A colleague" : String(data.agent)} takes care of this`;
    case "handover.waiting": {
      const { remind } = data.step as { readonly remind?: string };
      const reminded = remind === undefined ? "" : "; the team has been reminded";
      return `Still waiting, for ${toDuration(Number(data.waitedSeconds))}${reminded}`;
    }
    case "handover.failed":
      return "The team could not be reached";
    case "handover.answered":
    case "handover.declined":
    case "handover.completed":
      return null;
    default:
      return undefined;
  }
}

/** What the User reads when they are with the bot again. Pure. */
export function wordsAfter(reason: unknown, left: unknown): string {
  const words = [`${WHY_BACK.get(reason) ?? ""}You are back with me, the bot.`];
  if (typeof left === "string" && left !== "") {
    words.push(`My colleague left this for you: ${left}`);
  }
  return words.join(" ");
}

const NOBODY = "I am sorry that nobody was free. ";
const WHY_BACK: ReadonlyMap<unknown, string> = new Map([
  ["declined", "My colleagues cannot help with this. "],
  ["nobody_available", NOBODY],
  ["expired", NOBODY],
  ["outside_hours", "My colleagues have gone home. "],
]);

const WEEKDAY = new Intl.DateTimeFormat("en-GB", { weekday: "long" });
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

function toWeekday(moment: string): string {
  const date = new Date(moment);
  return `on ${WEEKDAY.format(date)} at ${TIME.format(date)}`;
}

function toDuration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes <= 1) return "about a minute";
  return minutes < 90 ? `about ${minutes} minutes` : `about ${Math.round(minutes / 60)} hours`;
}
