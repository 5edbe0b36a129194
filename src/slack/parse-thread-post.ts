import { z } from "zod";
import type { ThreadPost } from "../bridge/ports.ts";
import { defined } from "../defined.ts";
import type { Thread } from "../ids.ts";
import { isJsonObject, type Json } from "../json.ts";
import { parseThreadMessage } from "./parse-message-event.ts";
import { markOn } from "./reaction-names.ts";

/** A field may be missing or of a wrong type: the rest of the message still counts. */
const list = z.array(z.json()).catch([]);

const message = z.looseObject({
  ts: z.string(),
  text: z.string().catch(""),
  user: z.string().optional().catch(undefined),
  bot_id: z.string().optional().catch(undefined),
  blocks: list,
  files: list,
  metadata: z
    .looseObject({
      event_type: z.string(),
      event_payload: z.looseObject({ of: z.string(), by: z.string() }).partial(),
    })
    .optional()
    .catch(undefined),
});
type Message = z.output<typeof message>;

/** A message that Slack returned of a thread, as people should read it again; `undefined`: neither the User nor an agent wrote it. */
export function parseThreadPost(
  read: unknown,
  thread: Thread,
  botUserId: string,
): ThreadPost | undefined {
  const parsed = message.safeParse(read);
  if (!parsed.success || parsed.data.ts === thread.ts) return undefined;
  const { ts, files, user } = parsed.data;
  const names = files.flatMap(nameOfFile);
  const written = parseThreadMessage(read, thread);
  if (written && written.agent !== botUserId) {
    const { agent, text, blocks, attachments } = written;
    const mark = markOn(read as object, botUserId);
    return {
      ts,
      writer: { agent },
      message: { text, ...defined({ blocks, attachments }) },
      files: names,
      ...defined({ mark }),
    };
  }
  const agent = writerOf(parsed.data);
  if (agent !== undefined) {
    const mark = markOn(read as object, botUserId);
    const said = { ts, writer: { agent }, message: wordsOf(parsed.data), files: [] };
    return { ...said, ...defined({ mark }) };
  }
  // Files that the bridge itself shares come without a bot_id, and have no metadata.
  const isShared = user === botUserId && names.length > 0;
  if (isShared) return { ts, writer: "user", message: { text: "" }, files: names };
  return showsUser(parsed.data)
    ? { ts, writer: "user", message: wordsOf(parsed.data), files: [] }
    : undefined;
}

/** The agent whose words a post of ours shows. */
function writerOf({ metadata }: Message): string | undefined {
  if (metadata?.event_type !== "parley_message") return undefined;
  const { of, by } = metadata.event_payload;
  return of === "agent" ? by : undefined;
}

/** Posts of earlier versions do not tell; what others wrote is the only `rich_text` in a thread but for details, which are preformatted. */
function showsUser({ metadata, blocks }: Message): boolean {
  if (metadata?.event_type !== "parley_message") return false;
  if (metadata.event_payload.of !== undefined) return metadata.event_payload.of === "user";
  return blocks.some((block) => isRichText(block) && !isPreformatted(block));
}

/** Without the times and captions that the bridge added. */
function wordsOf({ text, blocks }: Message): ThreadPost["message"] {
  const words = blocks.filter(isRichText);
  return words.length > 0 ? { text: "", blocks: words } : { text };
}

const isRichText = (block: Json): boolean => isJsonObject(block) && block.type === "rich_text";

const isPreformatted = (block: Json): boolean => {
  const [first, ...others] =
    isJsonObject(block) && Array.isArray(block.elements) ? block.elements : [];
  return others.length === 0 && isJsonObject(first) && first.type === "rich_text_preformatted";
};

function nameOfFile(file: Json): string[] {
  if (!isJsonObject(file)) return [];
  const name = [file.title, file.name, file.id].find(
    (each): each is string => typeof each === "string" && each.trim() !== "",
  );
  return name === undefined ? [] : [name];
}
