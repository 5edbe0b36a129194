import { randomUUID } from "node:crypto";
import { isObject } from "./block-limits.ts";
import type { Conversation } from "./conversation.ts";
import { identity } from "./identity.ts";
import { botAuthor, toContent } from "./message-content.ts";
import { findMessage } from "./messages.ts";
import { SlackError } from "./slack-error.ts";
import type { EphemeralMessage, SlackMessage } from "./state.ts";
import type { Workspace } from "./workspace.ts";

/** Source: docs.slack.dev/interactivity/handling-user-interaction. */
const MAX_USES = 5;
const TTL_MS = 30 * 60_000;

/** Where a response_url leads. */
interface ResponseTarget {
  readonly user: string;
  readonly channel: string;
  /** The message that the interaction happened on, if there was one. */
  readonly messageTs?: string;
  readonly threadTs?: string | undefined;
}

export interface ResponseUrls {
  issue(kind: "commands" | "actions" | "app", target: ResponseTarget): string;
  /** Does what a post to a response_url asks for. */
  receive(path: string, body: string): { status: number; answer: object | string };
  /** Shows a message as the app's answer: to one user, or with `in_channel` to all. */
  respond(
    target: ResponseTarget,
    body: Record<string, unknown>,
    via: EphemeralMessage["via"],
  ): void;
}

export function createResponseUrls(
  { state, journal, timestamps, now, url }: Workspace,
  conversation: Conversation,
): ResponseUrls {
  const issued = new Map<string, { target: ResponseTarget; at: number; uses: number }>();

  const original = ({ channel, messageTs = "" }: ResponseTarget) => ({
    message: findMessage(state, channel, messageTs),
    ephemeral: state.ephemerals.find(
      (other) => other.channel === channel && other.ts === messageTs,
    ),
  });

  const respond: ResponseUrls["respond"] = (target, body, via) => {
    const { text, blocks } = toContent({
      text: typeof body.text === "string" ? body.text : undefined,
      blocks: body.blocks,
      attachments: body.attachments,
    });
    const threadTs = typeof body.thread_ts === "string" ? body.thread_ts : target.threadTs;
    const common = {
      channel: target.channel,
      ts: timestamps.next(),
      text,
      ...(blocks && { blocks }),
    };
    if (body.response_type === "in_channel") {
      const inThread = conversation.inThread(target.channel, threadTs);
      const message: SlackMessage = { type: "message", ...botAuthor({}), ...common, ...inThread };
      void conversation.add(message);
      return;
    }
    const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
    state.ephemerals.push({ ...common, ...thread, user: target.user, via });
    journal.changed("ephemeral-added", common.ts);
  };

  const replace = (target: ResponseTarget, body: Record<string, unknown>): void => {
    const { message, ephemeral } = original(target);
    const content = toContent({
      text: typeof body.text === "string" ? body.text : undefined,
      blocks: body.blocks,
      attachments: body.attachments,
    });
    if (ephemeral) {
      delete ephemeral.blocks;
      Object.assign(ephemeral, content);
      journal.changed("ephemeral-changed", ephemeral.ts);
    } else if (message) {
      const edited = { user: identity.botUserId, ts: timestamps.next() };
      void conversation.change(message, { blocks: [], ...content, edited });
    } else {
      throw new SlackError("message_not_found");
    }
  };

  const remove = (target: ResponseTarget): void => {
    const { message, ephemeral } = original(target);
    if (ephemeral) {
      ephemeral.deleted = true;
      journal.changed("ephemeral-removed", ephemeral.ts);
    } else if (message) {
      void conversation.remove(message);
    } else {
      throw new SlackError("message_not_found");
    }
  };

  return {
    respond,
    issue(kind, target) {
      const path = `/${kind}/${identity.teamId}/${issued.size + 1}/${randomUUID()}`;
      issued.set(path, { target, at: now(), uses: 0 });
      return `${url()}${path}`;
    },
    receive(path, text) {
      const entry = issued.get(path);
      if (!entry) return { status: 404, answer: { ok: false, error: "no_such_url" } };
      if (now() - entry.at > TTL_MS)
        return { status: 404, answer: { ok: false, error: "expired_url" } };
      if (entry.uses >= MAX_USES) return { status: 404, answer: { ok: false, error: "used_url" } };
      entry.uses += 1;
      try {
        const body: unknown = JSON.parse(text);
        if (!isObject(body)) throw new SlackError("invalid_payload");
        const { user, channel } = entry.target;
        state.responseUrlPosts.push({ url: `${url()}${path}`, user, channel, at: now(), body });
        if (body.delete_original === true) remove(entry.target);
        else if (body.replace_original === true) replace(entry.target, body);
        else respond(entry.target, body, "response_url");
        return { status: 200, answer: { ok: true } };
      } catch (error) {
        if (error instanceof SyntaxError) return { status: 400, answer: "invalid_payload" };
        if (!(error instanceof SlackError)) throw error;
        return { status: error.code === "message_not_found" ? 404 : 400, answer: error.code };
      }
    },
  };
}
