import { createFaults, type Faults } from "../http/faults.ts";
import { startHttpServer } from "../http/http-server.ts";
import { type ChannelChanges, createChannelChanges } from "./channel-changes.ts";
import { createConversation } from "./conversation.ts";
import { type AppPage, createAppPage } from "./credentials.ts";
import { createDelivery, type DeliveryOptions } from "./delivery.ts";
import {
  createEvents,
  type EventEnvelope,
  type Events,
  type HeldEvents,
  type SlackEvent,
} from "./events.ts";
import { createFileStore } from "./file-store.ts";
import type { DeliveryOutcome } from "./http-delivery.ts";
import { identity } from "./identity.ts";
import { createInteractions, type Interactions } from "./interactions.ts";
import { type Change, createJournal, type RecordedCall } from "./journal.ts";
import { createMembers, type Members } from "./members.ts";
import { createModals, type Modals } from "./modals.ts";
import {
  BOT_USER,
  type ChannelOptions,
  DEFAULT_MEMBERS,
  DEFAULT_USERGROUPS,
  type MemberOptions,
  toChannel,
  toUser,
  toUsergroup,
  type UsergroupOptions,
} from "./people.ts";
import { createRateLimits } from "./rate-limits.ts";
import { createResponseUrls } from "./response-urls.ts";
import { createRoutes } from "./routes.ts";
import { createSocketMode, type DisconnectReason } from "./socket-mode.ts";
import { createState, type Limits, type SlackState } from "./state.ts";
import { createTimestamps } from "./timestamps.ts";
import { createTriggers } from "./triggers.ts";
import { createViewStack } from "./view-stack.ts";
import { createWebApi } from "./web-api/router.ts";
import type { Workspace } from "./workspace.ts";

export interface FakeSlackOptions extends DeliveryOptions {
  /** Default: a free port. */
  readonly port?: number;
  /** Id of the default channel, public, with the bot and all members in it. Default `C0SUPPORT`. */
  readonly channel?: string;
  /** More channels. */
  readonly channels?: readonly ChannelOptions[];
  /** The human members. Default: {@link file://./people.ts}'s Anna and Ben. */
  readonly members?: readonly MemberOptions[];
  /** Default: `S0SUPPORT`, without members. */
  readonly usergroups?: readonly UsergroupOptions[];
  /** Whether the app's manifest gives its App Home a messages tab. Default: it does. */
  readonly messagesTab?: boolean;
  readonly scopes?: readonly string[];
  readonly botEvents?: readonly string[];
  readonly limits?: Partial<Limits>;
  /** ms since the epoch; for triggers, response_urls, rate limits and timestamps, not for retries. */
  readonly now?: () => number;
}

/**
 * A small but honest Slack on loopback: the Web API, signed HTTP requests or Socket Mode towards the app, and members
 * who post, click and submit. It keeps everything in memory and tells every change to its subscribers.
 */
export interface FakeSlack extends Members, ChannelChanges, Interactions, AppPage {
  readonly url: string;
  /** For `SLACK_API_URL`; ends in `/api/`. */
  readonly apiUrl: string;
  /** Of now. */
  readonly botToken: string;
  /** The first one. */
  readonly appToken: string;
  /** Of now. */
  readonly signingSecret: string;
  readonly teamId: string;
  readonly botUserId: string;
  readonly botId: string;
  readonly appId: string;
  /** A public channel that the bot and all members are in. */
  readonly channel: string;
  readonly state: SlackState;
  /** Trouble by Web API method, or `files.upload`, `files.download`, `response_url` and `socket`, which may only `hang`. */
  readonly faults: Faults;
  /** Every call to the fake and every delivery from it, newest last. */
  readonly requests: readonly RecordedCall[];
  /** Exceptions inside the fake; a test should find none. */
  readonly crashes: readonly Error[];
  /** The Web API calls of one method so far. */
  calls(method: string): readonly RecordedCall[];
  subscribe(listener: (change: Change) => void): () => void;
  /** Resolves with the first truthy value of `condition`, looking now and after every change. */
  waitFor<T>(condition: () => T, timeoutMs?: number): Promise<NonNullable<T>>;
  /** HTTP mode: sends events, interactions and commands to this address. */
  deliverTo(eventsUrl: string): void;
  /** Links to messages lead to this page, as `/?channel=C…&thread=TS`; without one they lead nowhere. */
  showOn(pageUrl: string): void;

