import type { ServiceId } from "../../ids.ts";
import type { Conversation } from "../conversation.ts";

/** One that has ended stays as it is, and so does one whose User somebody is giving to another Service. */
export const withHandingBack = (
  conversation: Conversation,
  to: ServiceId,
  at: number,
): Conversation =>
  conversation.state === "open" && !isGoingElsewhere(conversation, to, at)
    ? { ...conversation, handingBackTo: to, handingBackSince: at }
    : conversation;

/** Whoever gives a User away has done it or failed within this time, or was killed. */
const GIVING_MS = 60_000;

/** Whether somebody is giving the User to another Service than this one. */
export const isGoingElsewhere = (
  { state, handingBackTo, handingBackSince = 0 }: Conversation,
  to: ServiceId,
  now: number,
): boolean =>
  state === "open" &&
  handingBackTo !== undefined &&
  handingBackTo !== to &&
  now - handingBackSince < GIVING_MS;

/** The hand-back to this Service is over; another one that somebody has begun since then is not. */
export function withoutHandingBack(conversation: Conversation, to: ServiceId): Conversation {
  const { handingBackTo, handingBackSince: _, ...rest } = conversation;
  return handingBackTo === to ? rest : conversation;
}

/** A hand-back takes seconds. One that is older was interrupted between Parley's answer and its record. */
const HAND_BACK_LIFE_MS = 5 * 60_000;

/** Whether the User is with `owner` because we are handing the User back now; the outcome of that will say more. */
export const isBeingHandedBack = (
  conversation: Conversation,
  owner: ServiceId,
  now: number,
): boolean => conversation.handingBackTo === owner && isHandBackUnderWay(conversation, now);

/** Whether we are handing the User back now, whoever is to have the User then. */
export const isHandBackUnderWay = (
  { state, handingBackTo, handingBackSince = 0 }: Conversation,
  now: number,
): boolean =>
  state === "open" && handingBackTo !== undefined && now - handingBackSince < HAND_BACK_LIFE_MS;
