import { codeMrkdwn, literalMrkdwn } from "../convert/text/literal-mrkdwn.ts";
import { sections } from "../convert/to-slack/blocks.ts";
import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { type BridgeError, ParleyAccessError, ParleyApiError, type Refusal } from "../errors.ts";
import type { HeldConversation } from "./actions.ts";
import { parleysReason } from "./cause-of.ts";
import { type ClaimProblem, renderClaimProblem } from "./claim-problem.ts";
import { renderTakeFrom } from "./claims.ts";
import { type ConversationLine, renderConversations } from "./conversation-list.ts";
import { type MoveProblem, renderMoveProblem } from "./move-problem.ts";
import { bold } from "./notice.ts";
import { renderRefusal } from "./refusal.ts";
import { renderServiceChoice } from "./service-choice.ts";
import { renderTeamChoice } from "./team-choice.ts";
import type { Texts } from "./texts/en.ts";

/** What `/parley-owner` answers. Names and ids are literal text. */
export type OwnerAnswer =
  | { kind: "help" }
  | { kind: "conversations"; lines: readonly ConversationLine[]; now: number }
  | { kind: "services"; services: readonly NamedService[] }
  /** Who has a User; missing: Parley did not say. `link` leads to the open thread. */
  | { kind: "owner"; userId: string; owner?: { name: string; isUs: boolean }; link?: string }
  | { kind: "given"; userId: string; service: string; outcome: OwnerChange }
  | ({ kind: "which-service" } & Parameters<typeof renderServiceChoice>[0])
  | { kind: "moving"; userId: string; team: string }
  | ({ kind: "not-moved" } & MoveProblem)
  /** Somebody is to answer the User, or nobody any more; `link` leads to the thread that tells what becomes of it. */
  | { kind: "claiming"; userId: string; link?: string }
  | ({ kind: "not-claimed" } & ClaimProblem)
  /** The User is to go straight back; `link` as above. */
  | { kind: "declining"; userId: string; link?: string }
  | { kind: "not-declined"; problem: "isOver" | "answered" }
  | ({ kind: "has-colleague" } & HeldConversation)
  /** None of the team, or more than one, is called `whom`. */
  | { kind: "nobody-called"; whom: string; team: string }
  | ({ kind: "which-team" } & Parameters<typeof renderTeamChoice>[0])
  | { kind: "problem"; problem: "no-id" | "no-thread" | "no-message-link" | "service-gone" }
  | { kind: "problem"; problem: "unknown-customer" | "ambiguous"; id: string }
  | { kind: "refused"; refusal: Refusal }
  | { kind: "failed"; error: BridgeError };

/** What became of a wish: nothing was to be done · another Service has the User now · we have · somebody else was faster. */
export type OwnerChange = "already" | "given" | "taken" | "overtaken";

interface NamedService {
  id: string;
  name: string;
  isDefault: boolean;
  isUs: boolean;
}

/** As many lines as fit into a message. Teams with more open conversations use the App Home. */
const LIST_LIMIT = 25;

/** For the person who asked. */
export function renderOwnerAnswer(answer: OwnerAnswer, texts: Texts): SlackMessage {
  if (answer.kind === "which-service") return renderServiceChoice(answer, texts);
  if (answer.kind === "which-team") return renderTeamChoice(answer, texts);
  if (answer.kind === "has-colleague") return renderTakeFrom(answer, texts);
  const text = describe(answer, texts);
  return { text, blocks: sections(text.split("\n")) };
}

type Offer = Extract<OwnerAnswer, { kind: "which-service" | "which-team" | "has-colleague" }>;

function describe(answer: Exclude<OwnerAnswer, Offer>, texts: Texts): string {
  const words = texts.ownerCommand;
  switch (answer.kind) {
    case "help":
      return words.help;
    case "conversations":
      return listConversations(answer, texts);
    case "services":
      return answer.services.length > 0
        ? answer.services.map((service) => describeService(service, texts)).join("\n")
        : words.noServices;
    case "owner": {
      const user = texts.user(literalMrkdwn(answer.userId));
      if (!answer.owner) return words.ownerUnknown(user);
      const { name, isUs } = answer.owner;
      const us = isUs ? ` (${words.thisBridge})` : "";
      return `${words.isWith(user, `*${literalMrkdwn(name)}*`)}${us}${linkTo(answer, texts)}`;
    }
    case "given": {
      const user = texts.user(literalMrkdwn(answer.userId));
      return words[answer.outcome](user, `*${literalMrkdwn(answer.service)}*`);
    }
    case "moving":
      return words.moving(texts.user(literalMrkdwn(answer.userId)), bold(answer.team));
    case "claiming":
      return `${words.claiming(texts.user(literalMrkdwn(answer.userId)))}${linkTo(answer, texts)}`;
    case "declining":
      return `${words.declining(texts.user(literalMrkdwn(answer.userId)))}${linkTo(answer, texts)}`;
    case "not-declined":
      return answer.problem === "answered"
        ? literalMrkdwn(texts.declineForm.answered)
        : literalMrkdwn(texts.handBackForm.isOver);
    case "not-claimed":
      return literalMrkdwn(renderClaimProblem(answer, texts));
    case "nobody-called":
      return words.nobodyCalled(literalMrkdwn(answer.whom), bold(answer.team));
    case "not-moved":
      return literalMrkdwn(renderMoveProblem(answer, texts));
    case "problem":
      return describeProblem(answer, texts);
    case "refused":
      return `:lock: ${literalMrkdwn(renderRefusal(answer.refusal, texts))}`;
    case "failed":
      return `:warning: ${explain(answer.error, texts)}`;
  }
}

const linkTo = ({ link }: { link?: string }, { ownerCommand }: Texts): string =>
  link === undefined ? "" : ` · <${link}|${ownerCommand.openThread}>`;

function listConversations(
  { lines, now }: Extract<OwnerAnswer, { kind: "conversations" }>,
  texts: Texts,
): string {
  const list = renderConversations(lines, now, LIST_LIMIT, texts);
  return lines.length === 0 ? list : `*${texts.conversations.count(lines.length)}*\n${list}`;
}

function describeService({ id, name, isDefault, isUs }: NamedService, texts: Texts): string {
  const { standard, thisBridge } = texts.ownerCommand;
  const labels = [...(isDefault ? [standard] : []), ...(isUs ? [thisBridge] : [])];
  const about = labels.length > 0 ? ` (${labels.join(", ")})` : "";
  return `• *${literalMrkdwn(name)}* ${codeMrkdwn(id)}${about}`;
}

function describeProblem(
  given: Extract<OwnerAnswer, { kind: "problem" }>,
  { ownerCommand: { problems } }: Texts,
): string {
  switch (given.problem) {
    case "unknown-customer":
      return problems[given.problem](literalMrkdwn(given.id));
    case "ambiguous":
      return problems[given.problem](given.id);
    default:
      return problems[given.problem];
  }
}

function explain(error: BridgeError, { ownerCommand: { failures } }: Texts): string {
  if (error instanceof ParleyAccessError) return failures.refusedAltogether;
  if (error instanceof ParleyApiError && error.disposition === "dead-letter") {
    return failures.refused(literalMrkdwn(parleysReason(error)));
  }
  return error.code === "storage" ? failures.notStored : failures.unreachable;
}
