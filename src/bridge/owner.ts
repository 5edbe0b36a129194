import { NotOwnerError, ParleyApiError, toBridgeError } from "../errors.ts";
import type { ServiceId, UserId } from "../ids.ts";
import type { Destination } from "./conversation.ts";
import type { Parley } from "./ports.ts";

/** After this many tries without an answer about the owner, a waiting User counts more than certainty. */
const OWNER_TRIES = 4;

/**
 * Whether we own the User, as Parley tells it now. While Parley cannot be asked, the item is tried again; in the end
 * the answer is `unknown`.
 */
export async function askOwnership(
  parley: Pick<Parley, "self" | "ownerOf">,
  userId: UserId,
  attempt: number,
): Promise<"ours" | "other" | "unknown"> {
  try {
    const owner = await parley.ownerOf(userId);
    if (owner === undefined) return "unknown";
    return owner === parley.self ? "ours" : "other";
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (error.disposition === "retry" && attempt < OWNER_TRIES) throw error;
    return "unknown";
  }
}

/**
 * Passes if we own the User or Parley does not tell: then Parley itself refuses what we may not send.
 *
 * @throws {NotOwnerError} Parley says that another Service owns the User
 */
export async function assertOwner(
  parley: Pick<Parley, "self" | "ownerOf">,
  userId: UserId,
): Promise<void> {
  const owner = await parley.ownerOf(userId).catch((error: unknown) => {
    if (error instanceof ParleyApiError && error.disposition === "dead-letter") return undefined;
    throw error;
  });
  if (owner !== undefined && owner !== parley.self) throw new NotOwnerError(userId, owner);
}

/** The Service by name; its id where Parley does not tell the name now. */
export async function nameService(
  parley: Pick<Parley, "services">,
  id: ServiceId,
): Promise<Destination> {
  const services = await parley.services().catch(() => []);
  return { id, name: services.find((service) => service.id === id)?.name ?? id };
}
