import type { Journal } from "../delivery/journal.ts";

/**
 * The queues, each in a table of its name: from Parley to Slack, from Slack to Parley, what a desk does by itself at a later
 * time, and what the bot is told. The names are stored: changing one is a migration.
 */
export const QUEUES = ["inbox", "outbox", "clock", "bot"] as const;

export type QueueName = (typeof QUEUES)[number];

/** The journals of all queues. */
export type Journals = Readonly<Record<QueueName, Journal>>;

export const openEach = (open: (queue: QueueName) => Journal): Journals => ({
  inbox: open("inbox"),
  outbox: open("outbox"),
  clock: open("clock"),
  bot: open("bot"),
});
