import { defined } from "../../defined.ts";
import type { Lanes, Work } from "../../delivery/lanes.ts";
import { BridgeError } from "../../errors.ts";
import { makeDerivedItemId } from "../../ids.ts";
import type { Log } from "../../log.ts";
import { renderChannelBack, renderChannelTrouble } from "../../views/channel-news.ts";
import type { Texts } from "../../views/texts/en.ts";
import type { Desk, Responsible, Team } from "../desk-ports.ts";
import { personLane } from "../inbox-lanes.ts";
import type {
  ChannelNote,
  ChannelNotes,
  Channels,
  ChannelTrouble,
  Conversations,
  SeenChannel,
} from "../ports.ts";
import type { ChannelHint, InboxBody } from "../stored/inbox-body.ts";
import { SEEN } from "../stored/step-kinds.ts";
import { isSameTrouble } from "./is-same-trouble.ts";

/** Who is in a group that cannot be read for so long may never become known. */
const UNKNOWN_LIFE_MS = 30 * 60_000;

export interface CheckChannelDependencies {
  channels: Channels;
  channelNotes: ChannelNotes;
  responsible: Responsible;
  desk: Desk;
  conversations: Pick<Conversations, "open">;
  inbox: Pick<Lanes<InboxBody>, "append">;
  texts: Texts;
  log: Log;
}

/**
 * Looks at a channel of a team, because something says that it has changed. Whoever answers for the team is told of what has
 * changed since somebody was told last, each person once. What was seen is stored first and what was told last, and the ids of the
 * messages come from this item: after a crash the same ones are appended again, and so they are while not all who are to be told
 * are known. `hint`: what the one says that had us look, for where Slack does not let us.
 */
export async function checkChannel(
  work: Work<InboxBody>,
  { channel, hint: said }: { channel: string; hint?: ChannelHint },
  dependencies: CheckChannelDependencies,
): Promise<void> {
  const { channels, channelNotes, desk, log } = dependencies;
  const teams = desk.teams.filter((team) => team.channel === channel);
  // The configuration names another one by now.
  if (teams.length === 0) return;
  const hint = said === "shared" && channels.allowsShared(channel) ? undefined : said;
  const before = (await channelNotes.get(channel)) ?? {};
  // What was seen is not looked at again: what some have been told of it already all are told.
  const found = await work.step("seen", {
    kind: SEEN,
    run: () => look(work, channel, channels, hint),
  });
  const now: ChannelNote = {
    ...before,
    ...(found.name !== undefined && { name: found.name }),
  };
  const trouble = troubleOf(found, before, hint);
  const after = trouble === undefined ? withoutTrouble(now) : { ...now, trouble };
  if (isSameTrouble(before.trouble, trouble)) {
    if (after.name !== before.name) {
      await channelNotes.set(channel, { ...after, ...keptTrouble(before) });
      log.info({ channel, name: after.name }, "channel.renamed");
    }
    return;
  }
  const { told, mayBeMore } = await tellTeams(
    work,
    teams,
    { channel, before, after },
    dependencies,
  );
  if (mayBeMore && work.item.triedMs < UNKNOWN_LIFE_MS) {
    await channels.recheck();
    throw new BridgeError("Slack has not said yet who leads the team", {
      code: "slack-api",
      disposition: "retry",
    });
  }
  const fields = { channel, teams: teams.map(({ name }) => name), told };
  if (trouble === undefined) log.info(fields, "channel.back");
  else log.error({ ...fields, trouble }, "channel.trouble");
  await channels.recheck();
  await channelNotes.set(channel, after);
}

async function look(
  { item }: Work<InboxBody>,
  channel: string,
  channels: Channels,
  hint: ChannelHint | undefined,
): Promise<SeenChannel> {
  const { name, trouble, isHidden } = await channels.look(channel);
  // A channel that has just got another id cannot be seen either, until Slack's event says so.
  if (trouble === "unseen" && hint === undefined && item.attempt === 1) {
    throw new BridgeError("The channel cannot be seen", {
      code: "slack-api",
      disposition: "retry",
    });
  }
  return defined({ name, trouble, isHidden });
}

const withoutTrouble = ({ trouble: _, ...rest }: ChannelNote): ChannelNote => rest;
const keptTrouble = ({ trouble }: ChannelNote) => (trouble === undefined ? {} : { trouble });

/** What Slack says counts; what it does not say is as the hint says, or as it was. */
function troubleOf(
  { trouble, isHidden }: SeenChannel,
  before: ChannelNote,
  hint: ChannelHint | undefined,
): ChannelTrouble | undefined {
  if (isHidden) {
    if (hint === undefined) return before.trouble;
    return hint === "fine" ? undefined : hint;
  }
  return trouble === "unseen" && (hint === "deleted" || hint === "removed") ? hint : trouble;
}

/** Who is told; again the same where it is tried again. */
async function tellTeams(
  { item }: Work<InboxBody>,
  teams: readonly Team[],
  { channel, before, after }: { channel: string; before: ChannelNote; after: ChannelNote },
  { conversations, desk, responsible, inbox, texts }: CheckChannelDependencies,
): Promise<{ told: number; mayBeMore: boolean }> {
  const open = await conversations.open();
  const told = new Set<string>();
  let mayBeMore = false;
  for (const team of teams) {
    const ofTeam = open.filter((conversation) => desk.teamOf(conversation).name === team.name);
    const waiting = ofTeam.filter(({ waitingSince }) => waitingSince !== undefined).length;
    const about = { channel, name: after.name, team: team.name, waiting };
    const message =
      after.trouble === undefined
        ? renderChannelBack(about, before.trouble, texts)
        : renderChannelTrouble(about, after.trouble, texts);
    const answer = await responsible(team);
    mayBeMore ||= answer.mayBeMore;
    for (const to of answer.people) {
      if (told.has(to)) continue;
      told.add(to);
      await inbox.append({
        lane: personLane(to),
        id: makeDerivedItemId(item.id, `tell ${to}`),
        body: { kind: "direct", to, message },
      });
    }
  }
  return { told: told.size, mayBeMore };
}
