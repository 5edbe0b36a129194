import type { MessageMetadata } from "@slack/types";
import type { PostTag } from "../bridge/ports.ts";

/** Message metadata is readable by every member of the workspace: opaque ids only. */
export function toMetadata(mark: PostTag): MessageMetadata {
  return mark.kind === "root"
    ? {
        event_type: "parley_handover",
        event_payload: {
          conversation: mark.conversation,
          ...(mark.opening > 0 && { opening: mark.opening }),
        },
      }
    : {
        event_type: "parley_message",
        event_payload: { items: mark.items.join(" "), part: mark.part },
      };
}

/** Whether a message that Slack returned carries this mark. */
export function isMarked(
  metadata: { event_type?: string; event_payload?: unknown } | undefined,
  mark: PostTag,
): boolean {
  const { event_type, event_payload } = toMetadata(mark);
  return (
    metadata?.event_type === event_type &&
    typeof metadata.event_payload === "object" &&
    metadata.event_payload !== null &&
    Object.entries(event_payload).every(
      ([key, value]) => (metadata.event_payload as Record<string, unknown>)[key] === value,
    )
  );
}
