import type { WebClient } from "@slack/web-api";
import type { ChannelTrouble } from "../bridge/ports.ts";
import { defined } from "../defined.ts";
import { SlackApiError, toBridgeError } from "../errors.ts";
import type { ChannelIds } from "./channel-ids.ts";
import { faultOf } from "./refusals.ts";
import { callSlack } from "./web-api.ts";

/** What Slack says about a channel, as far as it does. */
export interface FoundChannel {
  readonly id: string;
  readonly name?: string;
  readonly isPrivate?: boolean;
  /** People of another company are in it, or invited. */
  readonly isShared?: boolean;
  /** Missing: nothing is wrong with it, as far as Slack says. */
  readonly trouble?: ChannelTrouble;
  /** Slack's code, where it refuses to tell anything. */
  readonly slackError?: string;
  /** Slack does not let us ask. If something is wrong with the channel, the first post will show it. */
  readonly isHidden?: true;
}

export type FindChannel = (id: string, options: { allowShared: boolean }) => Promise<FoundChannel>;

/**
 * Asks Slack about channels. One that is not to be seen may have another id by now, of which another replica has heard.
 *
 * @throws {SlackApiError} something keeps the app out altogether · {NetworkError} Slack cannot be reached
 */
export const createFindChannel =
  (client: WebClient, channelIds?: Pick<ChannelIds, "current" | "reload">): FindChannel =>
  async (id, options) => {
    const found = await askAbout(client, id, options);
    if (found.trouble !== "unseen" || !channelIds) return found;
    const before = channelIds.current(id);
    await channelIds.reload();
    return channelIds.current(id) === before ? found : await askAbout(client, id, options);
  };

async function askAbout(
  client: WebClient,
  id: string,
  { allowShared }: { allowShared: boolean },
): Promise<FoundChannel> {
  const info = await callSlack(
    "conversations.info",
    () => client.conversations.info({ channel: id }),
    { idempotent: true },
  ).catch((thrown: unknown) => {
    const error = toBridgeError(thrown);
    if (!(error instanceof SlackApiError)) throw error;
    const fault = faultOf(error.slackError);
    if (fault === "token" || fault === "workspace") throw error;
    return error.slackError;
  });
  // A fake Slack may lack the method, and the app the scope, which is reported elsewhere.
  if (info === "unknown_method" || info === "missing_scope") return { id, isHidden: true };
  if (typeof info === "string") return { id, trouble: "unseen", slackError: info };
  const { channel = {} } = info;
  const { name, is_private: isPrivate } = channel;
  const isShared = Boolean(channel.is_ext_shared || channel.is_pending_ext_shared);
  const trouble: ChannelTrouble | undefined = channel.is_archived
    ? "archived"
    : channel.is_member === false
      ? "removed"
      : !allowShared && isShared
        ? "shared"
        : undefined;
  return { id, ...defined({ name, isPrivate, isShared, trouble }) };
}

/** All teams that have the channel allow people of other companies in it. */
export const allowsShared = (
  teams: readonly { channel: string; allowShared: boolean }[],
  channel: string,
): boolean => teams.every((team) => team.channel !== channel || team.allowShared);
