import { randomBytes } from "node:crypto";
import type { StoredMedia } from "./media.ts";
import type { MessageAgent, ParleyMessage } from "./message.ts";
import type { ServiceOptions } from "./options.ts";

export interface ParleyService {
  readonly identification: string;
  readonly name: string;
  /** True for exactly one Service. */
  default: boolean;
  sharedSecret: string;
  callbackUrl: string | null;
  callbackHeaders: Readonly<Record<string, string>>;
}

export interface ParleyHandover {
  readonly from: string | null;
  readonly to: string;
  readonly by: string | null;
  readonly metadata: unknown;
  readonly at: number;
}

export interface ParleyUser {
  readonly id: string;
  /** The customer id of a registered User; null when anonymous. */
  readonly uniqueIdentifier: string | null;
  additionalInformation: unknown;
  /** Identification of the connected Service; null until the User writes or is handed over. */
  owner: string | null;
  /** Who the client shows as answering now; null after agent/unset. */
  agent: MessageAgent | null;
  /** Oldest first. */
  messages: ParleyMessage[];
  readonly handovers: ParleyHandover[];
}

interface ParleyDevice {
  readonly identification: string;
  userId: string;
}

interface ParleyMerger {
  readonly from: string;
  readonly to: string;
  readonly at: number;
}

/** All that the fake remembers. Users who were absorbed by another are no longer in `users`. */
export interface ParleyState {
  readonly services: Map<string, ParleyService>;
  readonly users: Map<string, ParleyUser>;
  readonly devices: Map<string, ParleyDevice>;
  /** By the id that the upload answered. */
  readonly media: Map<string, StoredMedia>;
  readonly mergers: ParleyMerger[];
  nextUserId: number;
  nextMessageId: number;
}

export interface NewService extends ServiceOptions {
  readonly name: string;
  readonly default?: boolean;
  readonly sharedSecret?: string;
}

export interface NewUser {
  readonly id?: string | number;
  readonly uniqueIdentifier?: string | null;
  readonly additionalInformation?: unknown;
}

export function createParleyState(): ParleyState {
  return {
    services: new Map(),
    users: new Map(),
    devices: new Map(),
    media: new Map(),
    mergers: [],
    nextUserId: 11_111,
    nextMessageId: 10_737,
  };
}

/** The first Service is the default one whatever it asks for; a later default one takes its place. */
export function addService(
  state: ParleyState,
  service: NewService,
  accountSecret: string,
): ParleyService {
  const identification = service.identification ?? randomBytes(10).toString("hex");
  if (state.services.has(identification)) throw new Error(`Service exists: ${identification}`);
  const isDefault = service.default === true || state.services.size === 0;
  if (isDefault) for (const other of state.services.values()) other.default = false;
  const added: ParleyService = {
    identification,
    name: service.name,
    default: isDefault,
    sharedSecret: service.sharedSecret ?? accountSecret,
    callbackUrl: service.callbackUrl ?? null,
    callbackHeaders: service.callbackHeaders ?? {},
  };
  state.services.set(identification, added);
  return added;
}

export function addUser(state: ParleyState, user: NewUser): ParleyUser {
  const id = String(user.id ?? state.nextUserId);
  if (state.users.has(id)) throw new Error(`User exists: ${id}`);
  state.nextUserId = Math.max(state.nextUserId, Number(id) || 0) + 1;
  const added: ParleyUser = {
    id,
    uniqueIdentifier: user.uniqueIdentifier ?? null,
    additionalInformation: user.additionalInformation ?? null,
    owner: null,
    agent: null,
    messages: [],
    handovers: [],
  };
  state.users.set(id, added);
  return added;
}

/** @throws {Error} when the fake knows no such User; for callers in the same process, not for the API */
export function userOf(state: ParleyState, id: string | number): ParleyUser {
  const user = state.users.get(String(id));
  if (!user) throw new Error(`No such User: ${id}`);
  return user;
}

/** @throws {Error} when the fake knows no such Service */
export function serviceOf(state: ParleyState, identification: string): ParleyService {
  const service = state.services.get(identification);
  if (!service) throw new Error(`No such Service: ${identification}`);
  return service;
}

/** The connected Service, or the default one for a User whom none owns yet. */
export function ownerOf(state: ParleyState, user: ParleyUser): ParleyService {
  if (user.owner !== null) return serviceOf(state, user.owner);
  for (const service of state.services.values()) if (service.default) return service;
  throw new Error("No default Service");
}
