import type { MessageToUser, Parley, ParleyFiles, Service } from "../../../src/bridge/ports.ts";
import { FileError, ParleyApiError } from "../../../src/errors.ts";
import { type ServiceId, toServiceId, toUserId, type UserId } from "../../../src/ids.ts";
import type { Json } from "../../../src/json.ts";
import { readFile, type StoredFile, toContent } from "./stored-file.ts";

/** The Users of the stories. */
export const ADA = toUserId("11111");
export const EVE = toUserId("22222");

const service = (name: string): Service => ({
  id: toServiceId(name.toLowerCase().replaceAll(" ", "-")),
  name,
  isDefault: name === "Bot Service",
});

/** Us. */
export const AGENTS = service("Agent Service");
export const BOT = service("Bot Service");
export const NIGHT = service("Night shift");

interface ParleyUser {
  owner: ServiceId;
  /** What the User has of the account, oldest first. */
  readonly messages: MessageToUser[];
  /** The changes of owner that were asked for. */
  readonly handovers: { to: ServiceId; metadata: Json }[];
  /** Whether the User's app shows an agent's name. */
  hasAgent: boolean;
}

/** What Parley has, and its ports. */
export interface MemoryParley {
  readonly parley: Parley;
  readonly parleyFiles: ParleyFiles;
  readonly media: Map<string, StoredFile>;
  /** It answers questions about owners, but not in a way that we understand. */
  hidesOwners: boolean;
  /** It says that it changes owners, and does not. */
  keepsOwners: boolean;
  /** Called after each answer about an owner, or change of one: somebody else may be faster than we are. */
  afterOwner: (userId: UserId) => void;
  user(userId: UserId): ParleyUser;
}

export function createMemoryParley(): MemoryParley {
  const users = new Map<UserId, ParleyUser>();
  const media = new Map<string, StoredFile>();

  function user(userId: UserId): ParleyUser {
    const known = users.get(userId);
    if (known) return known;
    const created = { owner: BOT.id, messages: [], handovers: [], hasAgent: false };
    users.set(userId, created);
    return created;
  }

  /** Whoever does not own a User may change nothing of them but the owner. */
  async function ownedByUs(call: string, userId: UserId): Promise<ParleyUser> {
    const found = await Promise.resolve(user(userId));
    if (found.owner !== AGENTS.id) throw new ParleyApiError(call, 403, ["not_the_owner"]);
    return found;
  }

  const world: MemoryParley = {
    media,
    hidesOwners: false,
    keepsOwners: false,
    afterOwner: () => {},
    user,
    parley: {
      self: AGENTS.id,
      services: () => Promise.resolve([AGENTS, BOT, NIGHT]),
      ownerOf(userId) {
        const { owner } = user(userId);
        world.afterOwner(userId);
        return Promise.resolve(world.hidesOwners ? undefined : owner);
      },
      setOwner(userId, to, metadata) {
        user(userId).handovers.push({ to, metadata });
        if (!world.keepsOwners) user(userId).owner = to;
        world.afterOwner(userId);
        return Promise.resolve();
      },
      async send(userId, message) {
        const to = await ownedByUs("POST message", userId);
        to.messages.push(message);
        to.hasAgent = true;
      },
      async unsetAgent(userId) {
        (await ownedByUs("PUT agent/unset", userId)).hasAgent = false;
      },
    },
    parleyFiles: {
      async upload(file) {
        const id = `media-${media.size + 1}`;
        media.set(id, await readFile(file));
        return id;
      },
      download({ id = "" }) {
        const file = media.get(id);
        if (!file) return Promise.reject(new FileError("gone", { id, name: "" }));
        return Promise.resolve(toContent(file));
      },
    },
  };
  return world;
}