  submitView: Modals["submit"];
  closeView: Modals["close"];
  /** Sends any other event, subscribed to or not. */
  sendEvent(event: SlackEvent): Promise<DeliveryOutcome>;
  /** Every envelope so far by event_id. */
  readonly sentEvents: ReadonlyMap<string, EventEnvelope>;
  /** Events that the app never took: dropped, sent while nobody listened, or given up after the last try. */
  readonly lostEvents: readonly EventEnvelope[];
  /** Delivers the very same envelope once more. */
  redeliver: Events["redeliver"];
  /** Keeps events back until they are released, in any order. */
  holdEvents(): HeldEvents;
  /** Loses the next `count` events, or all that match until the returned function is called. */
  dropEvents: Events["drop"];
  /** Live Socket Mode connections. */
  readonly socketConnections: number;
  /** Sends this over every connection, whatever it is. */
  sendRawFrame(frame: string): void;
  disconnectSockets(reason: DisconnectReason): void;
  /** Cuts all Socket Mode connections without an announcement. */
  cutSockets(): void;
  /** From now on nothing is heard on the open sockets; new ones are as usual. */
  deafenSockets(): void;
  close(): Promise<void>;
}

export async function startFakeSlack(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const { members, channel = "C0SUPPORT", now = Date.now } = options;
  const users = (members ?? DEFAULT_MEMBERS).map(toUser);
  const state = createState({
    users: [...users, BOT_USER],
    channels: [
      toChannel({
        id: channel,
        name: "support",
        members: [...users.map(({ id }) => id), identity.botUserId],
      }),
      ...(options.channels ?? []).map(toChannel),
    ],
    usergroups: (options.usergroups ?? DEFAULT_USERGROUPS).map(toUsergroup),
    messagesTab: options.messagesTab ?? true,
    scopes: options.scopes,
    botEvents: options.botEvents,
    limits: options.limits,
  });
  let url = "";
  let page: string | undefined;
  const journal = createJournal(now);
  const workspace: Workspace = {
    state,
    journal,
    timestamps: createTimestamps(now),
    now,
    url: () => url,
  };
  const faults = createFaults();
  const socketMode = createSocketMode(journal);
  const { credentials } = state;
  const delivery = createDelivery(journal, socketMode, credentials, options);
  const events = createEvents(workspace, delivery);
  const conversation = createConversation(workspace, events);
  const triggers = createTriggers(workspace);
  const views = createViewStack(workspace);
  const files = createFileStore(workspace);
  const responseUrls = createResponseUrls(workspace, conversation);
  const webApi = createWebApi(
    {
      ...workspace,
      conversation,
      events,
      triggers,
      views,
      files,
      rateLimits: createRateLimits(workspace),
      socketMode,
      onSocketMode: () => delivery.useSocket(),
    },
    faults,
  );
  const server = await startHttpServer(
    createRoutes({ journal, faults, webApi, files, responseUrls, page: () => page }),
    options.port,
  );
  url = server.url;
  server.server.on("upgrade", (request, socket, head) => {
    const isMute = faults.take("socket")?.kind === "hang";
    socketMode.handleUpgrade(request, socket, head, isMute);
  });
  const actors = createMembers(workspace, { conversation, events, files, defaultChannel: channel });
  const channelChanges = createChannelChanges(workspace, { conversation, defaultChannel: channel });
  const interactions = createInteractions(workspace, { delivery, triggers, responseUrls });
  const modals = createModals(workspace, { delivery, triggers, views });

  return {
    ...actors,
    ...channelChanges,
    ...interactions,
    ...createAppPage(credentials),
    url,
    apiUrl: `${url}/api/`,
    get botToken() {
      return credentials.botToken;
    },
    appToken: identity.appToken,
    get signingSecret() {
      return credentials.signingSecret;
    },
    teamId: identity.teamId,
    botUserId: identity.botUserId,
    botId: identity.botId,
    appId: identity.appId,
    channel,
    state,
    faults,
    requests: journal.calls,
    crashes: journal.crashes,
    calls: (method) => journal.calls.filter((call) => call.method === method),
    subscribe: (listener) => journal.subscribe(listener),
    waitFor: (condition, timeoutMs) => journal.waitFor(condition, timeoutMs),
    showOn(pageUrl) {
      page = pageUrl;
    },
    deliverTo: (eventsUrl) => delivery.useHttp(eventsUrl),
    submitView: (submission) => modals.submit(submission),
    closeView: (closing) => modals.close(closing),
    sendEvent: (event) => events.emit(event),
    sentEvents: events.sent,
    lostEvents: events.lost,
    redeliver: (eventId, retry) => events.redeliver(eventId, retry),
    holdEvents: () => events.hold(),
    dropEvents: (which) => events.drop(which),
    get socketConnections() {
      return socketMode.connections;
    },
    sendRawFrame: (frame) => socketMode.sendRaw(frame),
    disconnectSockets: (reason) => socketMode.disconnect(reason),
    cutSockets: () => socketMode.cut(),
    deafenSockets: () => socketMode.deafen(),
    async close() {
      delivery.close();
      socketMode.close();
      await server.close();
    },
  };
}
