import type { HandoverId } from "../../ids.ts";
import type { Conversation } from "../conversation.ts";
import type { KnownHandover } from "./handover-of.ts";

/** Until when the User waits for an answer of an agent at most. Times are ms since the epoch. */
export interface Lease {
  /** The handover that said so, and when it came: only an answer since then counts. */
  readonly handover: HandoverId;
  readonly since: number;
  readonly until: number;
  /** How often the desk has begun to hand the User back because of it, and when last. */
  readonly tried?: number;
  readonly triedAt?: number;
}

/** Only so many of the newest are kept. */
const MAX_HANDOVERS = 20;

/** When a conversation gets a handover, and how long it may wait then. */
export interface Arrival extends KnownHandover {
  /** ms since the epoch. */
  readonly at: number;
  readonly expiresInSeconds?: number;
}

/**
 * With this handover too, and with the lease that it sets; one that has come before sets none. Bots know events by the newest id, so
 * one that nobody has named is the newest only where it is the first.
 */
export function withArrival<Given extends Pick<Conversation, "handovers" | "lease">>(
  conversation: Given,
  { id, isNamed, at, expiresInSeconds }: Arrival,
): Given {
  const { handovers: known = [], lease } = conversation;
  const isKnown = known.includes(id);
  const sets =
    expiresInSeconds !== undefined && lease?.handover !== id && (!isKnown || known.at(-1) === id);
  if (isKnown && !sets) return conversation;
  const all = isNamed || known.length === 0 ? [...known, id] : [id, ...known];
  return {
    ...conversation,
    handovers: isKnown ? known : all.slice(-MAX_HANDOVERS),
    ...(sets && { lease: { handover: id, since: at, until: at + expiresInSeconds * 1000 } }),
  };
}

/** The lease that runs; `undefined`: there is none, or an agent has answered since. */
export const runningLease = ({
  state,
  lease,
  lastAnswerAt = 0,
}: Pick<Conversation, "state" | "lease" | "lastAnswerAt">): Lease | undefined =>
  state === "open" && lease && lastAnswerAt < lease.since ? lease : undefined;

/** What tells one lease of a conversation from another. */
export type LeaseName = Pick<Lease, "handover" | "since">;

export const isSameLease = (a: LeaseName | undefined, b: LeaseName | undefined): boolean =>
  a !== undefined && a.handover === b?.handover && a.since === b.since;

/** A hand-back that did not work is tried again after this time. */
const AGAIN_MS = 10 * 60_000;

/** When the User is to be handed back because of it, next. */
export const leaseEndsAt = ({ until, triedAt }: Lease): number =>
  triedAt === undefined ? until : triedAt + AGAIN_MS;

/** The desk hands the User back because of this lease, at the moment `at` (ms). */
export const withLeaseTried = (
  conversation: Conversation,
  lease: Lease,
  at: number,
): Conversation =>
  isSameLease(conversation.lease, lease)
    ? { ...conversation, lease: { ...lease, tried: (lease.tried ?? 0) + 1, triedAt: at } }
    : conversation;
