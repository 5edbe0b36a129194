import type { Handler, Item } from "../../delivery/lanes.ts";
import { BotError, BridgeError } from "../../errors.ts";
import type { BotEventBody } from "../stored/bot-event-body.ts";
import { BOT_EVENT } from "../stored/step-kinds.ts";
import type { BotReceiver } from "./bot-event.ts";
import { type DescribeEventDependencies, describeEvent } from "./describe-event.ts";

export interface BotEventDependencies extends DescribeEventDependencies {
  receiver: BotReceiver;
}

/** Tells the bot what has happened to its handovers, of each User in order. May run twice for an event, which has the same id then. */
export const createBotEventHandler =
  (dependencies: BotEventDependencies): Handler<BotEventBody> =>
  async (work) => {
    const { receiver } = dependencies;
    const { item, signal } = work;
    if (work.stateOf(EVENT) !== "done" && !(await hasHappened(item, dependencies))) return;
    if (!receiver.isOn()) throw new BotError("nobody wants to be told any more", "dead-letter");
    const event = await work.step(EVENT, {
      kind: BOT_EVENT,
      run: () => describeEvent(item.body, signal, dependencies),
    });
    await receiver.tell(item.id, event);
  };

const EVENT = "event";

/** So long what has happened may be stored after what is to be told of it: by tries, because machines have clocks of their own. */
const RECORDED_WITHIN_MS = 15_000;

/** False: another change of the conversation came first, or a crash, so that it never happened. */
async function hasHappened(
  { id, body, triedMs }: Item<BotEventBody>,
  { conversations }: Pick<BotEventDependencies, "conversations">,
): Promise<boolean> {
  // Of these an item of another queue takes care.
  if (body.kind === "waiting" || body.kind === "failed") return true;
  const conversation = await conversations.byId(body.conversation);
  if (!conversation) throw new BotError("its conversation is not kept any more", "dead-letter");
  if (conversation.told?.includes(id)) return true;
  if (triedMs > RECORDED_WITHIN_MS) return false;
  throw new BridgeError("It is not recorded yet", { code: "unexpected", disposition: "retry" });
}
