import type { Item } from "../delivery/lanes.ts";
import {
  type BridgeError,
  NotOwnerError,
  OvertakenError,
  OwnerUnchangedError,
  ParleyApiError,
  RateLimitedError,
  toBridgeError,
} from "../errors.ts";
import type { ServiceId, UserId } from "../ids.ts";
import type { Json } from "../json.ts";
import type { Destination } from "../views/root-state.ts";
import type { Patience } from "./patience.ts";
import type { Parley } from "./ports.ts";

export interface AskOwnershipDependencies {
  parley: Pick<Parley, "self" | "ownerOf">;
  patience: Patience;
}

/**
 * Whether we own the User now, according to Parley. While Parley cannot be asked this throws, so that the item is tried
 * again; after a while the answer is `unknown`.
 */
export async function askOwnership(
  userId: UserId,
  { triedMs }: Pick<Item<unknown>, "triedMs">,
  { parley, patience }: AskOwnershipDependencies,
): Promise<"ours" | "other" | "unknown"> {
  try {
    const owner = await parley.ownerOf(userId);
    if (owner === undefined) return "unknown";
    return owner === parley.self ? "ours" : "other";
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (error.disposition === "retry" && triedMs < patience.ownerMs) throw error;
    return "unknown";
  }
}

/**
 * Passes if we own the User. Passes also if Parley does not say who does, because Parley then refuses what we may not send.
 *
 * @throws {NotOwnerError} Parley says that another Service owns the User
 */
export async function assertOwner(
  parley: Pick<Parley, "self" | "ownerOf">,
  userId: UserId,
): Promise<void> {
  const owner = await parley.ownerOf(userId).catch((error: unknown) => {
    if (isFinal(error)) return undefined;
    throw error;
  });
  const refusal = otherThanUs(owner, userId, parley);
  if (refusal) throw refusal;
}

const otherThanUs = (
  owner: ServiceId | undefined,
  userId: UserId,
  { self }: Pick<Parley, "self">,
): NotOwnerError | undefined =>
  owner === undefined || owner === self ? undefined : new NotOwnerError(userId, owner);

/** For so long something waits whose User Parley does not know: word that they were merged into another may be on its way. */
const UNKNOWN_LIFE_MS = 60_000;

/**
 * What is behind a refusal, as it says itself or as Parley says when asked: another Service has the User
 * ({@link NotOwnerError}), or Parley knows no such User, which for a while may mean that they live on as another one
 * ({@link OvertakenError}).
 */
export async function behindRefusal(
  parley: Pick<Parley, "self" | "ownerOf">,
  userId: UserId,
  refusal: BridgeError,
  { triedMs }: Pick<Item<unknown>, "triedMs">,
): Promise<NotOwnerError | OvertakenError | undefined> {
  if (refusal instanceof NotOwnerError) return refusal;
  if (!isFinal(refusal)) return undefined;
  try {
    const owner = await parley.ownerOf(userId);
    return otherThanUs(owner, userId, parley);
  } catch (thrown) {
    return isFinal(thrown) && triedMs < UNKNOWN_LIFE_MS ? new OvertakenError(userId) : undefined;
  }
}

const isFinal = (error: unknown): boolean =>
  error instanceof ParleyApiError && error.disposition === "dead-letter";

/**
 * Gives the User to a Service. Resolves only if Parley says afterwards that this Service has the User, or if Parley
 * accepted the change and does not say who has the User now. Safe to repeat.
 *
 * @throws {OwnerUnchangedError} another Service has the User although Parley accepted the change
 */
export async function giveTo(
  parley: Pick<Parley, "ownerOf" | "setOwner">,
  userId: UserId,
  to: ServiceId,
  metadata: Json,
): Promise<void> {
  let doubt: BridgeError | undefined;
  try {
    await parley.setOwner(userId, to, metadata);
  } catch (thrown) {
    doubt = toBridgeError(thrown);
    // Only if the answer was lost or unreadable may the change have been made nevertheless.
    if (doubt.disposition !== "retry" || doubt instanceof RateLimitedError) throw doubt;
  }
  const owner = await parley.ownerOf(userId).catch(() => undefined);
  if (owner === to) return;
  if (doubt) throw doubt;
  if (owner !== undefined) throw new OwnerUnchangedError(userId, owner);
}

/** The name of a Service; its id if Parley does not give the name now. */
export async function nameService(
  parley: Pick<Parley, "services">,
  id: ServiceId,
): Promise<Destination> {
  const services = await parley.services().catch(() => []);
  return { id, name: services.find((service) => service.id === id)?.name ?? id };
}
