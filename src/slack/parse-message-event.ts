import { z } from "zod";
import type { AgentReply } from "../bridge/stored/agent-reply.ts";
import { readSlackContent } from "../convert/to-parley/read-slack-content.ts";
import { defined } from "../defined.ts";
import type { Thread } from "../ids.ts";
import { type Json, wellFormed } from "../json.ts";
import { foreignTeamOf } from "./foreign-team.ts";
import { readSubtype } from "./message-subtypes.ts";
import { parseRootDeletion, type RootDeletion } from "./parse-root-deletion.ts";

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
  /** Slack leaves the subtype `message_replied` out. Only by this field does such an update of a root differ from a message. */
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
    channel_type: maybe(z.string()),
    event_ts: z.string().nullish(),
  }),
});

interface InThread {
  reply: AgentReply;
  /** Who wrote the root, if Slack says so. */
  rootAuthor: string | undefined;
}

/** What somebody did with a message in a thread. */
export type ThreadEvent =
  | (InThread & { kind: "reply" })
  | (InThread & {
      kind: "edit";
      before: AgentReply;
      /** Tells the edits of one message apart. */
      editId: string;
    })
  | (InThread & { kind: "deletion" });

export type MessageEvent =
  | ThreadEvent
  | RootDeletion
  /** `fields`: those that are not what they should be, for the log. */
  | { kind: "unreadable"; fields: readonly string[] }
  /** Our own posts, other bots, joins, link previews, messages outside of threads, direct ones. */
  | { kind: "other" };

/** What a message event tells of. */
export function parseMessageEvent(
  body: Readonly<Record<string, unknown>>,
  team: string,
): MessageEvent {
  const rootDeletion = parseRootDeletion(body, team);
  if (rootDeletion) return rootDeletion;
  const parsed = eventCallback.safeParse(body);
  if (!parsed.success) {
    return {
      kind: "unreadable",
      fields: parsed.error.issues.map(({ path }) => path.join(".")),
    };
  }
  const { event, team_id } = parsed.data;
  const { channel } = event;
  // Nobody can write to the bot directly, as its manifest says. Whoever does all the same is in none of our threads.
  if (event.channel_type === "im") return { kind: "other" };
  const at = { team, channel };
  const foreignTeam = foreignTeamOf(team, [team_id]);
  const news = readSubtype(event.subtype);
  // Another workspace cannot change or delete a message. A new one of it is refused later, and its writer is told.
  if (foreignTeam !== undefined && news !== "written") return { kind: "other" };
  switch (news) {
    case "changed": {
      const reply = parseThreadMessage(event.message, at);
      const before = parseThreadMessage(event.previous_message, at);
      // A link preview changes a message too, but not its text.
      if (!reply || !before || isSameText(reply, before)) return { kind: "other" };
      const rootAuthor = parentOf(event.message);
      return { kind: "edit", reply, before, rootAuthor, editId: event.event_ts ?? event.ts };
    }
    case "deleted": {
      const reply = parseThreadMessage(event.previous_message, at);
      if (!reply) return { kind: "other" };
      return { kind: "deletion", reply, rootAuthor: parentOf(event.previous_message) };
    }
    case "written": {
      const written = toReply(event, team, channel);
      const reply = written && { ...written, ...defined({ foreignTeam }) };
      return reply
        ? { kind: "reply", reply, rootAuthor: event.parent_user_id ?? undefined }
        : { kind: "other" };
    }
    case "nothing":
      return { kind: "other" };
    case undefined:
      return { kind: "unreadable", fields: ["event.subtype"] };
  }
}

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
  if (readSubtype(written.subtype) !== "written") return undefined;
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
