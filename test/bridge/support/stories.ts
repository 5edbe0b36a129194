import { claimItem } from "../../../src/bridge/claims/claim-item.ts";
import { userLane } from "../../../src/bridge/inbox-lanes.ts";
import type { ParleyEvent } from "../../../src/bridge/parley-event.ts";
import type { ChannelTrouble } from "../../../src/bridge/ports.ts";
import type { AgentReply } from "../../../src/bridge/stored/agent-reply.ts";
import type { ClaimRequest, InboxBody } from "../../../src/bridge/stored/inbox-body.ts";
import type { HandBackRequest, OutboxBody } from "../../../src/bridge/stored/outbox-body.ts";
import {
  takeInDeletion,
  takeInEdit,
  takeInReply,
} from "../../../src/bridge/to-parley/take-in-reply.ts";
import type { ParleyMedia, ParleyMessage } from "../../../src/convert/to-slack/parley-message.ts";
import { defined } from "../../../src/defined.ts";
import { makeDerivedItemId, makeThreadKey, type Thread, type UserId } from "../../../src/ids.ts";
import type { Json } from "../../../src/json.ts";
import { toInboxItem } from "../../../src/parley/to-inbox-item.ts";
import type { UserDetails } from "../../../src/views/root-user.ts";
import type { Deliver } from "./keep-running.ts";
import { ADA, AGENTS, BOT, type MemoryParley } from "./memory-parley.ts";
import { CHANNEL, type Writing } from "./memory-slack.ts";
import type { ReplyAction, Sights } from "./sights.ts";
import type { StoredFile } from "./stored-file.ts";
import type { World } from "./world.ts";

interface About {
  user?: UserId;
}

type Message = Partial<Omit<ParleyMessage, "media">> & {
  /** A file that comes with it. */
  file?: StoredFile;
};

/** What Users, agents, Parley and Slack do. Where a User is left out it is Ada, and Anna where an agent is. */
export interface Stories {
  /** The bot gives us the User. */
  handover(
    about?: About & {
      metadata?: Json;
      details?: UserDetails;
      key?: string;
      expiresInSeconds?: number;
    },
  ): Promise<void>;
  userWrites(text: string, more?: About & Message): Promise<void>;
  /** Parley calls; what it is not answered it tells again. */
  callback(event: ParleyEvent): Promise<void>;
  /** An agent writes in the User's newest thread, or in another. `unheard`: Slack loses the event about it. */
  agentWrites(
    text: string,
    more?: About & Writing & { thread?: Thread; unheard?: true },
  ): Promise<AgentReply>;
  /** Slack tells us of a message, perhaps once more. */
  slackTells(reply: AgentReply): Promise<void>;
  agentEdits(reply: AgentReply, text: string): Promise<void>;
  agentDeletes(reply: AgentReply): Promise<void>;
  /** Anna submits the form; one with the same `form` once more is the same. */
  agentHandsBack(request?: About & Partial<HandBackRequest> & { form?: string }): Promise<void>;
  /** The desk hands the User back by itself. */
  deskHandsBack(request?: About & Partial<Omit<HandBackRequest, "agent">>): Promise<void>;
  /** Anna sends an answer with the form. */
  agentAnswers(text: string): Promise<void>;
  /** Anna submits the form to move a User to another team. */
  agentMoves(
    to: string,
    request?: About & { thread?: Thread; agent?: string; note?: string; form?: string },
  ): Promise<void>;
  /** Somebody has pressed a button, or sent a form off, so that `to` answers, or nobody. */
  agentClaims(request: About & Partial<ClaimRequest> & { form?: string }): Promise<void>;
  somebodyDeletesRoot(about?: About): Promise<void>;
  /** The channel is so from now on. `unheard`: Slack loses the event about it. */
  channelBecomes(trouble: ChannelTrouble | undefined, more?: { unheard?: true }): Promise<void>;
  /** The bridge looks how the channel is, as it does each minute. */
  somebodyChecks(): Promise<void>;
  /** Presses the newest button of this action, whoever sees it. */
  press(action: ReplyAction, agent?: string): Promise<void>;
  /** Somebody has a dead letter tried again, with the tool for that; 0 is the one that arrived first. */
  retryDeadLetter(queue: "inbox" | "outbox", index: number): Promise<void>;
}

