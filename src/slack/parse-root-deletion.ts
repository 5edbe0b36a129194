import { z } from "zod";
import type { Thread } from "../ids.ts";

const message = z.looseObject({
  subtype: z.string().nullish(),
  ts: z.string(),
  thread_ts: z.string().nullish(),
});

const eventCallback = z.looseObject({
  type: z.literal("event_callback"),
  event: z.looseObject({
    type: z.literal("message"),
    subtype: z.enum(["message_deleted", "message_changed"]),
    channel: z.string(),
    deleted_ts: z.string().nullish(),
    message: z.unknown().optional(),
    previous_message: z.unknown().optional(),
  }),
});

/** Somebody has deleted the root of a thread. */
export interface RootDeletion {
  kind: "root-deletion";
  thread: Thread;
  /** It has replies, so Slack keeps it, with a placeholder as its root. */
  stands: boolean;
}

/** `undefined`: the message event tells of something else. */
export function parseRootDeletion(
  body: Readonly<Record<string, unknown>>,
  team: string,
): RootDeletion | undefined {
  const parsed = eventCallback.safeParse(body);
  if (!parsed.success) return undefined;
  const { event } = parsed.data;
  const at = (ts: string, stands: boolean): RootDeletion => ({
    kind: "root-deletion",
    thread: { team, channel: event.channel, ts },
    stands,
  });
  if (event.subtype === "message_changed") {
    const { data: after } = message.safeParse(event.message);
    return after?.subtype === "tombstone" && isRoot(after) ? at(after.ts, true) : undefined;
  }
  const { data: before } = message.safeParse(event.previous_message);
  const ts = event.deleted_ts ?? before?.ts;
  return ts && (!before || isRoot(before)) ? at(ts, false) : undefined;
}

const isRoot = ({ ts, thread_ts }: z.infer<typeof message>): boolean =>
  !thread_ts || thread_ts === ts;
