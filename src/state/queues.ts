import type { Journal } from "../delivery/journal.ts";

/**
 * The queues, each in a table of its name: from Parley to Slack, from Slack to Parley, and what a desk does by itself at a later
 * time. The names are stored: changing one is a migration.
 */
export const QUEUES = ["inbox", "outbox", "clock"] as const;

export type QueueName = (typeof QUEUES)[number];

/** The journals of all queues. */
export type Journals = Readonly<Record<QueueName, Journal>>;

export const openEach = (open: (queue: QueueName) => Journal): Journals => ({
  inbox: open("inbox"),
  outbox: open("outbox"),
  clock: open("clock"),
});
