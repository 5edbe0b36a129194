import { reasonOf } from "../../convert/text/reason-of.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import type { Conversation } from "../conversation.ts";
import { moment, momentOrNull } from "../moment.ts";
import type { People } from "../ports.ts";
import type { HandBackRequest } from "../stored/outbox-body.ts";

/** The metadata for the bot that gets the User back. */
export async function describeHandBack(
  conversation: Conversation,
  request: HandBackRequest,
  { people, now }: { people: Pick<People, "identityOf">; now: () => number },
): Promise<JsonObject> {
  const { agent, reason = "handed_back", outcome, tags = [], opensAt } = request;
  const { firstClaimAt, firstAnswerAt } = conversation;
  return {
    reason,
    outcome: outcome ?? null,
    tags,
    note: request.note ?? null,
    messageForUser: request.messageForUser ?? null,
    handedBackBy: agent === undefined ? null : (await people.identityOf(agent)).name,
    handedOverFor: handedOverFor(conversation.metadata),
    openedAt: moment(conversation.openedAt),
    claimedAt: momentOrNull(firstClaimAt),
    firstAnswerAt: momentOrNull(firstAnswerAt),
    handedBackAt: moment(now()),
    userMessages: conversation.userMessages,
    agentMessages: conversation.agentMessages,
    ...(opensAt !== undefined && { opensAt: moment(opensAt) }),
  };
}

/** The first reason; what stands in its place if that is no text. */
const handedOverFor = (metadata: Json | undefined): Json =>
  reasonOf(metadata) ?? (isJsonObject(metadata) ? metadata.reason : undefined) ?? null;
