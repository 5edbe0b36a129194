import type { Lanes, Work } from "../delivery/lanes.ts";
import { makeDerivedItemId, makeThreadKey } from "../ids.ts";
import { isAnswer } from "./answer-on-its-way.ts";
import type { Conversation } from "./conversation.ts";
import { type HearFirstDependencies, hearFirst } from "./hear-first.ts";
import type { OutboxBody } from "./stored/outbox-body.ts";

export interface LetRepliesPassDependencies extends HearFirstDependencies {
  outbox: Pick<Lanes<OutboxBody>, "append" | "find" | "waitingIn">;
}

/**
 * Has what the desk does by itself wait behind agents' replies, and wishes to hand back, that have come since, also where the conversation has another
 * thread by now: with the first that goes it has become pointless. False: there are none. Safe to repeat.
 */
export async function letRepliesPass(
  work: Work<OutboxBody>,
  conversation: Conversation,
  dependencies: LetRepliesPassDependencies,
): Promise<boolean> {
  const { outbox } = dependencies;
  const { id, body, appendedAt, lane: given } = work.item;
  const { thread } = conversation;
  const lane = thread ? makeThreadKey(thread) : given;
  const behind = makeDerivedItemId(id, "behind replies");
  // An earlier attempt was killed after it had appended that; the reply may have been taken back since then.
  if (await outbox.find(behind)) return true;
  const mustWait = async () => lane !== given || (await outbox.waitingIn(lane)).some(isAnswer);
  if (!(await mustWait())) {
    await hearFirst(work, appendedAt, conversation, dependencies);
    if (!(await mustWait())) return false;
  }
  await outbox.append({ lane, id: behind, body });
  return true;
}
