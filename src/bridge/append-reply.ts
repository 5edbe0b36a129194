import type { Lanes } from "../delivery/lanes.ts";
import { makeReplyItemId, makeThreadKey } from "../ids.ts";
import type { AgentReply, OutboxBody } from "./events.ts";

/** Stores a reply in its thread's lane, in the order of Slack's `ts`, whichever way and however often we heard of it. */
export function appendReply(
  outbox: Pick<Lanes<OutboxBody>, "append">,
  reply: AgentReply,
): Promise<"appended" | "duplicate"> {
  const { thread, ts } = reply;
  return outbox.append({
    lane: makeThreadKey(thread),
    id: makeReplyItemId(thread.team, thread.channel, ts),
    sort: ts,
    body: { kind: "reply", reply },
  });
}
