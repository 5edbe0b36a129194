import { defined } from "../../defined.ts";
import type { ServiceId } from "../../ids.ts";
import type { JsonObject } from "../../json.ts";
import type { Conversation } from "../conversation.ts";
import type { Availability, Desk } from "../desk-ports.ts";
import { moment, momentOrNull } from "../moment.ts";
import { type TranscriptDependencies, transcriptFor } from "../ownership/hand-back-transcript.ts";
import type { Conversations, People } from "../ports.ts";
import type { BotEventBody } from "../stored/bot-event-body.ts";
import type { BotEvent } from "./bot-event.ts";
import { endReasonOf } from "./end-reason.ts";

export interface DescribeEventDependencies extends TranscriptDependencies {
  conversations: Pick<Conversations, "byId">;
  availability: Availability;
  desk: Pick<Desk, "rulesOf" | "teams">;
  people: People;
  /** Where Users go back to. */
  botService: ServiceId;
  now: () => number;
}

/** What the bot is told of something that has happened. The first attempt makes it, so that it is the same whenever it is sent. */
export async function describeEvent(
  body: BotEventBody,
  stopped: AbortSignal,
  dependencies: DescribeEventDependencies,
): Promise<BotEvent> {
  const { conversation = null, userId, team = null, handover = null, at } = body;
  return {
    type: `handover.${body.kind}`,
    timestamp: moment(at),
    data: {
      version: 1,
      handover,
      conversation,
      userId,
      team,
      ...(await detailsOf(body, stopped, dependencies)),
    },
  };
}

async function detailsOf(
  body: BotEventBody,
  stopped: AbortSignal,
  dependencies: DescribeEventDependencies,
): Promise<JsonObject> {
  const { people, conversations } = dependencies;
  const nameOf = async (by: string | undefined) =>
    by === undefined ? null : (await people.identityOf(by)).name;
  switch (body.kind) {
    case "accepted":
      return await lineOf(body.team, dependencies);
    case "claimed":
      return { agent: await nameOf(body.by) };
    case "answered": {
      const conversation = await conversations.byId(body.conversation);
      const since = conversation?.openedAt ?? body.at;
      return { agent: await nameOf(body.by), waitedSeconds: secondsBetween(since, body.at) };
    }
    case "waiting": {
      const { since, afterMs, remind, tellUser, handBack, at } = body;
      return {
        step: { afterSeconds: afterMs / 1000, ...defined({ remind, tellUser, handBack }) },
        waitedSeconds: secondsBetween(since, at),
      };
    }
    case "moved":
      return { from: body.from, to: body.team, movedBy: await nameOf(body.by) };
    case "declined":
    case "completed": {
      const conversation = await conversations.byId(body.conversation);
      return conversation ? await endOf(conversation, stopped, dependencies) : {};
    }
    case "failed":
      return { error: body.code, message: body.message };
    default:
      return body satisfies never;
  }
}

/** How many Users the team has that wait, this one among them, and for how long they do. */
async function lineOf(
  name: string,
  { desk, availability }: DescribeEventDependencies,
): Promise<JsonObject> {
  const team = desk.teams.find((each) => each.name === name);
  if (!team) return { position: null, typicalWaitSeconds: null, open: null, opensAt: null };
  const { waiting, typicalWaitSeconds = null, open, opensAt } = await availability.of(team);
  return {
    position: waiting === undefined ? null : Math.max(1, waiting),
    typicalWaitSeconds,
    open,
    opensAt: momentOrNull(opensAt),
  };
}

async function endOf(
  conversation: Conversation,
  stopped: AbortSignal,
  dependencies: DescribeEventDependencies,
): Promise<JsonObject> {
  const { ending, openedAt, firstClaimAt, firstAnswerAt, userMessages, agentMessages } =
    conversation;
  const by = ending?.by;
  // What an agent wrote for another Service is not for the bot.
  const isForBot = ending?.to?.id === dependencies.botService;
  return {
    reason: endReasonOf(conversation),
    outcome: ending?.outcome ?? null,
    summary: (isForBot && ending?.messageForUser) || null,
    note: (isForBot && ending?.note) || null,
    tags: [...(ending?.tags ?? [])],
    endedBy: by === undefined ? null : (await dependencies.people.identityOf(by)).name,
    to: ending?.to ? { ...ending.to } : null,
    openedAt: moment(openedAt),
    claimedAt: momentOrNull(firstClaimAt),
    firstAnswerAt: momentOrNull(firstAnswerAt),
    endedAt: momentOrNull(ending?.at),
    userMessages,
    agentMessages,
    ...(isForBot && (await transcriptFor(conversation, stopped, dependencies))),
  };
}

const secondsBetween = (from: number, to: number): number =>
  Math.max(0, Math.round((to - from) / 1000));
