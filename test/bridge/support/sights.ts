import type { NamedAuditRecord } from "../../../src/bridge/audit.ts";
import type { Conversation } from "../../../src/bridge/conversation.ts";
import type { Mark } from "../../../src/bridge/ports.ts";
import type { AgentReply } from "../../../src/bridge/stored/agent-reply.ts";
import type { Thread, UserId } from "../../../src/ids.ts";
import { isJsonObject, type Json } from "../../../src/json.ts";
import { ACTIONS, type ActionName, type UndecidedReply } from "../../../src/views/actions.ts";
import { textOf } from "../../support/threads.ts";
import { countItems } from "./memory-journal.ts";
import { ADA } from "./memory-parley.ts";
import type { Posted } from "./memory-slack.ts";
import type { World } from "./world.ts";

/** A button under a reply. */
export type ReplyAction = Extract<ActionName, "sendAgain" | "takeOver" | "dismiss" | "itArrived">;

/** What Slack and Parley have, and what waits. Where a User is left out it is Ada. */
export interface Sights {
  /** What the bridge wrote in the User's newest thread below its root and details, oldest first; files as `[name]`. */
  thread(user?: UserId): string[];
  /** The same of any thread. */
  below(thread: Thread): string[];
  /** All words of the root and of the details below it, the newest by default. */
  root(user?: UserId, thread?: Thread): string;
  threadOf(user?: UserId): Thread;
  /** The threads in Slack whose root is there, oldest first. */
  roots(): Posted[];
  /** What the User has, oldest first; files as `[name]`. */
  sent(user?: UserId): string[];
  marks(reply: AgentReply): readonly Mark[];
  /** What only this agent was told, oldest first. */
  told(agent?: string): string[];
  /** The reply that the newest button of this action is about. */
  replyUnder(action: ReplyAction): UndecidedReply;
  conversation(user?: UserId): Promise<Conversation | undefined>;
  openConversations(): Promise<number>;
  /** What was recorded, in the order in which it was. */
  deeds(): NamedAuditRecord[];
  /** How many items wait, are held and are dead letters. */
  items(queue: "inbox" | "outbox"): { waiting: number; held: number; dead: number };
}

export function lookAt({ parley, slack, disk }: World): Sights {
  const roots = (): Posted[] => slack.messages.filter(({ tag }) => tag?.kind === "root");

  const detailsIn = (thread: Thread): Posted[] =>
    slack.messages.filter((each) => each.thread.ts === thread.ts && each.tag?.kind === "details");

  const threadOf = (user: UserId = ADA): Thread => {
    // The details tell of whom they are, and the root does where the User has no name.
    const root = roots().findLast((each) =>
      [each, ...detailsIn(each.thread)].some(({ message }) =>
        new RegExp(`(Parley User \`${user}\`|Visitor ${user}\\b)`).test(textOf(message)),
      ),
    );
    if (!root) throw new Error(`There is no thread about User ${user}`);
    return root.thread;
  };

  const below = (thread: Thread): string[] =>
    slack.messages
      .filter((each) => each.thread.ts === thread.ts && each.ts !== thread.ts && !each.reply)
      .filter(({ tag }) => tag?.kind !== "details")
      .map(({ message, file }) => (file === undefined ? message.text : `[${file}]`));

  return {
    thread: (user) => below(threadOf(user)),
    below,
    root(user, thread = threadOf(user)) {
      const root = slack.messages.find(({ ts }) => ts === thread.ts);
      return root
        ? [root, ...detailsIn(thread)].map((each) => textOf(each.message)).join("\n")
        : "";
    },
    threadOf,
    roots,
    sent: (user = ADA) =>
      parley
        .user(user)
        .messages.map(({ text, media }) => (media ? `[${media.description}]` : (text ?? ""))),
    marks: ({ ts }) => slack.marksOn(ts),
    told: (agent = "U0ANNA") =>
      slack.told.filter((told) => told.agent === agent).map(({ message }) => message.text),
    replyUnder(action) {
      const { id, read } = ACTIONS[action];
      const values = [...slack.told, ...slack.messages].flatMap(({ message }) =>
        valuesOf(message.blocks ?? [], id),
      );
      const reply = read(values.at(-1) ?? "");
      if (!reply) throw new Error(`There is no button to ${action}`);
      return reply;
    },
    conversation: (user = ADA) => disk.conversations.byUser(user),
    deeds: () => [...disk.audit.records.values()],
    openConversations: () => disk.conversations.countOpen(),
    items: (queue) => ({
      waiting: countItems(disk[queue], "waiting"),
      held: countItems(disk[queue], "held"),
      dead: countItems(disk[queue], "dead"),
    }),
  };
}

/** The values of the buttons with this id. */
function valuesOf(block: Json | readonly Json[], id: string): string[] {
  if (Array.isArray(block)) return block.flatMap((each: Json) => valuesOf(each, id));
  if (!isJsonObject(block)) return [];
  const { action_id, value } = block;
  if (action_id === id && typeof value === "string") return [value];
  return Object.values(block).flatMap((each) => valuesOf(each, id));
}
