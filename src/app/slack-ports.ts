import type { WebClient } from "@slack/web-api";
import type { ThreadEraser } from "../bridge/erasing/thread-eraser.ts";
import type {
  People,
  Permalink,
  Posts,
  Reactions,
  ThreadReader,
  Workspace,
} from "../bridge/ports.ts";
import type { Config } from "../config/read-config.ts";
import { channelsOf } from "../config/team-config.ts";
import type { CreateRateLimiter } from "../delivery/rate-limiter.ts";
import type { Directory } from "../desk/directory.ts";
import type { Thread } from "../ids.ts";
import type { Log } from "../log.ts";
import { createAllNames } from "../slack/all-names.ts";
import type { ChannelIds } from "../slack/channel-ids.ts";
import { createDirectory } from "../slack/directory.ts";
import { createIdentities } from "../slack/identity.ts";
import { createNames } from "../slack/names.ts";
import type { OptionalScopes } from "../slack/optional-scopes.ts";
import { createPace } from "../slack/pace.ts";
import { makePermalink } from "../slack/permalink.ts";
import { createPosts } from "../slack/posts.ts";
import { createIsActive } from "../slack/presence.ts";
import { createReactions } from "../slack/reactions.ts";
import { createThreadEraser } from "../slack/thread-eraser.ts";
import { createThreadReader } from "../slack/thread-reader.ts";
import { createFindUser } from "../slack/users.ts";
import type { Texts } from "../views/texts/en.ts";

/** What the centre needs of Slack, besides its files. */
export interface SlackPorts {
  readonly posts: Posts;
  readonly reactions: Reactions;
  readonly reader: ThreadReader;
  readonly threadEraser: ThreadEraser;
  readonly people: People;
  readonly permalink: Permalink;
  readonly directory: Directory;
  /** All names of somebody, for finding them; none if Slack does not say. */
  readonly allNamesOf: (person: string) => Promise<readonly string[]>;
  /** Whether Slack says that somebody is active. */
  readonly isActive: (person: string) => Promise<boolean>;
}

export function createSlackPorts(
  client: WebClient,
  {
    config,
    workspace,
    createLimiter,
    channelIds,
    optionalScopes,
    texts,
    monotonic,
    log,
  }: {
    config: Config;
    workspace: Workspace;
    createLimiter: CreateRateLimiter;
    channelIds: Pick<ChannelIds, "current">;
    optionalScopes: OptionalScopes;
    texts: Texts;
    monotonic: () => number;
    log: Log;
  },
): SlackPorts {
  const { postsPerSecond } = config.slack;
  const channels = channelsOf(config.teams);
  const { team, botUserId, botId, url } = workspace;
  const pace = createPace(postsPerSecond, createLimiter);
  const findUser = createFindUser(client, monotonic);
  return {
    posts: createPosts({ client, team, channels, botId, pace, optionalScopes, texts, log }),
    reactions: createReactions({ client, pace, log }),
    reader: createThreadReader({ client, team, channels, botUserId, pace }),
    threadEraser: createThreadEraser({ client, workspace, pace, texts }),
    people: {
      identityOf: createIdentities(findUser, config.identity),
      namesOf: createNames(client, findUser),
    },
    permalink: (thread: Thread) =>
      makePermalink(url, { ...thread, channel: channelIds.current(thread.channel) }),
    allNamesOf: createAllNames(findUser),
    isActive: createIsActive(client),
    directory: createDirectory(client, findUser, workspace),
  };
}
