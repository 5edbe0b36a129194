import { type ClaimWish, requestClaim } from "../../bridge/claims/request-claim.ts";
import type { Conversation } from "../../bridge/conversation.ts";
import { escapeText } from "../../convert/text/slack-text.ts";
import { defined } from "../../defined.ts";
import type { ConversationId } from "../../ids.ts";
import type { HeldConversation, ShownConversation } from "../../views/actions.ts";
import { renderClaimProblem } from "../../views/claim-problem.ts";
import { renderTakeFrom } from "../../views/claims.ts";
import { foreignTeamOf } from "../foreign-team.ts";
import { answerThere, originOfPress } from "./form-origin.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import type { Press } from "./requests.ts";

/** Whoever presses it answers from now on. If a colleague does already, it offers to answer in their place. */
export const take = (
  { value, ...press }: Press<ConversationId>,
  dependencies: ListenerDependencies,
): Promise<void> => ask(value, press, dependencies, ({ agent }) => ({ to: agent }));

/** The same in place of the colleague of whom it was offered, and of nobody else. */
export const takeFrom = async (
  { value, ...press }: Press<HeldConversation>,
  dependencies: ListenerDependencies,
): Promise<void> => {
  await ask(value?.conversation, press, dependencies, ({ agent }) => ({
    to: agent,
    ...defined({ expects: value?.from }),
  }));
  await press.respond({ delete_original: true });
};

/** Nobody answers from now on, if it is still whom the button showed. */
export const release = (
  { value, ...press }: Press<ShownConversation>,
  dependencies: ListenerDependencies,
): Promise<void> =>
  ask(value?.conversation, press, dependencies, ({ claim }) =>
    defined({ expects: value?.from ?? claim?.by }),
  );

/** Stores the wish; whoever presses is told at once what speaks against it, and the thread what became of it. */
async function ask(
  id: ConversationId | undefined,
  press: Omit<Press<unknown>, "value">,
  dependencies: ListenerDependencies,
  wishOf: (about: Conversation & { agent: string }) => Pick<ClaimWish, "to" | "expects">,
): Promise<void> {
  const { conversations, team: workspace, texts } = dependencies;
  const { body } = press;
  const origin = originOfPress(press, workspace);
  const { agent, trigger } = origin;
  const conversation = id && (await conversations.byId(id));
  if (!conversation) {
    return await answerThere(origin, texts.assignForm.noConversation, dependencies);
  }
  const foreignTeam = foreignTeamOf(workspace, [body.team?.id, body.user.team_id]);
  const wish: ClaimWish = {
    conversation,
    actor: { agent, ...defined({ foreignTeam }) },
    trigger,
    ...(body.message && { from: origin.thread }),
    ...defined({ ts: body.actions[0]?.action_ts }),
    ...wishOf({ ...conversation, agent }),
  };
  const result = await requestClaim(wish, dependencies);
  // A second delivery of the same press has been heard, too.
  if (result === "appended" || result === "duplicate") return;
  const answer =
    result.problem === "overtaken" && result.by !== undefined && wish.to !== undefined
      ? renderTakeFrom({ conversation: conversation.id, from: result.by }, texts)
      : escapeText(renderClaimProblem(result, texts));
  await answerThere(origin, answer, dependencies);
}
