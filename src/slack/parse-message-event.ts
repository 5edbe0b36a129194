import { z } from "zod";
import type { AgentReply } from "../bridge/events.ts";
import { readSlackContent } from "../convert/to-parley/read-slack-content.ts";
import { defined } from "../defined.ts";
import type { Thread } from "../ids.ts";
import { type Json, wellFormed } from "../json.ts";
import { foreignTeamOf } from "./permissions.ts";

/** Messages with files, and those that are also sent to the channel, have a subtype, so these must not be ignored. */
const RELAYED_SUBTYPES = new Set(["", "file_share", "thread_broadcast", "me_message"]);

/** A field may be missing, null, or of a wrong type: the rest of the message still counts. */
const maybe = <Type extends z.ZodType>(type: Type) => type.nullish().catch(undefined);
const list = maybe(z.array(z.json()));

const message = z.looseObject({
  type: z.literal("message"),
  subtype: z.string().nullish(),
  user: z.string().nullish(),
  bot_id: z.string().nullish(),
  text: maybe(z.string()),
  ts: z.string(),
  thread_ts: z.string().nullish(),
  /** The writer's workspace. In a channel that is shared with another company it need not be ours. */
  user_team: maybe(z.string()),
  source_team: maybe(z.string()),
  team: maybe(z.string()),
  parent_user_id: maybe(z.string()),
  hidden: z.boolean().nullish(),
  /** Slack leaves out the subtype of `message_replied`, so that an update of a root looks like a message but for this. */
  message: z.unknown().optional(),
  blocks: list,
  attachments: list,
  files: list,
});

const eventCallback = z.looseObject({
  type: z.literal("event_callback"),
  /** Where it happened. */
  team_id: maybe(z.string()),
  event: message.extend({
    channel: z.string(),
    message: z.unknown().optional(),
    previous_message: z.unknown().optional(),
    event_ts: z.string().nullish(),
  }),
});

interface InThread {
  reply: AgentReply;
  /** Who wrote the root, if Slack says so. */
  rootAuthor: string | undefined;
}

/** What somebody did with a message in a thread. `other`: anything that does not concern us. */
export type MessageEvent =
  | (InThread & { kind: "reply" })
  | (InThread & {
      kind: "edit";
      before: AgentReply;
      /** Tells the edits of one message apart. */
      editId: string;
    })
  | (InThread & { kind: "deletion" })
  /** `unreadable`: the fields that are not what they should be, for the log. */
  | { kind: "other"; unreadable?: readonly string[] };

/**
 * What a person wrote, changed or deleted in a thread. `other` are our own posts, other bots, joins, link previews and
 * messages outside of threads; `undefined` if it is no message event at all.
 */
export function parseMessageEvent(
  body: Readonly<Record<string, unknown>>,
  team: string,
): MessageEvent | undefined {
  if (!isMessageEvent(body)) return undefined;
  const parsed = eventCallback.safeParse(body);
  if (!parsed.success) {
    return { kind: "other", unreadable: parsed.error.issues.map(({ path }) => path.join(".")) };
  }
  const { event, team_id } = parsed.data;
  const { channel } = event;
  const at = { team, channel };
  const foreignTeam = foreignTeamOf(team, [team_id]);
  // Another workspace cannot change or delete a message. A new one of it is refused later, and its writer is told.
  if (foreignTeam !== undefined && event.subtype?.startsWith("message_")) return { kind: "other" };
  switch (event.subtype) {
    case "message_changed": {
      const reply = parseThreadMessage(event.message, at);
      const before = parseThreadMessage(event.previous_message, at);
      // A link preview changes a message too, but not its text.
      if (!reply || !before || isSameText(reply, before)) return { kind: "other" };
      const rootAuthor = parentOf(event.message);
      return { kind: "edit", reply, before, rootAuthor, editId: event.event_ts ?? event.ts };
    }
    case "message_deleted": {
      const reply = parseThreadMessage(event.previous_message, at);
      if (!reply) return { kind: "other" };
      return { kind: "deletion", reply, rootAuthor: parentOf(event.previous_message) };
    }
    default: {
      const written = toReply(event, team, channel);
      const reply = written && { ...written, ...defined({ foreignTeam }) };
      return reply
        ? { kind: "reply", reply, rootAuthor: event.parent_user_id ?? undefined }
        : { kind: "other" };
    }
  }
}

const isMessageEvent = (body: Readonly<Record<string, unknown>>): boolean =>
  body.type === "event_callback" &&
  typeof body.event === "object" &&
  body.event !== null &&
  (body.event as { type?: unknown }).type === "message";

const parentOf = (written: unknown): string | undefined =>
  message.safeParse(written).data?.parent_user_id ?? undefined;

/** Whether two versions of a message hold the same. Differences in Slack's form do not count; without blocks the text decides. */
const isSameText = (a: AgentReply, b: AgentReply): boolean =>
  a.text === b.text && ((a.text !== "" && !a.blocks !== !b.blocks) || holding(a) === holding(b));

/** The parts that people write. Of the attachments only tables are; Slack adds the others, such as previews. */
const holding = ({ attachments = [], ...reply }: AgentReply): string =>
  JSON.stringify([
    ...readSlackContent(reply),
    ...readSlackContent({ text: "", attachments }).filter(({ kind }) => kind === "table"),
  ]);

/** The same for a message that was read from a thread. */
export function parseThreadMessage(
  read: unknown,
  thread: Pick<Thread, "team" | "channel">,
): AgentReply | undefined {
  const parsed = message.safeParse(wellFormed(read as Json));
  return parsed.success ? toReply(parsed.data, thread.team, thread.channel) : undefined;
}

function toReply(
  written: z.infer<typeof message>,
  team: string,
  channel: string,
): AgentReply | undefined {
  const { user, ts, thread_ts, text, blocks, attachments, files } = written;
  if (!RELAYED_SUBTYPES.has(written.subtype ?? "")) return undefined;
  if (written.hidden || (written.message ?? undefined) !== undefined) return undefined;
  if (written.bot_id || !user || !thread_ts || thread_ts === ts) return undefined;
  const foreignTeam = foreignTeamOf(team, [written.user_team, written.source_team, written.team]);
  return {
    thread: { team, channel, ts: thread_ts },
    ts,
    agent: user,
    ...defined({ foreignTeam }),
    text: text ?? "",
    ...defined({
      blocks: blocks ?? undefined,
      attachments: attachments ?? undefined,
      files: files ?? undefined,
    }),
  };
}
