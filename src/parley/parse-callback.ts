import { handoverFacts } from "../bridge/handovers/handover-facts.ts";
import type { ParleyEvent } from "../bridge/parley-event.ts";
import { isSeen } from "../convert/text/clean-name.ts";
import { defined } from "../defined.ts";
import { parseId, parseServiceId, parseUserId, type ServiceId, type UserId } from "../ids.ts";
import { isDeeperThan, isJsonObject, type Json, type JsonObject, MAX_DEPTH } from "../json.ts";
import { parseMetadata } from "../parse-metadata.ts";
import type { UserDetails } from "../views/root-user.ts";
import { parseMessage } from "./parse-message.ts";

/**
 * Parses a callback of Parley, wherever in the body its parts are. Only the typing event is documented exactly. All other
 * places are Inferred from it and from Parley's client model, and this module alone knows them.
 * Never throws: a body that nobody understands becomes `unknown`, described by its keys only.
 * Source: developers.parley.io/docs/service-api/setting-up-a-service/payloads, November 2026.
 */
export function parseCallback(body: Json, self: ServiceId): ParleyEvent {
  if (!isJsonObject(body)) return { kind: "unknown", shape: "no object" };
  if (isDeeperThan(body, MAX_DEPTH)) return { kind: "unknown", shape: "nested too deep" };
  // From the documented place outwards: `body.body`, `body`, root.
  const inner = objectAt(body.body);
  const innermost = objectAt(inner.body);
  const messages = [objectAt(inner.message), objectAt(body.message)];
  const levels = [inner, innermost, body, objectAt(body.data), ...messages];
  const names = [inner, innermost, body]
    .flatMap(({ type, name, event, action }) => [type, name, event, action])
    .filter((name) => typeof name === "string")
    .map((name) => name.toLowerCase());

  if (names.some((name) => name.includes("merg"))) {
    return parseMerge(levels) ?? unknown(body);
  }
  const about = findUser(levels);
  if (!about) return unknown(body);

  if (names.includes("starttyping")) return { kind: "typing", ...about, active: true };
  if (names.includes("stoptyping")) return { kind: "typing", ...about, active: false };

  const metadata = first(levels, ({ metadata: value }) => parseMetadata(value));
  const newOwner = first(levels, ({ newOwner: value }) => parseOwner(value));
  if (newOwner === "unreadable") return unknown(body);
  if (newOwner !== undefined && newOwner !== self) {
    return { kind: "owner-changed", ...about, newOwner };
  }
  const isNamed = names.some((name) => /owner|hand.?over/.test(name));
  if (newOwner === self || (isNamed && metadata !== undefined)) {
    // What Parley itself knows of the User counts more.
    return { kind: "handover", ...about, ...handoverFacts(about, metadata) };
  }

  // Objects only: a bare string is the text of the object around it, and that object has the id and the type.
  const candidates: readonly (Json | undefined)[] = [
    ...[objectAt(inner.message), innermost, inner, objectAt(body.message), body],
    // But if nothing else is there, a bare string is the message.
    ...(names.includes("message") ? [inner.body, body.body] : []),
  ];
  for (const candidate of candidates) {
    const message = parseMessage(candidate);
    if (message) return { kind: "message", ...about, message };
  }
  return unknown(body);
}

/** The account that a callback says it belongs to, if it says so. */
export function accountOf(body: Json): string | undefined {
  if (!isJsonObject(body)) return undefined;
  const inner = objectAt(body.body);
  const account = first([objectAt(inner.body), inner, body], ({ accountIdentification }) =>
    accountIdentification === null ? undefined : accountIdentification,
  );
  // A value that is no id is not our account. It is not shown: it may be nested without end.
  return account === undefined ? undefined : (parseId(account) ?? "unreadable");
}

interface About {
  userId: UserId;
  user: UserDetails;
}

function findUser(levels: readonly JsonObject[]): About | undefined {
  return first(levels, ({ user, userId, user_id }) => {
    const given = isJsonObject(user) ? user.id : user;
    const id = parseUserId(given) ?? parseUserId(userId) ?? parseUserId(user_id);
    if (id === undefined) return undefined;
    return { userId: id, user: isJsonObject(user) ? parseDetails(user) : {} };
  });
}

function parseDetails(user: JsonObject): UserDetails {
  const externalId = parseId(user.uniqueIdentifier);
  const given = parseMetadata(user.additionalInformation);
  const information = isJsonObject(given) ? given : {};
  const name = firstText(information.name, information.fullName, information.firstName);
  const email = firstText(information.email, information.emailAddress);
  return defined({ externalId, name, email });
}

/** Only if both ids and the direction are certain: merging the wrong Users could show one's messages to another. */
function parseMerge(levels: readonly JsonObject[]): ParleyEvent | undefined {
  const pairs = [
    ["from", "to"],
    ["old", "new"],
    ["source", "target"],
    ["fromUser", "toUser"],
    ["oldUser", "newUser"],
    ["oldUserId", "newUserId"],
    ["fromUserId", "toUserId"],
    ["sourceUser", "targetUser"],
  ] as const;
  const found = levels.flatMap((level) =>
    pairs.flatMap(([fromKey, toKey]) => {
      const [from, to] = [level[fromKey], level[toKey]];
      const fromId = parseUserId(isJsonObject(from) ? from.id : from);
      const toId = parseUserId(isJsonObject(to) ? to.id : to);
      if (fromId === undefined || toId === undefined || fromId === toId) return [];
      return [{ from: fromId, to: toId, user: isJsonObject(to) ? parseDetails(to) : {} }];
    }),
  );
  const [merge, ...others] = found;
  if (!merge || others.some(({ from, to }) => from !== merge.from || to !== merge.to))
    return undefined;
  return {
    kind: "merged",
    from: merge.from,
    userId: merge.to,
    user: merge.user,
  };
}

const isGiven = (value: Json | undefined): boolean =>
  value !== undefined && value !== null && value !== "";

/** `unreadable`: there is an owner, but not us. */
const parseOwner = (value: Json | undefined): ServiceId | "unreadable" | undefined => {
  if (!isGiven(value)) return undefined;
  return (
    parseServiceId(isJsonObject(value) ? (value.identification ?? value.id) : value) ?? "unreadable"
  );
};

/** Describes a body by its keys: values could be what people wrote. */
function unknown(body: JsonObject): ParleyEvent {
  const keys = (value: JsonObject) =>
    Object.keys(value)
      .slice(0, 20)
      .map((key) => key.slice(0, 40))
      .join(",");
  const inner = objectAt(body.body);
  const type = typeof body.type === "string" && /^[\w.-]{1,40}$/.test(body.type) ? body.type : "?";
  return { kind: "unknown", shape: `type ${type}, keys ${keys(body)}; body ${keys(inner)}` };
}

const objectAt = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});

function first<T>(
  levels: readonly JsonObject[],
  read: (level: JsonObject) => T | undefined,
): T | undefined {
  for (const level of levels) {
    const value = read(level);
    if (value !== undefined) return value;
  }
  return undefined;
}

const firstText = (...values: readonly (Json | undefined)[]): string | undefined =>
  values.find((value): value is string => typeof value === "string" && isSeen(value))?.trim();
