import { REQUEST_FIELDS, readHandoverRequest } from "../bot/handover-request.ts";
import { defined } from "../defined.ts";
import type { Handover } from "../desk/route.ts";
import { type ServiceId, toServiceId } from "../ids.ts";
import { isDeeperThan, isJsonObject, type Json, MAX_DEPTH, parseJson } from "../json.ts";
import { parseCallback } from "../parley/parse-callback.ts";

const PERHAPS_OURS =
  "a callback that gives the User to this bridge, which only PARLEY_SERVICE_IDENTIFICATION could tell";

/** A handover that somebody has written down, and as what it was understood. */
export interface WrittenHandover extends Handover {
  readonly is: "a handover request" | "a callback" | typeof PERHAPS_OURS | "metadata";
}

/** No Service has this id: it cannot be signed with. */
const NOBODY = toServiceId("|");

/**
 * Reads what a bot posts to `POST /parley/handovers`, a callback of Parley, or the metadata alone. A text: what is wrong with
 * it, as the end of a sentence. `self`: who we are; where that is not known, whoever a callback gives the User to is.
 */
export function readHandover(
  source: string,
  self: ServiceId | undefined,
): WrittenHandover | string {
  const body = parseJson(source);
  if (body === undefined) return "is no JSON";
  if (isDeeperThan(body, MAX_DEPTH)) return `is nested deeper than ${MAX_DEPTH} levels`;
  if (isRequest(body)) {
    const read = readHandoverRequest({ raw: source, body }, 0);
    if ("problem" in read) return `is no handover request: ${read.problem}`;
    const { user = {}, metadata } = read.item.body;
    return { is: "a handover request", user, ...defined({ metadata }) };
  }
  const event = parseCallback(body, self ?? NOBODY);
  if (event.kind === "owner-changed" && self === undefined) {
    const handover = readHandover(source, event.newOwner);
    return typeof handover === "string" ? handover : { ...handover, is: PERHAPS_OURS };
  }
  if (event.kind === "owner-changed") return "is a callback that gives the User to another Service";
  if (event.kind !== "handover") return { is: "metadata", user: {}, metadata: body };
  return { is: "a callback", user: event.user, ...defined({ metadata: event.metadata }) };
}

/** Metadata may name a User too, but has other things beside. */
const isRequest = (body: Json): boolean =>
  isJsonObject(body) &&
  "userId" in body &&
  (Object.keys(body).every((key) => REQUEST_FIELDS.includes(key)) || isJsonObject(body.metadata));
