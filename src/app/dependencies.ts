import type { Alarms } from "../alarms.ts";
import { createReceiver } from "../bot/create-receiver.ts";
import { createAudit } from "../bridge/audit.ts";
import { followHandovers } from "../bridge/bot-events/follow-handovers.ts";
import { createChannelWatch } from "../bridge/channels/watch-channels.ts";
import type { Erasures } from "../bridge/erasing/erasures.ts";
import type { UserRecords } from "../bridge/erasing/user-records.ts";
import { createNotifier } from "../bridge/notifier.ts";
import type { ChannelNotes, Conversations, Workspace } from "../bridge/ports.ts";
import { channelNoteSchema } from "../bridge/stored/channel-note.ts";
import {
  activeAgentsSchema,
  firstWaitsSchema,
  lastInTurnSchema,
  membersSchema,
  standingSchema,
} from "../bridge/stored/last-known-schemas.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config/read-config.ts";
import { channelsOf } from "../config/team-config.ts";
import type { CreateRateLimiter } from "../delivery/rate-limiter.ts";
import { createSemaphore } from "../delivery/semaphore.ts";
import { createActiveAgents } from "../desk/active-agents.ts";
import { createAgentsCalled } from "../desk/agents-called.ts";
import { createAgentsInTurn } from "../desk/agents-in-turn.ts";
import { followConversations } from "../desk/clock/follow-conversations.ts";
import { createAvailability } from "../desk/create-availability.ts";
import { createDesk } from "../desk/create-desk.ts";
import { createFirstWaits } from "../desk/first-waits.ts";
import { createKnownMembers } from "../desk/known-members.ts";
import { createKnownPersons } from "../desk/known-persons.ts";
import { createPermissions } from "../desk/permissions.ts";
import { createResponsible } from "../desk/responsible.ts";
import { haveRoles } from "../desk/roles.ts";
import type { ServiceId } from "../ids.ts";
import { type Json, parseJson } from "../json.ts";
import type { Log } from "../log.ts";
import { type MeasuredTime, measureConversations } from "../ops/measure-conversations.ts";
import { createParleyFiles } from "../parley/parley-files.ts";
import { parseCallback } from "../parley/parse-callback.ts";
import type { ChannelIds } from "../slack/channel-ids.ts";
import { createDirectMessages } from "../slack/direct-messages.ts";
import { allowsShared } from "../slack/find-channel.ts";
import { createFindFormerChannel } from "../slack/find-former-channel.ts";
import { createSlackFiles } from "../slack/slack-files.ts";
import type { State } from "../state/state.ts";
import type { InTurn } from "../turns.ts";
import { textsFor } from "../views/texts/texts-for.ts";
import type { Queues } from "./open-queues.ts";
import type { Outside } from "./outside.ts";
import { createSlackPorts } from "./slack-ports.ts";

/** Files on their way at once; of those whose size is not known each takes up to 10 MB of memory. */
const TRANSFERS = 4;

/** What the handlers of both flows, and those who take something in, work with. */
export type Dependencies = ReturnType<typeof createDependencies>;

