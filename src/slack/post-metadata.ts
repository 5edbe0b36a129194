import type { MessageMetadata } from "@slack/types";
import type { PostTag } from "../bridge/ports.ts";

/** Message metadata is readable by every member of the workspace: opaque ids only. */
export function toMetadata(tag: PostTag): MessageMetadata {
  return tag.kind === "root"
    ? {
        event_type: "parley_handover",
        event_payload: {
          conversation: tag.conversation,
          ...(tag.opening > 0 && { opening: tag.opening }),
        },
      }
    : {
        event_type: "parley_message",
        event_payload: {
          items: tag.items.join(" "),
          part: tag.part,
          ...(tag.of && { of: tag.of }),
        },
      };
}

/** Whether a message that Slack returned carries this post tag. */
export function hasTag(
  metadata: { event_type?: string; event_payload?: unknown } | undefined,
  tag: PostTag,
): boolean {
  const { event_type, event_payload } = toMetadata(tag);
  return (
    metadata?.event_type === event_type &&
    typeof metadata.event_payload === "object" &&
    metadata.event_payload !== null &&
    Object.entries(event_payload).every(
      ([key, value]) => (metadata.event_payload as Record<string, unknown>)[key] === value,
    )
  );
}
