import { isObject } from "./block-limits.ts";
import { visibleChannel } from "./channels.ts";
import type { Delivery } from "./delivery.ts";
import type { DeliveryOutcome } from "./http-delivery.ts";
import { identity } from "./identity.ts";
import { findMessage, toWireMessage } from "./messages.ts";
import { omit } from "./omit.ts";
import type { ResponseUrls } from "./response-urls.ts";
import { SlackError } from "./slack-error.ts";
import type { Block, SlackMessage, SlackState } from "./state.ts";
import type { Triggers } from "./triggers.ts";
import { elementsOf, toStateValues, toValue } from "./view-state.ts";
import type { Workspace } from "./workspace.ts";

/** What the app answered to an interaction; `delivered` means within 3 s, otherwise the member sees an error. */
export type InteractionOutcome = DeliveryOutcome;

interface CommandOutcome extends DeliveryOutcome {
  /** What the member sees as the answer, if the acknowledgement held one. */
  readonly ack?: { text?: string; blocks?: Block[]; response_type?: string } & Record<
    string,
    unknown
  >;
}

interface Click {
  readonly user: string;
  /** The channel of the message; leave it and `ts` out and give `viewId` for a button in a view. */
  readonly channel?: string;
  readonly ts?: string;
  readonly viewId?: string;
  readonly actionId: string;
  readonly blockId?: string;
  /** Picks one of several elements with the same action id, or, for a menu, what is chosen. */
  readonly value?: string;
}

export interface Interactions {
  shortcut(shortcut: {
    readonly user: string;
    readonly callbackId: string;
    readonly channel: string;
    readonly ts: string;
  }): Promise<InteractionOutcome>;
  globalShortcut(shortcut: {
    readonly user: string;
    readonly callbackId: string;
  }): Promise<InteractionOutcome>;
  click(click: Click): Promise<InteractionOutcome>;
  command(command: {
    readonly user: string;
    readonly channel: string;
    readonly command: string;
    readonly text: string;
  }): Promise<CommandOutcome>;
}

/** The parts that all interaction payloads share. */
export function interactionBase(state: SlackState, user: string) {
  const { name = user, teamId = identity.teamId } = state.users.get(user) ?? {};
  return {
    user: { id: user, username: name, name, team_id: teamId },
    team: { id: teamId, domain: identity.teamDomain },
    enterprise: null,
    is_enterprise_install: false,
    token: identity.verificationToken,
    api_app_id: identity.appId,
  };
}

