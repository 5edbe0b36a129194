import { createFaults, type Faults } from "../http/faults.ts";
import { startHttpServer } from "../http/http-server.ts";
import { createApiHandler, LIVE_VERSIONS } from "./api-server.ts";
import { type BotService, startBotService } from "./bot-service.ts";
import {
  type CallbackOutcome,
  createCallbacks,
  type HeldCallbacks,
  type SendOptions,
} from "./callbacks.ts";
import { createClientApi } from "./client-api.ts";
import { createConversations } from "./conversations.ts";
import { createJournal, type Journal, type RecordedCallback } from "./journal.ts";
import { type ServedMedia, storeMedia } from "./media.ts";
import type { ParleyMessage } from "./message.ts";
import { type MessageDraft, toDraft } from "./message-draft.ts";
import { type FakeParleyOptions, type ParleyAccount, toSettings } from "./options.ts";
import { createServiceApi } from "./service-api.ts";
import {
  addService,
  addUser,
  createParleyState,
  type NewService,
  type NewUser,
  type ParleyService,
  type ParleyState,
  type ParleyUser,
  serviceOf,
  userOf,
} from "./state.ts";

interface UserMessage extends Omit<Partial<MessageDraft>, "media"> {
  /** Either what an upload answered, or a file to store now. */
  readonly media?:
    | { readonly id: string; readonly description?: string }
    | {
        readonly name: string;
        readonly mimeType: string;
        readonly bytes: Uint8Array;
        /** What its address answers instead. */
        readonly served?: ServedMedia;
      };
}

/** A Parley account on loopback: both APIs over HTTP, and methods to act as its Users, its bot and its support. */
export interface FakeParley {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** For `PARLEY_API_URL`. */
  readonly serviceApiUrl: string;
  /** The Client API is under `/clientApi/v1.9/`. */
  readonly clientApiDomain: string;
  readonly account: ParleyAccount;
  readonly agentService: ParleyService;
  /** The default Service. */
  readonly botService: ParleyService;
  /** The bot that runs as `botService`, with option `bot`. */
  readonly bot: BotService | null;
  readonly state: ParleyState;
  /** Named `PUT /users/20/owner` for the Service API, `POST /clientApi/v1.9/messages` for the Client API. */
  readonly faults: Faults;
  readonly requests: Journal["requests"];
  readonly callbacks: Journal["callbacks"];
  /** Defects of the fake; a test should find none. */
  readonly failures: Journal["failures"];
  readonly subscribe: Journal["subscribe"];
  readonly until: Journal["until"];
  addService(service: NewService): ParleyService;
  /** What Parley support does for a Service. */
  registerCallback(
    serviceIdentification: string,
    url: string,
    headers?: Readonly<Record<string, string>>,
  ): void;
  /** What Parley support does for a Service: from now on this alone signs its requests. */
  changeSharedSecret(serviceIdentification: string, secret: string): void;
  createUser(user?: NewUser): ParleyUser;
  user(id: string | number): ParleyUser;
  /** Stores a User's message and calls the owner back; `delivered` settles after the last try and never rejects. */
  userWrites(
    userId: string | number,
    message: string | UserMessage,
  ): Promise<{ readonly messageId: string; readonly delivered: Promise<CallbackOutcome> }>;
  userTypes(userId: string | number, event: "startTyping" | "stopTyping"): Promise<CallbackOutcome>;
  /** As PUT owner does; `delivered` is null when the new owner is not called back. */
  handOver(handover: {
    readonly userId: string | number;
    readonly to: string;
    readonly metadata?: unknown;
    /** Default: the owner until now. */
    readonly by?: string;
  }): Promise<{ readonly delivered: Promise<CallbackOutcome> | null }>;
  mergeUsers(
    anonymousId: string | number,
    registeredId: string | number,
  ): Promise<{ readonly delivered: readonly Promise<CallbackOutcome>[] }>;
  /** Sends any body to a Service. */
  callback(
    serviceIdentification: string,
    body: unknown,
    options?: SendOptions,
  ): Promise<CallbackOutcome>;
  /** Sends the same body once more, by default that of the last callback. */
  redeliver(callback?: RecordedCallback): Promise<CallbackOutcome>;
  /** Keeps back callbacks from now on, to send them in another order. */
  holdCallbacks(): HeldCallbacks;
  /** What the User can read of the account: its messages of type 2, oldest first. */
  sent(userId: string | number): readonly ParleyMessage[];
  close(): Promise<void>;
}