export function tellStories(
  { parley, slack, disk }: World,
  deliver: Deliver,
  sights: Sights,
  groupMs = 0,
): Stories {
  let messages = 0;
  let forms = 0;
  let changes = 0;

  const stories: Stories = {
    async handover({ user = ADA, details = {}, ...given } = {}) {
      parley.user(user).owner = AGENTS.id;
      const told = defined(given);
      await stories.callback({ kind: "handover", userId: user, user: details, ...told });
    },

    async userWrites(text, { user = ADA, file, ...more } = {}) {
      messages += 1;
      const message: ParleyMessage = {
        typeId: 1,
        id: String(messages),
        time: Math.floor(Date.now() / 1_000),
        ...(text !== "" && { text }),
        ...(file && { media: keep(file, parley) }),
        ...more,
      };
      await stories.callback({ kind: "message", userId: user, user: {}, message });
    },

    async callback(event) {
      const receivedAt = Date.now();
      await deliver(({ inbox }) =>
        inbox.append(toInboxItem(event, JSON.stringify(event), receivedAt, groupMs)),
      );
    },

    async agentWrites(
      text,
      { user = ADA, thread = sights.threadOf(user), unheard, ...writing } = {},
    ) {
      const reply = slack.write(thread, text, writing);
      if (!unheard) await stories.slackTells(reply);
      return reply;
    },

    async slackTells(reply) {
      await deliver(({ takeIn }) => takeInReply(reply, takeIn));
    },

    async channelBecomes(trouble, { unheard } = {}) {
      slack.channelTrouble = trouble;
      changes += 1;
      const event = `event ${changes}`;
      if (unheard) return;
      await deliver(({ channelWatch }) => channelWatch.onEvent(CHANNEL, event, undefined));
    },

    async somebodyChecks() {
      const found = { id: CHANNEL, ...(await slack.channels.look(CHANNEL)) };
      await deliver(({ channelWatch }) => channelWatch.onCheck([found]));
    },

    async agentEdits(reply, text) {
      const id = slack.nextTs();
      await deliver(({ takeIn }) => takeInEdit({ ...reply, text }, reply, id, takeIn));
    },

    async agentDeletes(reply) {
      await deliver(({ takeIn }) => takeInDeletion(reply, takeIn));
    },

    async agentHandsBack({ user = ADA, form, thread = sights.threadOf(user), ...request } = {}) {
      forms += 1;
      const lane = makeThreadKey(thread);
      const id = makeDerivedItemId(form ?? `form ${forms}`, lane);
      const body: OutboxBody = {
        kind: "hand-back",
        request: { thread, agent: "U0ANNA", to: BOT.id, ...request },
      };
      await deliver(({ outbox }) => outbox.append({ lane, id, body }));
    },

    async deskHandsBack({ user = ADA, thread = sights.threadOf(user), ...request } = {}) {
      forms += 1;
      const lane = makeThreadKey(thread);
      const about = await disk.conversations.byThread(thread);
      if (!about) throw new Error("There is nobody to hand back");
      const wish = { conversation: about.id, to: BOT.id, ...request };
      const body: OutboxBody = { kind: "hand-back", request: wish };
      const id = makeDerivedItemId(`desk ${forms}`, lane);
      await deliver(({ outbox }) => outbox.append({ lane, id, body }));
    },

    async agentAnswers(text) {
      forms += 1;
      const thread = sights.threadOf(ADA);
      const conversation = await disk.conversations.byThread(thread);
      if (!conversation) throw new Error("There is nobody to answer");
      const request = { conversation: conversation.id, thread, agent: "U0ANNA", text };
      const item = {
        lane: userLane(ADA),
        id: makeDerivedItemId(`form ${forms}`, "answer"),
        body: { kind: "answer", request } as const,
      };
      await deliver(({ inbox }) => inbox.append(item));
    },

    async agentMoves(to, { user = ADA, thread = sights.threadOf(user), form, ...request } = {}) {
      forms += 1;
      const conversation = await disk.conversations.byThread(thread);
      if (!conversation) throw new Error("There is nobody to move");
      const { id, userId } = conversation;
      const body: InboxBody = {
        kind: "move",
        request: { conversation: id, from: thread, to, agent: "U0ANNA", ...request },
      };
      const item = makeDerivedItemId(form ?? `form ${forms}`, `move ${id}`);
      await deliver(({ inbox }) => inbox.append({ lane: userLane(userId), id: item, body }));
    },

    async agentClaims({ user = ADA, form, ...request }) {
      forms += 1;
      const conversation = await disk.conversations.byUser(user);
      if (!conversation) throw new Error("There is nobody to answer");
      const { id, userId, team = "" } = conversation;
      const item = makeDerivedItemId(form ?? `form ${forms}`, `claim ${id}`);
      const wish = { conversation: id, team, ...request };
      await deliver(({ inbox }) => inbox.append(claimItem(userId, item, wish)));
    },

    async somebodyDeletesRoot({ user = ADA } = {}) {
      const thread = sights.threadOf(user);
      const stands = slack.deleteRoot(thread);
      const userId = (await disk.conversations.byThread(thread))?.userId ?? user;
      await deliver(({ notifier }) => notifier.threadGone({ userId }, thread, stands));
    },

    async press(action, agent = "U0ANNA") {
      const { item, ts } = sights.replyUnder(action);
      await deliver(async ({ outbox }) => {
        if (action === "dismiss" || action === "itArrived") return await outbox.discard(item);
        const kept = await outbox.find(item);
        const body = action === "takeOver" && kept?.body.kind === "reply" ? kept.body : undefined;
        const wish = body && { ...body, takeOver: { ...body.takeOver, by: agent } };
        if (!(await outbox.requeue(item, wish))) return false;
        for (const mark of ["failed", "uncertain", "note"] as const) {
          slack.reactions.unmark({ channel: "" }, ts, mark);
        }
        return true;
      });
    },

    async retryDeadLetter(queue, index) {
      const dead = [...disk[queue].rows.values()].filter(({ state }) => state === "dead");
      const { id } = dead[index] ?? {};
      if (id === undefined) throw new Error(`There is no dead letter ${index} in the ${queue}`);
      await deliver((to) => to[queue].requeue(id));
    },
  };
  return stories;
}

/** Parley has the file of a User. */
function keep(file: StoredFile, { media }: MemoryParley): ParleyMedia {
  const id = `sent-${media.size + 1}`;
  media.set(id, file);
  return { id, description: file.name, mimeType: file.mimeType };
}
