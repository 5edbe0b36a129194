import type { AllMiddlewareArgs, AnyMiddlewareArgs, RespondFn } from "@slack/bolt";
import type { HomeView } from "@slack/web-api";
import { z } from "zod";
import type { Audit, AuditedDeed } from "../../bridge/audit-port.ts";
import { auditRefusal } from "../../bridge/audit-refusal.ts";
import type { Conversation } from "../../bridge/conversation.ts";
import type { Actor, Desk, Permissions } from "../../bridge/desk-ports.ts";
import type { Conversations, Posts } from "../../bridge/ports.ts";
import { teamIn } from "../../bridge/teams/team-in.ts";
import { escapeText } from "../../convert/text/slack-text.ts";
import { section } from "../../convert/to-slack/blocks.ts";
import { defined } from "../../defined.ts";
import type { Refusal } from "../../errors.ts";
import type { Thread } from "../../ids.ts";
import type { Log } from "../../log.ts";
import { renderRefusal } from "../../views/refusal.ts";
import type { Texts } from "../../views/texts/en.ts";
import { foreignTeamOf } from "../foreign-team.ts";
import { callSlack } from "../web-api.ts";
import { answerThere } from "./form-origin.ts";
import { EVENT_LISTENERS } from "./listener-tables.ts";
import { placeOfRequest } from "./place-of-request.ts";

/** Slack needs an acknowledgement within 3 s. If it takes longer to look somebody up, what is known of them has to do. */
const LOOK_UP_WITHIN_MS = 700;

export interface OutsiderOptions {
  permissions: Permissions;
  conversations: Pick<Conversations, "byThread">;
  desk: Pick<Desk, "teamOf">;
  audit: Audit;
  posts: Pick<Posts, "tell">;
  now: () => number;
  team: string;
  texts: Pick<Texts, "refusals">;
  log: Log;
}

type Args = AllMiddlewareArgs & AnyMiddlewareArgs;

const maybeText = z.string().nullish().catch(undefined);
const part = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.looseObject(shape).nullish().catch(undefined);

/** Who acts, and in which workspace, in each kind of Slack's requests. */
const request = z.looseObject({
  type: maybeText,
  command: maybeText,
  team_id: maybeText,
  user_id: maybeText,
  team: part({ id: maybeText }),
  user: part({ id: maybeText, team_id: maybeText }),
  event: part({ type: maybeText, user: maybeText, tab: maybeText }),
  view: part({
    type: maybeText,
    blocks: z.array(z.looseObject({ type: maybeText, block_id: maybeText })).catch([]),
  }),
});
type Request = z.output<typeof request>;

/**
 * Runs before every listener: whoever may act for no team is told so, and nothing else happens. Whether it is the right team
 * the listener asks, which knows what the request is about. Replies are checked when they are about to be sent instead, because
 * those that are read back from a thread never come this way.
 */
export function refuseOutsiders(options: OutsiderOptions) {
  const { permissions, team, texts, log } = options;
  return async (args: Args): Promise<void> => {
    const body = request.parse(args.body);
    const agent = body.user?.id ?? body.user_id ?? body.event?.user;
    // An event without a listener shows nothing to anybody.
    const isIdle = body.event && !Object.hasOwn(EVENT_LISTENERS, body.event.type ?? "");
    if (isIdle) return await args.next();
    const foreignTeam = foreignTeamOf(team, [body.team_id, body.team?.id, body.user?.team_id]);
    const refusal = agent
      ? await permissions.refusalOf(
          defined({ agent, foreignTeam }),
          { as: "agent", team: undefined },
          LOOK_UP_WITHIN_MS,
        )
      : ({ kind: "no-person" } as const);
    if (!refusal) return await args.next();
    log.info({ agent, reason: refusal.kind, type: body.event?.type ?? body.type }, "actor.refused");
    const where = await whereabouts(body, options);
    if (agent) await recordRefusedRequest(body, agent, refusal, where, options);
    const whole = agent
      ? await ofItsTeam(refusal, defined({ agent, foreignTeam }), where, options)
      : refusal;
    await answer(args, body, agent, renderRefusal(whole, texts), options);
  };
}

/** Where somebody acted, and whom it is about. */
interface Whereabouts {
  readonly place: string;
  readonly thread?: Thread;
  readonly conversation?: Conversation;
}

async function whereabouts(
  body: Request,
  { conversations, team }: OutsiderOptions,
): Promise<Whereabouts> {
  const { place, thread } = placeOfRequest(body, team);
  const conversation = thread && (await conversations.byThread(thread));
  return { place, ...defined({ thread, conversation }) };
}

/** In a thread people are told the same of whatever they do: of which team it is, and whom they can ask. */
async function ofItsTeam(
  refusal: Refusal,
  actor: Actor,
  { thread, conversation }: Whereabouts,
  { permissions, desk }: OutsiderOptions,
): Promise<Refusal> {
  if (refusal.kind !== "not-agent" || !conversation) return refusal;
  const deed = { as: "agent", team: teamIn(thread, conversation, desk) } as const;
  return (await permissions.refusalOf(actor, deed, LOOK_UP_WITHIN_MS)) ?? refusal;
}

const kindOf = ({ command, event, type }: Request): AuditedDeed => {
  if (command) return "command";
  if (event) return "home";
  if (type === "block_actions") return "button";
  return type?.startsWith("view_") ? "form" : "shortcut";
};

/** Before the answer: if that cannot be stored Slack says that it did not work, and whoever it is tries it again. */
async function recordRefusedRequest(
  body: Request,
  by: string,
  { kind: why }: Refusal,
  { place, conversation }: Whereabouts,
  { audit, now }: OutsiderOptions,
): Promise<void> {
  const whose = defined({ userId: conversation?.userId, conversation: conversation?.id });
  await auditRefusal({ what: kindOf(body), by, at: now(), why, place, ...whose }, audit);
}

/** Answers where the person looks for the outcome: in the App Home, under the command, in the form, or in the thread, to them alone. */
async function answer(
  args: Args,
  body: Request,
  agent: string | null | undefined,
  text: string,
  options: OutsiderOptions,
): Promise<void> {
  const { event, view } = body;
  if (event ? event.tab === "home" : view?.type === "home") {
    await (args as { ack?: () => Promise<void> }).ack?.();
    if (!agent) return;
    const home = { type: "home" as const, blocks: [section(escapeText(text))] };
    return void (await callSlack(
      "views.publish",
      () => args.client.views.publish({ user_id: agent, view: home as unknown as HomeView }),
      { idempotent: true },
    ));
  }
  if (event) return;
  const words = { response_type: "ephemeral" as const, text: escapeText(text) };
  const ack = (args as { ack?: (answer?: object) => Promise<void> }).ack;
  if (body.command) return await ack?.(words);
  const input = view?.blocks.find(({ type }) => type === "input")?.block_id;
  if (body.type === "view_submission" && input) {
    return await ack?.({ response_action: "errors", errors: { [input]: text } });
  }
  await ack?.();
  const { respond } = args as { respond?: RespondFn };
  const { thread } = placeOfRequest(body, options.team);
  if (agent && thread) await answerThere({ thread, agent, respond }, words.text, options);
  else await respond?.({ ...words, replace_original: false });
}