export async function startFakeParley(options: FakeParleyOptions = {}): Promise<FakeParley> {
  const settings = toSettings(options);
  const { account } = settings;
  const state = createParleyState();
  const journal = createJournal();
  const faults = createFaults();
  const callbacks = createCallbacks(settings, journal);
  const conversations = createConversations(state, settings, journal, callbacks);
  const botService = addService(
    state,
    {
      identification: "as272d6g2ds766fcdfgh",
      name: "Bot Service",
      default: true,
      ...options.botService,
    },
    account.sharedSecret,
  );
  const agentService = addService(
    state,
    { identification: "Jlk9e7cSf9g3FFsaqe39", name: "Agent Service", ...options.agentService },
    account.sharedSecret,
  );
  const server = await startHttpServer(
    createApiHandler({
      settings,
      journal,
      faults,
      serviceApi: createServiceApi(state, settings, journal, conversations),
      clientApi: createClientApi(state, settings, journal, conversations),
    }),
    options.port,
  );
  const serviceApiUrl = `${server.url}/serviceApi/v${LIVE_VERSIONS.service.url}`;

  const registerCallback: FakeParley["registerCallback"] = (identification, url, headers = {}) => {
    const service = serviceOf(state, identification);
    service.callbackUrl = url;
    service.callbackHeaders = headers;
    journal.changed({ kind: "service", id: identification });
  };
  const bot = options.bot
    ? await startBotService({
        serviceApiUrl,
        account,
        botService,
        agentService,
        registerCallback,
        now: settings.now,
        exchanged: (exchange) => journal.changed({ kind: "bot", exchange }),
      })
    : null;

  return {
    url: server.url,
    serviceApiUrl,
    clientApiDomain: server.url,
    account,
    agentService,
    botService,
    bot,
    state,
    faults,
    requests: journal.requests,
    callbacks: journal.callbacks,
    failures: journal.failures,
    subscribe: journal.subscribe,
    until: journal.until,
    addService(service) {
      const added = addService(state, service, account.sharedSecret);
      journal.changed({ kind: "service", id: added.identification });
      return added;
    },
    registerCallback,
    changeSharedSecret(identification, secret) {
      serviceOf(state, identification).sharedSecret = secret;
      journal.changed({ kind: "service", id: identification });
    },
    createUser(user = {}) {
      const added = addUser(state, user);
      journal.changed({ kind: "user", userId: added.id });
      return added;
    },
    user: (id) => userOf(state, id),
    async userWrites(userId, message) {
      const { media, ...draft } = typeof message === "string" ? { message } : message;
      const user = userOf(state, userId);
      const origin = {
        uploadedBy: `user:${user.id}`,
        accountId: account.id,
        nowMs: settings.now(),
      };
      const reference =
        media && "bytes" in media
          ? { id: storeMedia(state, media, origin).uploadId, description: media.name }
          : media;
      const sent = conversations.receiveFromUser(user, toDraft({ ...draft, media: reference }));
      return { messageId: String(sent.message.id), delivered: sent.delivered };
    },
    userTypes: async (userId, event) => conversations.userTypes(userOf(state, userId), event),
    async handOver({ userId, to, metadata, by }) {
      const user = userOf(state, userId);
      const giver = by ?? user.owner;
      const delivered = conversations.changeOwner(user, serviceOf(state, to), metadata, giver);
      return { delivered: delivered ?? null };
    },
    async mergeUsers(anonymousId, registeredId) {
      const absorbed = userOf(state, anonymousId);
      return { delivered: conversations.merge(absorbed, userOf(state, registeredId)) };
    },
    callback: (identification, body, sendOptions) =>
      callbacks.send(serviceOf(state, identification), body, sendOptions),
    redeliver(callback = journal.callbacks.at(-1)) {
      if (!callback) throw new Error("No callback to redeliver");
      return callbacks.send(serviceOf(state, callback.service), callback.body);
    },
    holdCallbacks: () => callbacks.hold(),
    sent: (userId) => userOf(state, userId).messages.filter(({ typeId }) => typeId === 2),
    async close() {
      callbacks.close();
      await Promise.all([bot?.close(), server.close()]);
    },
  };
}
