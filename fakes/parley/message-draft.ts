import { createHash } from "node:crypto";
import { z } from "zod";
import { Refusal } from "./envelope.ts";
import { toMessageMedia } from "./media.ts";
import type { MessageAgent, MessageButton, ParleyMessage } from "./message.ts";
import type { ParleyState } from "./state.ts";

const text = z.string().nullish();
const mediaReference = z.object({ id: z.string(), description: text }).nullish();
const buttons = z
  .array(
    z.object({
      type: z.enum(["webUrl", "phoneNumber", "reply"]),
      title: text,
      payload: z.string().min(1),
    }),
  )
  .nullish();

const draftSchema = z.object({
  message: text,
  title: text,
  media: mediaReference,
  buttons,
  quickReplies: z.array(z.string()).nullish(),
  carousel: z
    .array(z.object({ title: text, message: text, media: mediaReference, buttons }))
    .nullish(),
  agent: z
    .object({
      // Inferred from the apps: iOS decodes whole numbers only, and drops the page for anything else.
      id: z.int().optional(),
      name: z.string().min(1),
      avatar: text,
    })
    .nullish(),
  typeId: z.number().nullish(),
});

/**
 * What a Service or a User wants to send. Inferred: the fields are named as in the message model.
 * Type 1 and 4 come from Users, 2, 3 and 5 from Services.
 */
export type MessageDraft = z.infer<typeof draftSchema>;

/** @throws {Refusal} `invalid_<field>` */
export function toDraft(json: unknown): MessageDraft {
  const result = draftSchema.safeParse(json);
  if (result.success) return result.data;
  throw new Refusal(400, `invalid_${String(result.error.issues[0]?.path[0] ?? "request")}`);
}

/**
 * Stamps a draft with the next id.
 * @throws {Refusal} `missing_message_or_media`, `media_not_found`, `invalid_message_type`
 */
export function toMessage(
  state: ParleyState,
  draft: MessageDraft,
  origin: { readonly typeIds: readonly number[]; readonly nowMs: number },
): ParleyMessage {
  const typeId = draft.typeId ?? origin.typeIds[0];
  if (typeId === undefined || !origin.typeIds.includes(typeId)) {
    throw new Refusal(400, "invalid_message_type");
  }
  const hasContent = draft.message || draft.media || draft.title || draft.carousel?.length;
  if (!hasContent) throw new Refusal(400, "missing_message_or_media");
  const media = draft.media ? toMessageMedia(state, draft.media) : null;
  const carousel = (draft.carousel ?? []).map((item) => ({
    title: item.title ?? null,
    message: item.message ?? null,
    media: item.media ? toMessageMedia(state, item.media) : null,
    buttons: toButtons(item.buttons),
  }));
  const id = state.nextMessageId;
  state.nextMessageId += 1;
  return {
    id,
    time: Math.floor(origin.nowMs / 1000),
    message: draft.message ?? null,
    image: media?.id ?? null,
    typeId,
    agent: draft.agent ? toAgent(draft.agent) : null,
    carousel,
    quickReplies: draft.quickReplies ?? [],
    custom: [],
    title: draft.title ?? null,
    media,
    buttons: toButtons(draft.buttons),
    status: 2,
  };
}

function toButtons(drafts: MessageDraft["buttons"]): MessageButton[] {
  return (drafts ?? []).map(({ type, title, payload }) => ({
    type,
    title: title ?? null,
    payload,
  }));
}

/** An agent without an id gets one that depends on its name alone: apps want an integer. */
function toAgent(agent: NonNullable<MessageDraft["agent"]>): MessageAgent {
  const { name, avatar } = agent;
  const id = agent.id ?? createHash("sha256").update(name).digest().readUInt16BE(0);
  return { id, name, avatar: avatar ?? null, isTyping: null };
}
