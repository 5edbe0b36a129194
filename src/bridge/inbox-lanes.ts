import { makeThreadKey, type Thread, type UserId } from "../ids.ts";

/* The lanes of the inbox, and an order in them. Stored: changing one is a migration. */

/** Of all that a User's thread shows. */
export const userLane = (userId: UserId): string => `user/${userId}`;

/** Of notices to one agent and of marks: they need no place among the posts, and must not wait for them. */
export const ephemeralLane = (thread: Thread): string => `aside/${makeThreadKey(thread)}`;

/** Of posts in a thread of ours whose User is not known any more. */
export const threadLane = (thread: Thread): string => `thread/${makeThreadKey(thread)}`;

/** Of what is noticed about a channel of a team. */
export const channelLane = (channel: string): string => `channel/${channel}`;

/** Of what is told to one person directly. */
export const personLane = (person: string): string => `person/${person}`;

/** Of Users who are given to the agents of a team in turn. */
export const turnsLane = (team: string): string => `turns/${team}`;

/** Of callbacks that are not understood, and so are about nobody. */
export const UNKNOWN_LANE = "unknown";

/** The `sort` of items that may come after any message, so that they are no barrier between messages. */
export const BEHIND_MESSAGES = "~";