export function createInteractions(
  workspace: Workspace,
  parts: { delivery: Delivery; triggers: Triggers; responseUrls: ResponseUrls },
): Interactions {
  const { state, timestamps } = workspace;
  const { delivery, triggers, responseUrls } = parts;

  const send = (payload: Record<string, unknown> & { type: string }): Promise<DeliveryOutcome> =>
    delivery.send({ type: "interactive", label: `interactive:${payload.type}`, payload });

  /** @throws {SlackError} the member cannot see that message */
  const messageAt = (channelId: string, ts: string) => {
    const message = findMessage(state, channelId, ts);
    if (!message) throw new SlackError("message_not_found");
    return message;
  };

  const place = (channelId: string) => {
    const channel = state.channels.get(channelId) ?? visibleChannel(state, channelId);
    const isHidden = channel.isPrivate && channel.imOf === undefined;
    return { id: channel.id, name: isHidden ? "privategroup" : channel.name };
  };

  return {
    async shortcut({ user, callbackId, channel, ts }) {
      const message = messageAt(channel, ts);
      const base = interactionBase(state, user);
      return send({
        ...omit(base, "api_app_id"),
        type: "message_action",
        user: omit(base.user, "username"),
        callback_id: callbackId,
        trigger_id: triggers.issue(user),
        action_ts: timestamps.next(),
        message_ts: ts,
        response_url: responseUrls.issue("app", {
          user,
          channel,
          messageTs: ts,
          threadTs: message.thread_ts,
        }),
        channel: place(channel),
        message: shownMessage(state, message),
      });
    },

    async globalShortcut({ user, callbackId }) {
      return send({
        ...omit(interactionBase(state, user), "api_app_id"),
        type: "shortcut",
        callback_id: callbackId,
        trigger_id: triggers.issue(user),
        action_ts: timestamps.next(),
      });
    },

    async click(click) {
      const { user, channel, ts, viewId } = click;
      const base = { ...interactionBase(state, user), type: "block_actions" as const };
      if (viewId !== undefined) {
        const view = state.views.get(viewId)?.view ?? homeById(state, viewId);
        if (!view) throw new SlackError("not_found");
        return send({
          ...base,
          container: { type: "view", view_id: viewId },
          trigger_id: triggers.issue(user, viewId),
          view: { ...view, state: { values: toStateValues(view.blocks) } },
          actions: [toAction(view.blocks, click, timestamps.next())],
        });
      }
      if (channel === undefined || ts === undefined)
        throw new Error("Click on a message or a view");
      const ephemeral = state.ephemerals.find(
        (other) =>
          other.channel === channel && other.ts === ts && other.user === user && !other.deleted,
      );
      const message = ephemeral ? undefined : messageAt(channel, ts);
      const blocks = (ephemeral ?? message)?.blocks ?? [];
      const threadTs = (ephemeral ?? message)?.thread_ts;
      return send({
        ...base,
        container: {
          type: "message",
          message_ts: ts,
          channel_id: channel,
          is_ephemeral: ephemeral !== undefined,
          ...(threadTs !== undefined && { thread_ts: threadTs }),
        },
        trigger_id: triggers.issue(user),
        channel: place(channel),
        // Slack does not repeat ephemeral messages.
        ...(message && { message: shownMessage(state, message) }),
        state: { values: toStateValues(blocks) },
        response_url: responseUrls.issue("actions", { user, channel, messageTs: ts, threadTs }),
        actions: [toAction(blocks, click, timestamps.next())],
      });
    },

    async command({ user, channel, command, text }) {
      const target = { user, channel };
      const payload = {
        token: identity.verificationToken,
        team_id: identity.teamId,
        team_domain: identity.teamDomain,
        channel_id: channel,
        channel_name: place(channel).name,
        user_id: user,
        user_name: state.users.get(user)?.name ?? user,
        command,
        text,
        api_app_id: identity.appId,
        is_enterprise_install: "false",
        response_url: responseUrls.issue("commands", target),
        trigger_id: triggers.issue(user),
      };
      const label = `command:${command}`;
      const outcome = await delivery.send({ type: "slash_commands", label, payload });
      const ack = typeof outcome.body === "string" ? { text: outcome.body } : outcome.body;
      if (!isObject(ack)) return outcome;
      if (outcome.status === "delivered") responseUrls.respond(target, ack, "command");
      return { ...outcome, ack };
    },
  };
}

/** Without metadata: whether Slack sends it with interactions is not known, so nobody may count on it. */
function shownMessage(state: SlackState, message: SlackMessage) {
  return omit(toWireMessage(state, message), "metadata");
}

function homeById(state: SlackState, viewId: string) {
  return [...state.homes.values()].find(({ id }) => id === viewId);
}

/** The entry of `actions` for the element that was used. @throws {Error} there is no such element */
function toAction(blocks: readonly Block[], click: Click, actionTs: string): object {
  for (const block of blocks) {
    if (click.blockId !== undefined && block.block_id !== click.blockId) continue;
    for (const element of elementsOf(block)) {
      if (element.action_id !== click.actionId) continue;
      const isButton = element.type === "button";
      if (isButton && click.value !== undefined && element.value !== click.value) continue;
      // What is chosen in such a menu is no state: it is only told.
      if (element.type === "overflow") {
        const option = toValue(element, click.value);
        const { type, action_id } = element;
        const at = { block_id: block.block_id, action_ts: actionTs };
        return { type, action_id, selected_option: option, ...at };
      }
      const chosen = isButton || click.value === undefined ? {} : { [click.actionId]: click.value };
      const state = toStateValues([block], chosen)[block.block_id ?? ""]?.[click.actionId];
      const { type, action_id, text, value, url, style, confirm, placeholder } = element;
      const shown = { type, action_id, text, value, url, style, confirm, placeholder, ...state };
      return {
        ...Object.fromEntries(Object.entries(shown).filter(([, item]) => item !== undefined)),
        block_id: block.block_id,
        action_ts: actionTs,
      };
    }
  }
  throw new Error(`No element with the action id ${click.actionId}: ${JSON.stringify(blocks)}`);
}
