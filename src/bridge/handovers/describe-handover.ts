import { defined } from "../../defined.ts";
import { endReasonOf } from "../bot-events/end-reason.ts";
import type { Conversation } from "../conversation.ts";
import type { Desk } from "../desk-ports.ts";
import { moment } from "../moment.ts";
import type { HandoverRecord } from "./handovers.ts";
import { runningLease } from "./lease.ts";

/**
 * What a handover can be in. `received`: stored, and nobody sees it yet · `open`: a thread has it · `claimed`, `answered`: by an
 * agent · `completed`, `declined`, `expired`: the User is not with us any more · `failed`: no thread could be opened.
 */
type HandoverState =
  | "received"
  | "open"
  | "claimed"
  | "answered"
  | "completed"
  | "declined"
  | "expired"
  | "failed";

/** What whoever has handed a User over is told when they ask. Moments are in ISO 8601; what has not happened is missing. */
export interface DescribedHandover {
  readonly id: HandoverRecord["id"];
  readonly state: HandoverState;
  readonly userId: HandoverRecord["userId"];
  readonly receivedAt: string;
  readonly conversation?: Conversation["id"];
  /** The name of the team that has it, or had it last. */
  readonly team?: string;
  readonly openedAt?: string;
  readonly claimedAt?: string;
  readonly firstAnswerAt?: string;
  readonly endedAt?: string;
  /** While nobody has answered: when the User is handed back. */
  readonly expiresAt?: string;
  /** Of the end. */
  readonly reason?: string;
  readonly outcome?: string;
  /** Of one that has failed: the code of the error. */
  readonly error?: string;
}

/** `conversation`: the one that it belongs to, if there is one. */
export function describeHandover(
  { id, userId, at, failure }: HandoverRecord,
  conversation: Conversation | undefined,
  desk: Pick<Desk, "teamOf">,
): DescribedHandover {
  const state = stateOf(conversation, failure);
  const about = { id, state, userId, receivedAt: moment(at) };
  if (!conversation) return { ...about, ...defined({ error: failure }) };
  const isOpened = state !== "received" && state !== "failed";
  const { openedAt, firstClaimAt, firstAnswerAt, ending } = conversation;
  return {
    ...about,
    conversation: conversation.id,
    team: desk.teamOf(conversation).name,
    ...defined({
      openedAt: isOpened ? moment(openedAt) : undefined,
      claimedAt: maybeMoment(firstClaimAt),
      firstAnswerAt: maybeMoment(firstAnswerAt),
      endedAt: maybeMoment(ending?.at),
      expiresAt: maybeMoment(runningLease(conversation)?.until),
      reason: ending && endReasonOf(conversation),
      outcome: ending?.outcome,
      error: state === "failed" ? failure : undefined,
    }),
  };
}

function stateOf(
  conversation: Conversation | undefined,
  failure: string | undefined,
): HandoverState {
  if (conversation?.ending) {
    const reason = endReasonOf(conversation);
    return reason === "declined" || reason === "expired" ? reason : "completed";
  }
  if (conversation?.firstAnswerAt !== undefined) return "answered";
  if (conversation?.claim) return "claimed";
  if (conversation?.thread || conversation?.lost) return "open";
  return failure === undefined ? "received" : "failed";
}

const maybeMoment = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : moment(at);
