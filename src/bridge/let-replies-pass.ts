import type { Lanes, Work } from "../delivery/lanes.ts";
import { makeDerivedItemId } from "../ids.ts";
import type { OutboxBody } from "./stored/outbox-body.ts";

/**
 * Has what the desk does by itself wait behind the agents' replies that have come since: with the first that goes it has become
 * pointless. False: there are none. Safe to repeat.
 */
export async function letRepliesPass(
  { item }: Work<OutboxBody>,
  outbox: Pick<Lanes<OutboxBody>, "append" | "waitingIn">,
): Promise<boolean> {
  const { lane, body } = item;
  if (!(await outbox.waitingIn(lane)).some(({ kind }) => kind === "reply")) return false;
  await outbox.append({ lane, id: makeDerivedItemId(item.id, "behind replies"), body });
  return true;
}
