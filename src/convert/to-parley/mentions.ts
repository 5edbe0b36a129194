import { isJsonObject, type Json } from "../../json.ts";
import { append } from "../text/append.ts";
import { readSlackContent } from "./read-slack-content.ts";
import { flattenContent, richTextIn, type SlackText } from "./slack-content.ts";

/** The names behind Slack's ids, as far as they were found. Literal text without `@` and `#`. */
export interface SlackNames {
  users: ReadonlyMap<string, string>;
  channels: ReadonlyMap<string, string>;
  usergroups: ReadonlyMap<string, string>;
}

export const NO_NAMES: SlackNames = {
  users: new Map(),
  channels: new Map(),
  usergroups: new Map(),
};

/** `names`: Users read the name of who is mentioned. `hide`: mentions are left out, so that Users see no internal names. */
export type Mentions = "names" | "hide";

export interface MentionedIds {
  users: readonly string[];
  channels: readonly string[];
  usergroups: readonly string[];
}

/** The ids whose names {@link toParley} needs, each once. */
export function mentionedIds(message: SlackText): MentionedIds {
  const found = {
    users: new Set<string>(),
    channels: new Set<string>(),
    usergroups: new Set<string>(),
  };
  const add = (set: Set<string>, id: Json | undefined) => {
    if (typeof id === "string" && id !== "") set.add(id);
  };
  const content = readSlackContent(message);
  for (const part of flattenContent(content)) {
    if (part.kind === "forward" && part.author.name === "") add(found.users, part.author.id);
  }
  const waiting: Json[] = richTextIn(content);
  for (let element = waiting.pop(); element !== undefined; element = waiting.pop()) {
    if (!isJsonObject(element)) continue;
    if (element.type === "user") add(found.users, element.user_id);
    if (element.type === "channel") add(found.channels, element.channel_id);
    if (element.type === "usergroup") add(found.usergroups, element.usergroup_id);
    if (Array.isArray(element.elements)) append(waiting, element.elements as readonly Json[]);
  }
  return {
    users: [...found.users].sort(),
    channels: [...found.channels].sort(),
    usergroups: [...found.usergroups].sort(),
  };
}
