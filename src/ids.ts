import { createHash } from "node:crypto";

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A Parley User's id, e.g. `"11111"`. Parley sends it as a number or as a string; we compare strings. */
export type UserId = Branded<"UserId">;
/** A Parley Service's identification, e.g. `"Jlk9e7cSf9g3FFsaqe39"`. */
export type ServiceId = Branded<"ServiceId">;
/** One conversation, e.g. `"c_5d41402abc4b2a76b9719d91"`; opaque, safe to show to every member of a workspace. */
export type ConversationId = Branded<"ConversationId">;
/** One handover, e.g. `"h_5d41402abc4b2a76b9719d91"`: what bots know it by. */
export type HandoverId = Branded<"HandoverId">;
/** Two arrivals with the same id are the same item. Posts in Slack carry it in their post tag, so that they can be found. */
export type ItemId = Branded<"ItemId">;

/** A thread in Slack. `ts` is the root's. */
export interface Thread {
  readonly team: string;
  readonly channel: string;
  readonly ts: string;
}

/** Longer than any real id, short enough for log lines, keys and addresses. */
const ID_LIMIT = 200;

/**
 * Whether a text from outside can be an id: not empty, at most 200 characters, without control characters, and without a
 * segment of dots alone (`..`), which would lead elsewhere in the path of an address.
 */
export const isId = (text: string): boolean =>
  text.trim() !== "" &&
  text.length <= ID_LIMIT &&
  !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(text) &&
  !/(?:^|[/\\])\.+(?:$|[/\\])/.test(text);

/** A value from outside as an id, without white space around it. `undefined`: it cannot be one, see {@link isId}. */
export function parseId(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  const text = typeof value === "string" ? value.trim() : "";
  return isId(text) ? text : undefined;
}

export const parseUserId = (value: unknown): UserId | undefined =>
  parseId(value) as UserId | undefined;
export const parseServiceId = (value: unknown): ServiceId | undefined =>
  parseId(value) as ServiceId | undefined;

/** For ids that have passed {@link parseUserId} before. */
export const toUserId = (value: string | number): UserId => String(value) as UserId;
/** For ids from the configuration or from Parley itself. */
export const toServiceId = (value: string): ServiceId => value as ServiceId;
export const toItemId = (value: string): ItemId => value as ItemId;
export const toConversationId = (value: string): ConversationId => value as ConversationId;
/** For ids from the state. */
export const toHandoverId = (value: string): HandoverId => value as HandoverId;

const digest = (...parts: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 24);

/** The conversation that this inbox item opens. The same item always opens the same conversation, also after a crash. */
export const makeConversationId = (userId: UserId, openedBy: ItemId): ConversationId =>
  `c_${digest(userId, openedBy)}` as ConversationId;

/** The handover that a bot has given this key. */
export const makeKeyedHandoverId = (key: string): HandoverId =>
  toHandoverId(`h_${digest("handover key", key)}`);

/** The handover without a key that was told of with these bytes. */
export const makeHandoverId = (rawBody: string): HandoverId =>
  toHandoverId(`h_${digest("handover body", rawBody)}`);

/** A text from outside as the id of a handover; `undefined`: it is none. */
export const parseHandoverId = (text: string): HandoverId | undefined =>
  /^h_[0-9a-f]{24}$/.test(text) ? toHandoverId(text) : undefined;

/** The item of a handover that has a key: however often it comes, it is one. */
export const makeHandoverItemId = (handover: HandoverId): ItemId =>
  toItemId(`b_${digest("handover", handover)}`);

/** The item of a Parley message that has an id of its own. Inferred: Parley's ids are unique for an account. */
export const makeMessageItemId = (userId: UserId, messageId: string): ItemId =>
  toItemId(`m_${digest(userId, messageId)}`);

/** The item of a callback without an id: its bytes, and an `occasion` that tells apart those with the same bytes. */
export const makeBodyItemId = (rawBody: string, occasion: string): ItemId =>
  toItemId(`b_${digest(rawBody, occasion)}`);

/** The item of a request that nothing tells from another with the same bytes: each arrival is one of its own, across restarts too. */
export const makeArrivalItemId = (rawBody: string): ItemId =>
  makeBodyItemId(rawBody, `arrival ${crypto.randomUUID()}`);

/** The item of something that the bot is told. By this id it knows what it has had. */
export const makeEventId = (): ItemId => toItemId(`evt_${crypto.randomUUID().replaceAll("-", "")}`);

/** The item of an agent's message in Slack. Channel and `ts` identify it, whichever event reports it. */
export const makeReplyItemId = (team: string, channel: string, ts: string): ItemId =>
  toItemId(`r_${digest(team, channel, ts)}`);

/** An item that another one causes, e.g. the notice about its failure. The same arguments give the same id. */
export const makeDerivedItemId = (from: string, purpose: string): ItemId =>
  toItemId(`d_${digest(from, purpose)}`);

/** Stands for a text that is compared and not kept: another text has another one. */
export const makeFingerprint = (text: string): string => digest(text);

/** The key of a thread in lanes and stores: `T1/C1/1700000000.000100`. Stored: changing it is a migration. */
export const makeThreadKey = ({ team, channel, ts }: Thread): string => `${team}/${channel}/${ts}`;

/** The thread of such a key; `undefined`: it is none. */
export function parseThreadKey(key: string): Thread | undefined {
  const [team, channel, ts] = key.split("/");
  return team !== undefined && channel && ts ? { team, channel, ts } : undefined;
}

export const isSameThread = (a: Thread | undefined, b: Thread): boolean =>
  a !== undefined && makeThreadKey(a) === makeThreadKey(b);

/** Slack's own member. Undocumented: it is also the author of what stands in the place of a deleted root. */
export const SLACKBOT = "USLACKBOT";
