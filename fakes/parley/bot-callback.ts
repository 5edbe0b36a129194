/** What the scripted bot understands of a callback. */
export type BotEvent =
  | {
      readonly kind: "message";
      readonly userId: string;
      readonly messageId: string;
      readonly text: string | null;
      readonly hasMedia: boolean;
    }
  | {
      readonly kind: "owner";
      readonly userId: string;
      /** Why the User is back, and what may be said to them; whatever the metadata hold. */
      readonly reason: unknown;
      readonly left: unknown;
    }
  | { readonly kind: "other" };

/** Reads every shape of callback that the fake can be told to send. Pure. */
export function toBotEvent(callback: unknown): BotEvent {
  const root = toRecord(callback);
  const body = toRecord(root.body);
  const inner = toRecord(body.body);
  const user = toRecord(body.user);
  if (typeof user.id !== "string" && typeof user.id !== "number") return { kind: "other" };
  const userId = String(user.id);
  const places = [inner, body, root];
  const namesOwner = places.some((place) => "newOwner" in place || "metadata" in place);
  if (namesOwner || root.type === "action") {
    const { reason, messageForUser } = toMetadata(places.map(({ metadata }) => metadata));
    return { kind: "owner", userId, reason, left: messageForUser };
  }
  if (root.type !== "message") return { kind: "other" };
  const message = [toRecord(body.message), inner, body].find(({ id }) => id !== undefined);
  if (message?.typeId !== 1) return { kind: "other" };
  const text = typeof message.message === "string" ? message.message : null;
  const hasMedia = typeof message.media === "object" && message.media !== null;
  return { kind: "message", userId, messageId: String(message.id), text, hasMedia };
}

function toMetadata(candidates: readonly unknown[]): Readonly<Record<string, unknown>> {
  const found = candidates.find((candidate) => candidate !== undefined);
  return toRecord(typeof found === "string" ? fromJson(found) : found);
}

/** Metadata may be anything. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