export function createDependencies(
  config: Config,
  {
    outside,
    workspace,
    botService,
    queues,
    conversations,
    onTime,
    onHandover,
    audit: records,
    handovers,
    userRecords,
    erasures,
    inTurn,
    createLimiter,
    remembered,
    channelIds,
    onThreadFound,
    onErasureOrdered,
    alarms,
    clock,
    log,
  }: {
    outside: Outside;
    workspace: Workspace;
    /** Where Users go back to. */
    botService: ServiceId;
    queues: Queues;
    conversations: Conversations;
    onTime: (time: MeasuredTime) => void;
    onHandover: (metadata: Json | undefined) => void;
    audit: State["audit"];
    handovers: State["handovers"];
    userRecords: UserRecords;
    erasures: Erasures;
    inTurn: InTurn<string>;
    createLimiter: CreateRateLimiter;
    remembered: State["remembered"];
    channelIds: ChannelIds;
    onThreadFound: () => void;
    onErasureOrdered: () => void;
    alarms: Alarms;
    clock: Clock;
    log: Log;
  },
) {
  const { client, parley, parleyApi } = outside;
  const { now } = clock;
  const slackLog = log.child({ component: "slack" });
  const texts = textsFor(config.language);
  const { patience, groupMs, mentions, replyMode, undoMs } = config;
  const { ownerUnknown, lineBreak, messageLength } = config.parley;
  const parse = (body: Json) => parseCallback(body, parley.self);
  const desk = createDesk(config.teams, log, config.answers);
  const receiver = createReceiver({ ...config, alarms, now });
  const firstWaits = createFirstWaits({
    remembered: remembered(firstWaitsSchema),
    inTurn,
    now,
    log,
  });
  const measured = measureConversations(conversations, desk, (time) => {
    onTime(time);
    if (time.what === "first-answer") void firstWaits.answered(time.team, time.elapsedSeconds);
  });
  const followed = config.botEvents
    ? followHandovers(measured, { ...queues, receiver, desk, now })
    : measured;
  const notes = remembered(channelNoteSchema);
  const channelNotes: ChannelNotes = {
    get: (channel) => notes.get(`channel/${channel}`),
    set: (channel, note) => notes.set(`channel/${channel}`, note),
  };
  const slack = createSlackPorts(client, {
    config,
    workspace,
    createLimiter,
    channelIds,
    optionalScopes: outside.optionalScopes,
    texts,
    monotonic: clock.monotonic,
    log: slackLog,
  });
  const members = createKnownMembers({
    ...slack.directory,
    remembered: remembered(membersSchema),
    clock,
    log: slackLog,
  });
  const permissions = createPermissions({
    teams: config.teams,
    personOf: createKnownPersons(
      slack.directory,
      // Where everybody of the workspace may act, the workspace that a request names is enough.
      haveRoles(config.teams) ? remembered(standingSchema) : undefined,
    ),
    members,
    people: slack.people,
    guestsMayAnswer: config.guestsMayAnswer,
    monotonic: clock.monotonic,
  });
  return {
    ...slack,
    members,
    ...queues,
    parley,
    botService,
    slackFiles: createSlackFiles({
      client,
      ...config.slack,
      channels: channelsOf(config.teams),
      channelIds,
      texts,
      log: slackLog,
    }),
    desk,
    channelIds,
    channelNotes,
    channels: {
      look: (channel: string) => outside.lookAt(channel),
      allowsShared: (channel: string) => allowsShared(config.teams, channel),
      // Whatever is wrong, its alarms say it.
      recheck: () => outside.inspectWorkspace().then(noop, noop),
    },
    channelWatch: createChannelWatch({ desk, inbox: queues.inbox, channelNotes, now }),
    directMessages: createDirectMessages(client),
    findFormerChannel: createFindFormerChannel(client, conversations),
    responsible: createResponsible(config.teams, members.of),
    permissions,
    agentsCalled: createAgentsCalled({
      teams: config.teams,
      membersOf: members.of,
      allNamesOf: slack.allNamesOf,
    }),
    agentsInTurn: createAgentsInTurn({
      teams: config.teams,
      membersOf: members.of,
      permissions,
      isActive: slack.isActive,
      last: remembered(lastInTurnSchema),
      now,
      log: slackLog,
    }),
    availability: createAvailability({
      teams: config.teams,
      desk,
      conversations,
      typicalWaits: firstWaits,
      agentsActive: createActiveAgents({
        membersOf: members.of,
        permissions,
        isActive: slack.isActive,
        remembered: remembered(activeAgentsSchema),
        now,
      }),
      ...clock,
      log,
    }),
    parleyFiles: createParleyFiles(parleyApi, config.parley),
    transfers: createSemaphore(TRANSFERS),
    receiver,
    conversations: followConversations(followed, { desk, ...queues, now, log }),
    audit: createAudit({ records, people: slack.people, log: log.child({ component: "audit" }) }),
    handovers,
    userRecords,
    erasures,
    inTurn,
    notifier: createNotifier(queues.inbox),
    onThreadFound,
    onErasureOrdered,
    onHandover,
    parse: (raw: string) => parse(parseJson(raw) ?? null),
    texts,
    userTexts: config.userTexts,
    language: config.language,
    patience,
    groupMs,
    showUserIdentity: config.showUserIdentity !== false,
    mentions,
    replyMode,
    undoMs,
    ownerUnknown,
    lineBreak,
    messageLength,
    now,
    log,
  };
}

const noop = () => {};
