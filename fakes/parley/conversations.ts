import { toEventBody, toHandoverBody, toMergeBody, toMessageBody } from "./callback-bodies.ts";
import type { CallbackOutcome, Callbacks } from "./callbacks.ts";
import type { Journal } from "./journal.ts";
import type { ParleyMessage } from "./message.ts";
import { type MessageDraft, toMessage } from "./message-draft.ts";
import type { ParleySettings } from "./options.ts";
import { ownerOf, type ParleyService, type ParleyState, type ParleyUser } from "./state.ts";

/** What happens between Users and Services, whichever API or test caused it. */
export interface Conversations {
  /**
   * Stores a message of the User and calls its owner back. The default Service becomes the owner of a User without one.
   * @throws {Refusal} as {@link toMessage}
   */
  receiveFromUser(user: ParleyUser, draft: MessageDraft): Sent;
  /** Stores a message that the User will see. Whether the Service may send is the caller's question. */
  receiveFromService(user: ParleyUser, draft: MessageDraft): ParleyMessage;
  /** Tells the owner that the User types; tried once. */
  userTypes(user: ParleyUser, event: string): Promise<CallbackOutcome>;
  /** Connects the User to `to`. The new owner is called back iff it was not the owner before. */
  changeOwner(
    user: ParleyUser,
    to: ParleyService,
    metadata: unknown,
    by: string | null,
  ): Promise<CallbackOutcome> | undefined;
  /** Moves messages and devices of the anonymous User to the registered one, who keeps its owner if it has one. */
  merge(absorbed: ParleyUser, surviving: ParleyUser): Promise<CallbackOutcome>[];
}

interface Sent {
  readonly message: ParleyMessage;
  readonly delivered: Promise<CallbackOutcome>;
}

export function createConversations(
  state: ParleyState,
  settings: ParleySettings,
  journal: Journal,
  callbacks: Callbacks,
): Conversations {
  /** The owner's outcome; others are told by the same body, if the rules say so. */
  const tell = (user: ParleyUser, body: unknown, retries: boolean) => {
    const owner = ownerOf(state, user);
    const outcome = callbacks.send(owner, body, { userId: user.id, retries });
    if (settings.rules.callbackNonOwners) {
      for (const service of state.services.values()) {
        if (service === owner || service.callbackUrl === null) continue;
        callbacks.send(service, body, { userId: user.id, retries }).catch(journal.failed);
      }
    }
    return outcome;
  };

  return {
    receiveFromUser(user, draft) {
      const message = toMessage(state, draft, { typeIds: [1, 4], nowMs: settings.now() });
      user.owner ??= ownerOf(state, user).identification;
      user.messages.push(message);
      journal.changed({ kind: "message", userId: user.id, message });
      return { message, delivered: tell(user, toMessageBody(settings, user, message), true) };
    },
    receiveFromService(user, draft) {
      const message = toMessage(state, draft, { typeIds: [2, 3, 5], nowMs: settings.now() });
      user.messages.push(message);
      if (message.agent) user.agent = { ...message.agent, isTyping: 0 };
      journal.changed({ kind: "message", userId: user.id, message });
      return message;
    },
    userTypes(user, event) {
      journal.changed({ kind: "typing", userId: user.id, by: "user" });
      return tell(user, toEventBody(settings, user, event), false);
    },
    changeOwner(user, to, metadata, by) {
      const from = user.owner;
      const handover = { from, to: to.identification, by, metadata, at: settings.now() };
      user.owner = to.identification;
      user.handovers.push(handover);
      journal.changed({ kind: "owner", userId: user.id, owner: to.identification });
      const body = toHandoverBody(settings, user, handover, to);
      if (from === to.identification || body === undefined) return undefined;
      return callbacks.send(to, body, { userId: user.id });
    },
    merge(absorbed, surviving) {
      const services = new Set([absorbed, surviving].flatMap((user) => user.owner ?? []));
      surviving.messages = [...surviving.messages, ...absorbed.messages].sort(
        (a, b) => a.id - b.id,
      );
      surviving.owner ??= absorbed.owner;
      surviving.agent ??= absorbed.agent;
      surviving.additionalInformation ??= absorbed.additionalInformation;
      for (const device of state.devices.values()) {
        if (device.userId === absorbed.id) device.userId = surviving.id;
      }
      state.users.delete(absorbed.id);
      state.mergers.push({ from: absorbed.id, to: surviving.id, at: settings.now() });
      journal.changed({ kind: "merge", from: absorbed.id, to: surviving.id });
      const body = toMergeBody(settings, absorbed, surviving);
      if (body === undefined) return [];
      return [...state.services.values()]
        .filter(({ identification }) => services.has(identification))
        .map((service) => callbacks.send(service, body, { userId: surviving.id }));
    },
  };
}
