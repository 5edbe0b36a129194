/**
 * How long the id of an item is kept after its end, ms: far longer than Slack redelivers (24 h with Delayed Events), and longer than
 * anything is read back.
 */
export const KEYS_LIFE_MS = 14 * 86_400_000;
