import { BLOCK_LIMITS, checkBlocks, isObject, textLength } from "./block-limits.ts";
import { completeBlocks } from "./complete-blocks.ts";
import { identity } from "./identity.ts";
import { SlackError } from "./slack-error.ts";
import type { Block, BotProfile, Metadata, SlackMessage } from "./state.ts";
import { makeBlockId } from "./workspace.ts";

/** Slack cuts the text of a message here. Source: docs.slack.dev/reference/methods/chat.postMessage. */
const TEXT_CUT = 40_000;

/** What the app wants a message to say. */
export interface Content {
  readonly text?: string | undefined;
  readonly blocks?: unknown;
  readonly attachments?: unknown;
  readonly metadata?: unknown;
}

/**
 * The checked content of a message as Slack stores it.
 *
 * @throws {SlackError} `no_text`, `invalid_blocks_format`, `invalid_blocks`, `msg_blocks_too_long`,
 *   `invalid_metadata_format`
 */
export function toContent(
  content: Content,
): Pick<SlackMessage, "text"> & Partial<Pick<SlackMessage, "blocks" | "attachments" | "metadata">> {
  const blocks = toBlocks(content.blocks);
  const attachments = Array.isArray(content.attachments) ? content.attachments : [];
  if (!content.text && !blocks?.length && attachments.length === 0) throw new SlackError("no_text");
  const metadata = toMetadata(content.metadata);
  return {
    text: (content.text ?? "").slice(0, TEXT_CUT),
    ...(blocks?.length && { blocks }),
    ...(attachments.length > 0 && { attachments }),
    ...(metadata && { metadata }),
  };
}

/** Checked and completed blocks. @throws {SlackError} */
export function toBlocks(blocks: unknown): Block[] | undefined {
  if (blocks === undefined) return undefined;
  if (!Array.isArray(blocks)) throw new SlackError("invalid_blocks_format");
  const { hints } = checkBlocks(blocks, "message");
  if (hints.length > 0) throw new SlackError("invalid_blocks", { messages: hints });
  if (textLength(blocks) > BLOCK_LIMITS.messageBlocksText)
    throw new SlackError("msg_blocks_too_long");
  return completeBlocks(blocks, makeBlockId);
}

function toMetadata(metadata: unknown): Metadata | undefined {
  if (metadata === undefined) return undefined;
  if (
    !isObject(metadata) ||
    typeof metadata.event_type !== "string" ||
    !isObject(metadata.event_payload)
  ) {
    throw new SlackError("invalid_metadata_format");
  }
  return { event_type: metadata.event_type, event_payload: metadata.event_payload };
}

/** How the app's own posts are signed; with another name or picture they become `bot_message`s without a user. */
export function botAuthor(custom: {
  readonly username?: string | undefined;
  readonly iconUrl?: string | undefined;
  readonly iconEmoji?: string | undefined;
}): Partial<SlackMessage> {
  const { username, iconUrl, iconEmoji } = custom;
  if (username === undefined && iconUrl === undefined && iconEmoji === undefined) {
    return {
      user: identity.botUserId,
      team: identity.teamId,
      bot_id: identity.botId,
      app_id: identity.appId,
      bot_profile: BOT_PROFILE,
    };
  }
  return {
    subtype: "bot_message",
    bot_id: identity.botId,
    app_id: identity.appId,
    username: username ?? identity.botName,
    ...(iconEmoji !== undefined
      ? { icons: { emoji: iconEmoji } }
      : iconUrl !== undefined && { icons: { image_64: iconUrl } }),
  };
}

const picture = (size: number): string =>
  `https://a.slack-edge.com/80588/img/plugins/app/bot_${size}.png`;

const BOT_PROFILE: BotProfile = {
  id: identity.botId,
  deleted: false,
  name: identity.appName,
  updated: 1_763_000_000,
  app_id: identity.appId,
  icons: { image_36: picture(36), image_48: picture(48), image_72: picture(72) },
  team_id: identity.teamId,
};
