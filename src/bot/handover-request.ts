import { z } from "zod";
import { handoverFacts } from "../bridge/handovers/handover-facts.ts";
import { userLane } from "../bridge/inbox-lanes.ts";
import type { InboxBody } from "../bridge/stored/inbox-body.ts";
import { defined } from "../defined.ts";
import type { NewItem } from "../delivery/lanes.ts";
import { givenId, HANDOVER_FIELDS, idempotencyKey as keySchema } from "../handover-fields.ts";
import {
  type HandoverId,
  makeArrivalItemId,
  makeHandoverId,
  makeHandoverItemId,
  makeKeyedHandoverId,
  toUserId,
} from "../ids.ts";
import { isDeeperThan, type Json, MAX_DEPTH } from "../json.ts";
import { parseMetadata } from "../parse-metadata.ts";
import { toUnixSeconds } from "./to-unix-seconds.ts";

const line = z.object({
  from: z.string(),
  text: z.string(),
  time: z.unknown().optional().transform(toUnixSeconds),
});

/** Ends at the first line that is wrong: while it says what is wrong with each of half a million nothing else would be done. */
const transcript = z.array(z.unknown()).transform((given, context) => {
  const lines: z.output<typeof line>[] = [];
  for (const [index, each] of given.entries()) {
    const { data, error } = line.safeParse(each);
    if (error) {
      const [wrong] = error.issues;
      context.addIssue({
        code: "custom",
        path: [index, ...(wrong?.path ?? [])],
        message: wrong?.message,
      });
      return z.NEVER;
    }
    lines.push(data);
  }
  return lines;
});

/** The body of a handover request, which bots may send besides Parley's callbacks: our own extension. */
const handoverRequest = z.object({
  userId: givenId.transform(toUserId),
  /** `null` counts as missing, so that it does not erase what Parley's callback has told. */
  // All of the body is JSON: to look at each part of it once more would take seconds.
  metadata: z.custom<Json>().optional().transform(parseMetadata),
  transcript: transcript.nullish(),
  ...HANDOVER_FIELDS,
});

/** The names of all that a request may have. */
export const REQUEST_FIELDS: readonly string[] = Object.keys(handoverRequest.shape);

/** A handover that a bot tells us of. */
export interface HandoverRequest {
  readonly handover: HandoverId;
  /** The bot has named it, so it happens once, however often it comes. */
  readonly hasKey: boolean;
  readonly item: NewItem<InboxBody> & { readonly body: InboxBody & { readonly kind: "handover" } };
}

/**
 * A handover that a bot tells us of; `problem`: why the request is none, for its developer. Without a key each arrival is an item of
 * its own, because nothing in it tells a redelivery from another handover; its handler shows the same one once. `headerKey`: the
 * key in the header.
 */
export function readHandoverRequest(
  { raw, body }: { raw: string; body: Json },
  receivedAt: number,
  headerKey?: string,
): HandoverRequest | { problem: string } {
  if (isDeeperThan(body, MAX_DEPTH)) return { problem: `nested deeper than ${MAX_DEPTH} levels` };
  const { data, error } = handoverRequest.safeParse(body);
  if (error) return { problem: z.prettifyError(error) };
  const header = keySchema.safeParse(headerKey);
  if (header.error) return { problem: `Idempotency-Key ${header.error.issues[0]?.message}` };
  const { userId, metadata, ...told } = data;
  const idempotencyKey = told.idempotencyKey ?? header.data;
  if (header.data !== undefined && header.data !== idempotencyKey) {
    return { problem: "Idempotency-Key is another key than the idempotencyKey of the body" };
  }
  const lines = data.transcript?.map(({ from, text, time }) => defined({ from, text, time }));
  const { key, ...facts } = handoverFacts({ ...told, idempotencyKey }, metadata);
  const handover = key === undefined ? makeHandoverId(raw) : makeKeyedHandoverId(key);
  return {
    handover,
    hasKey: key !== undefined,
    item: {
      lane: userLane(userId),
      id: key === undefined ? makeArrivalItemId(raw) : makeHandoverItemId(handover),
      body: {
        kind: "handover",
        handover,
        userId,
        ...facts,
        ...defined({ transcript: lines }),
        receivedAt,
      },
    },
  };
}
