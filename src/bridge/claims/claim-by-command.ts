import { unescapeText } from "../../convert/text/slack-text.ts";
import { defined } from "../../defined.ts";
import type { UserId } from "../../ids.ts";
import type { OwnerAnswer } from "../../views/owner-answer.ts";
import type { Conversation } from "../conversation.ts";
import type { AgentsCalled } from "../desk-ports.ts";
import type { Conversations, Permalink } from "../ports.ts";
import { type ClaimWish, type RequestClaimDependencies, requestClaim } from "./request-claim.ts";

export interface ClaimByCommandDependencies extends RequestClaimDependencies {
  conversations: Pick<Conversations, "byUser">;
  agentsCalled: AgentsCalled;
  permalink: Permalink;
}

/** What somebody wrote behind a User. */
export type ClaimWords =
  | { readonly deed: "take" | "release" }
  /** `whom`: a name or an id. */
  | { readonly deed: "assign"; readonly whom: string };

/** `undefined`: the words are about something else. */
export function readClaimWords([first = "", ...others]: readonly string[]): ClaimWords | undefined {
  const deed = first.toLowerCase();
  if (deed === "assign" && others.length > 0) return { deed, whom: others.join(" ") };
  return (deed === "take" || deed === "release") && others.length === 0 ? { deed } : undefined;
}

/** Asks for what the buttons of the thread ask for. `trigger` is Slack's id of this use of the command. */
export async function claimByCommand(
  words: ClaimWords,
  { userId, agent, trigger }: { userId: UserId; agent: string; trigger: string },
  dependencies: ClaimByCommandDependencies,
): Promise<OwnerAnswer> {
  const { conversations, desk, permalink } = dependencies;
  const conversation = await conversations.byUser(userId);
  if (!conversation) return { kind: "not-claimed", problem: "not-open" };
  const { id, claim, thread } = conversation;
  const to = await personIn(words, { agent, conversation }, dependencies);
  if (to === "nobody") {
    const { whom = "" } = words.deed === "assign" ? words : {};
    return { kind: "nobody-called", whom, team: desk.teamOf(conversation).name };
  }
  const expects = words.deed === "take" ? undefined : claim?.by;
  const wish: ClaimWish = {
    conversation,
    actor: { agent },
    trigger,
    ...defined({ to, expects }),
  };
  const result = await requestClaim(wish, dependencies);
  // A repeat of the command has been heard, too.
  if (result === "appended" || result === "duplicate") {
    return { kind: "claiming", userId, ...defined({ link: thread && permalink(thread) }) };
  }
  return result.problem === "overtaken" && result.by !== undefined && to !== undefined
    ? { kind: "has-colleague", conversation: id, from: result.by }
    : { kind: "not-claimed", ...result };
}

/** Who is to answer, Slack id; `undefined`: nobody. `nobody`: there is not exactly one agent who is called so. */
async function personIn(
  words: ClaimWords,
  { agent, conversation }: { agent: string; conversation: Conversation },
  { agentsCalled, desk }: ClaimByCommandDependencies,
): Promise<string | undefined> {
  if (words.deed !== "assign") return words.deed === "take" ? agent : undefined;
  const [, id] = /^(?:<@)?([UW](?=[A-Z0-9]*\d)[A-Z0-9]+)(?:\|[^>]*)?>?$/.exec(words.whom) ?? [];
  if (id !== undefined) return id;
  const [only, ...others] = await agentsCalled(desk.teamOf(conversation), unescapeText(words.whom));
  return only === undefined || others.length > 0 ? "nobody" : only;
}
