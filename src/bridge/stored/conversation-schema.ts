import { z } from "zod";
import { HAND_BACK_REASONS } from "../../config/desk-rules.ts";
import type { TranscriptLine } from "../../convert/to-slack/parley-message.ts";
import type { FurtherReason } from "../../views/root.ts";
import type { Claim, Destination, Ending } from "../../views/root-state.ts";
import { USER_DETAILS } from "../../views/root-user.ts";
import { CLOCK_KINDS, type Clock, type RunningClock } from "../clock.ts";
import type { Conversation, DetailsPost, Moved, Rating } from "../conversation.ts";
import type { Lease } from "../handovers/lease.ts";
import {
  conversationId,
  count,
  flag,
  handoverId,
  itemId,
  json,
  list,
  optional,
  optionalTexts,
  record,
  serviceId,
  text,
  thread,
  time,
  userId,
} from "./fields.ts";

export const userDetailsSchema = optionalTexts(USER_DETAILS);

export const transcriptLineSchema = record<TranscriptLine>({
  from: text,
  text,
  time: optional(z.number()),
});

const destination = record<Destination>({ id: serviceId, name: text });

const ending = record<Ending>({
  at: time,
  to: optional(destination),
  into: optional(thread),
  by: optional(text),
  note: optional(text),
  reason: optional(z.enum(HAND_BACK_REASONS)),
  outcome: optional(text),
  tags: optional(list(text)),
  messageForUser: optional(text),
});

const claim = record<Claim>({ by: text, since: time, ts: optional(text) });

const lease = record<Lease>({
  handover: handoverId,
  since: time,
  until: time,
  tried: optional(count),
  triedAt: optional(time),
});

const kind = z.enum(CLOCK_KINDS);

export const clockSchema = record<Clock>({ kind, since: time });

const runningClock = record<RunningClock>({
  kind,
  since: time,
  done: z.number(),
  tick: count,
  next: optional(time),
  failed: optional(
    record<NonNullable<RunningClock["failed"]>>({
      handBack: z.enum(HAND_BACK_REASONS),
      tried: count,
      at: time,
    }),
  ),
});

const details = record<DetailsPost>({
  below: text,
  since: time,
  ts: optional(text),
  shown: optional(text),
});

const furtherReason = record<FurtherReason>({ reason: text, at: time });

const moved = record<Moved>({
  thread,
  team: optional(text),
  until: text,
  by: text,
  at: time,
  item: itemId,
  inVain: optional(flag),
  unreadAfter: optional(text),
});

const rating = record<Rating>({ stars: z.int().min(1).max(5), comment: optional(text), at: time });

export const conversationSchema = record<Conversation>({
  id: conversationId,
  userId,
  user: userDetailsSchema,
  state: z.enum(["open", "handed-back", "taken-away", "merged"]),
  openedAt: time,
  team: optional(text),
  thread: optional(thread),
  details: optional(details),
  openingSince: optional(time),
  openingIn: optional(text),
  lost: optional(list(thread)),
  moved: optional(list(moved)),
  metadata: optional(json),
  furtherReasons: optional(list(furtherReason)),
  transcript: optional(list(transcriptLineSchema)),
  ownerUnverified: optional(flag),
  previous: optional(thread),
  next: optional(thread),
  lastWroteAt: optional(time),
  claim: optional(claim),
  claimItem: optional(itemId),
  waitingSince: optional(time),
  waitingAnewSince: optional(time),
  firstClaimAt: optional(time),
  firstAnswerAt: optional(time),
  firstAnswerBy: optional(text),
  lastAnswerAt: optional(time),
  clock: optional(runningClock),
  userMessages: count,
  agentMessages: count,
  handingBackTo: optional(serviceId),
  handingBackSince: optional(time),
  ending: optional(ending),
  rating: optional(rating),
  readUntil: optional(text),
  handovers: optional(list(handoverId)),
  lease: optional(lease),
  told: optional(list(itemId)),
  toldAs: optional(userId),
});
