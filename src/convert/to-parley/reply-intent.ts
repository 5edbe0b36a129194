import { isJsonObject, type Json } from "../../json.ts";
import { isNote, leadOf } from "./is-note.ts";
import type { SlackText } from "./slack-content.ts";

/** `send`: messages are sent to the User unless they are notes. `explicit`: only messages that begin with `>>` are sent. */
export type ReplyMode = "send" | "explicit";

/** `note`: stays inside · `send`: is sent to the User · `ask`: stays inside unless the agent releases it. */
export type ReplyIntent = "note" | "send" | "ask";

/** `>>` as Slack escapes it. */
const TO_USER = /^\s*&gt;&gt;\s*/;

/** What the agent wants to be done with a message, according to how it begins. */
export function intentOf(written: SlackText, mode: ReplyMode): ReplyIntent {
  if (isNote(written)) return "note";
  return mode === "send" || isForUser(written) ? "send" : "ask";
}

const isForUser = (written: SlackText): boolean =>
  TO_USER.test(written.text) || (written.text.trim() === "" && /^\s*>>/.test(leadOf(written)));

/** Removes the leading `>>` from the text and from the first text of the blocks. */
export function withoutMarker<W extends SlackText>(written: W): W {
  if (!isForUser(written)) return written;
  const { blocks } = written;
  return {
    ...written,
    text: written.text.replace(TO_USER, ""),
    ...(blocks && { blocks: stripFirstText(blocks).value }),
  };
}

/** Depth first; only the very first text is examined. */
function stripFirstText(values: readonly Json[]): { value: readonly Json[]; found: boolean } {
  for (const [index, value] of values.entries()) {
    if (!isJsonObject(value)) continue;
    if (value.type === "text" && typeof value.text === "string") {
      const text = value.text.replace(/^\s*>>\s*/, "");
      return { value: values.with(index, { ...value, text }), found: true };
    }
    if (Array.isArray(value.elements)) {
      const inner = stripFirstText(value.elements);
      if (inner.found) {
        return { value: values.with(index, { ...value, elements: inner.value }), found: true };
      }
    }
  }
  return { value: values, found: false };
}
