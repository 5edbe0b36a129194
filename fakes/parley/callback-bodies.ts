import type { ParleyMessage } from "./message.ts";
import type { ParleySettings } from "./options.ts";
import type { ParleyHandover, ParleyService, ParleyUser } from "./state.ts";

/**
 * The bodies that Parley posts to Services. Only the event `startTyping` is confirmed
 * (developers.parley.io/docs/service-api/setting-up-a-service/payloads, November 2026); the rest is Inferred and shaped
 * by the settings.
 */
export function toEventBody(settings: ParleySettings, user: ParleyUser, name: string): unknown {
  return {
    type: "event",
    body: { name, body: toAccount(settings), user: toCallbackUser(settings, user) },
  };
}

export function toMessageBody(
  settings: ParleySettings,
  user: ParleyUser,
  item: ParleyMessage,
): unknown {
  const { agent: _agent, status: _status, ...content } = item;
  const { messageId, message: shape } = settings.shapes;
  const message = { ...content, id: messageId === "string" ? String(item.id) : item.id };
  const who = { user: toCallbackUser(settings, user) };
  switch (shape) {
    case "body":
      return { type: "message", body: { ...message, ...who } };
    case "body.body":
      return { type: "message", body: { body: message, ...who } };
    case "body.message":
      return { type: "message", body: { message, ...who } };
  }
}

/** Undefined when the settings say that nobody is told. */
export function toHandoverBody(
  settings: ParleySettings,
  user: ParleyUser,
  handover: ParleyHandover,
  newOwner: ParleyService,
): unknown {
  const shape = settings.shapes.handover;
  if (shape === "none") return undefined;
  const details = {
    ...(shape.newOwner === "identification" && { newOwner: newOwner.identification }),
    ...(shape.newOwner === "object" && {
      newOwner: { identification: newOwner.identification, name: newOwner.name },
    }),
    ...(shape.metadata === "object" && { metadata: handover.metadata ?? null }),
    ...(shape.metadata === "json" && { metadata: JSON.stringify(handover.metadata ?? null) }),
  };
  const at = (place: typeof shape.placement) => (shape.placement === place ? details : {});
  return {
    type: shape.type,
    body: {
      name: shape.name,
      body: { ...toAccount(settings), ...at("body.body") },
      user: toCallbackUser(settings, user),
      ...at("body"),
    },
    ...at("root"),
  };
}

/** Undefined when the settings say that nobody is told. */
export function toMergeBody(
  settings: ParleySettings,
  absorbed: ParleyUser,
  surviving: ParleyUser,
): unknown {
  const [from, to] = [toCallbackUser(settings, absorbed), toCallbackUser(settings, surviving)];
  switch (settings.shapes.merge) {
    case "none":
      return undefined;
    case "from/to":
      return { type: "merge", body: { ...toAccount(settings), from, to } };
    case "old/new":
      return { type: "clientMerging", body: { oldUser: from, newUser: to } };
    case "source/target": {
      const ids = { sourceUserId: from.id, targetUserId: to.id };
      const body = { ...toAccount(settings), ...ids };
      return { type: "event", body: { name: "clientMerging", body, user: to } };
    }
  }
}

function toAccount({ account }: ParleySettings) {
  return { accountId: account.id, accountIdentification: account.identification };
}

function toCallbackUser({ shapes }: ParleySettings, user: ParleyUser) {
  const { uniqueIdentifier, additionalInformation } = user;
  const id = shapes.userId === "number" ? Number(user.id) : user.id;
  return { id, uniqueIdentifier, additionalInformation };
}
