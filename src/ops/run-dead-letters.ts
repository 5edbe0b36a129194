import { VERSION } from "../build-info.ts";
import type { StateLocation } from "../config/state-location.ts";
import type { DeadLetter, Journal } from "../delivery/journal.ts";
import { type ItemId, toItemId } from "../ids.ts";
import { isJsonObject, parseJson } from "../json.ts";
import { openJournals } from "../state/open-journals.ts";
import type { Journals } from "../state/queues.ts";
import { noStateAt } from "./no-state-at.ts";
import { shapeOf } from "./shape-of.ts";

export const DEAD_LETTERS_USAGE = `Usage: npm run dead-letters -- <command>
  list               what could not be delivered, and why
  list --bodies      the same with the stored contents (personal data)
  list --shapes      callbacks that nobody understood, as keys and types: without values, ids and names, so
                     that the bridge's maintainers may see it
  retry <id>|--all   puts it back in line; a running bridge picks it up within seconds. --all leaves out
                     replies that may have arrived (uncertain): they go again only by their id
  discard <id>|--all gives it up for good`;

/** Lists, requeues and discards dead letters; works beside running bridges. Returns the exit code. */
export async function runDeadLetters(
  args: readonly string[],
  location: StateLocation,
  print: (line: string) => void,
): Promise<number> {
  const [command, target = "", ...more] = args;
  const isList = command === "list" && ["", "--bodies", "--shapes"].includes(target);
  const isChange = (command === "retry" || command === "discard") && target !== "";
  if (!(isList || isChange) || more.length > 0) {
    print(DEAD_LETTERS_USAGE);
    return 64;
  }
  const open = await openJournals(location);
  if (!open) {
    print(noStateAt(location));
    return 66;
  }
  const { journals, close } = open;
  try {
    if (isChange) return await change(command, target, journals, print);
    if (target === "--shapes") return await listShapes(journals, print);
    return await list(journals, target === "--bodies", print);
  } finally {
    await close();
  }
}

async function list(
  journals: Journals,
  withBodies: boolean,
  print: (line: string) => void,
): Promise<number> {
  let count = 0;
  for (const [queue, journal] of Object.entries(journals)) {
    for (const letter of await journal.deadLetters()) {
      count += 1;
      print(describe(queue, letter));
      if (withBodies) print(`    ${letter.body}`);
    }
  }
  print(count === 1 ? "1 dead letter" : `${count} dead letters`);
  return 0;
}

/** Says nothing of a letter but what it looks like, not even its id: that holds a User's. */
async function listShapes(
  { inbox }: Pick<Journals, "inbox">,
  print: (line: string) => void,
): Promise<number> {
  const counts = new Map<string, number>();
  for (const { body, reason } of await inbox.deadLetters()) {
    if (reason.code !== NOT_UNDERSTOOD) continue;
    const item = parseJson(body);
    const raw = isJsonObject(item) && typeof item.raw === "string" ? item.raw : "";
    const shape = shapeOf(parseJson(raw));
    counts.set(shape, (counts.get(shape) ?? 0) + 1);
  }
  print(
    `Version ${VERSION}: ${counts.size} ${counts.size === 1 ? "shape" : "shapes"} of callbacks that were not understood`,
  );
  for (const [shape, count] of counts) print(`${count} × ${shape}`);
  return 0;
}

/** The code of a {@link PayloadError}. */
const NOT_UNDERSTOOD = "payload";

const WAYS: Readonly<Record<string, string>> = {
  inbox: "Parley → Slack",
  outbox: "Slack → Parley",
  clock: "clock",
  bot: "event → bot",
};

function describe(queue: string, { id, lane, body, reason, diedAt }: DeadLetter): string {
  const read = parseJson(body);
  const kind = isJsonObject(read) ? String(read.kind) : "damaged";
  const way = WAYS[queue] ?? queue;
  const at = new Date(diedAt).toISOString();
  return `${id}  ${at}  ${way}  ${kind}  ${lane}  ${reason.code}: ${reason.message}`;
}

async function allBut(
  isKept: (letter: DeadLetter) => boolean,
  journal: Journal,
): Promise<ItemId[]> {
  const letters = await journal.deadLetters();
  return letters.filter((letter) => !isKept(letter)).map(({ id }) => id);
}

async function change(
  command: "retry" | "discard",
  target: string,
  journals: Journals,
  print: (line: string) => void,
): Promise<number> {
  let count = 0;
  for (const [queue, journal] of Object.entries(journals)) {
    const isKept = (letter: DeadLetter) =>
      command === "retry" && queue === "outbox" && letter.reason.code === "uncertain";
    const ids = target === "--all" ? await allBut(isKept, journal) : [toItemId(target)];
    for (const id of ids) {
      const isDone =
        command === "retry"
          ? (await journal.requeue(id, Date.now())) !== undefined
          : await journal.discard(id);
      if (isDone) count += 1;
    }
  }
  if (count === 0 && target !== "--all") {
    print(`There is no dead letter ${target}. "list" shows what there is.`);
    return 1;
  }
  print(`${count} ${command === "retry" ? "put back in line" : "discarded"}`);
  return 0;
}
