import type { MessageMetadata } from "@slack/types";
import type { PostTag } from "../bridge/ports.ts";

/** Message metadata is readable by every member of the workspace: opaque ids only. */
export function toMetadata(tag: PostTag): MessageMetadata {
  if (tag.kind === "message") {
    const { items, part, of, by } = tag;
    return {
      event_type: "parley_message",
      event_payload: { items: items.join(" "), part, ...(of && { of }), ...(by && { by }) },
    };
  }
  const { conversation, opening } = tag;
  return {
    event_type: tag.kind === "root" ? "parley_handover" : "parley_details",
    event_payload: { conversation, ...(opening > 0 && { opening }) },
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
