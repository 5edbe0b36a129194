import { z } from "zod";
import { makeThreadKey, type Thread } from "../../ids.ts";
import { FORMS } from "../../views/actions.ts";

const maybeText = z.string().optional().catch(undefined);
const part = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.looseObject(shape).optional().catch(undefined);

/** Where Slack says that somebody acted: under a message, on one, in a form, or in a channel. */
const request = z.looseObject({
  container: part({ channel_id: maybeText, thread_ts: maybeText, message_ts: maybeText }),
  channel: part({ id: maybeText }),
  message: part({ thread_ts: maybeText, ts: maybeText }),
  view: part({ private_metadata: maybeText }),
  channel_id: maybeText,
});

/** Where a request of Slack comes from; `thread`: if that is one, or may open one. */
export function placeOfRequest(body: unknown, team: string): { place: string; thread?: Thread } {
  const { container, channel, message, view, channel_id } = request.parse(body);
  const at = container?.channel_id ?? channel?.id;
  const ts = container?.thread_ts ?? message?.thread_ts ?? container?.message_ts ?? message?.ts;
  const thread =
    at && ts ? { team, channel: at, ts } : FORMS.handBack.read(view?.private_metadata ?? "");
  if (thread) return { place: makeThreadKey(thread), thread };
  return { place: at ?? channel_id ?? "" };
}
