import type { StateLocation } from "../config/state-location.ts";
import type { DeadLetter, Journal } from "../delivery/journal.ts";
import { type ItemId, toItemId } from "../ids.ts";
import { isJsonObject, parseJson } from "../json.ts";
import { openJournals } from "../state/open-journals.ts";
import type { Journals } from "../state/queues.ts";
import { noStateAt } from "./no-state-at.ts";

export const DEAD_LETTERS_USAGE = `Usage: npm run dead-letters -- <command>
  list               what could not be delivered, and why
  list --bodies      the same with the stored contents (personal data)
  retry <id>|--all   puts it back in line; a running bridge picks it up within seconds. --all leaves out
                     replies that may have arrived (uncertain): they go again only by their id
  discard <id>|--all gives it up for good`;

/** Lists, requeues and discards dead letters; works beside running bridges. Returns the exit code. */
export async function runDeadLetters(
  args: readonly string[],
  location: StateLocation,
  print: (line: string) => void,
): Promise<number> {
  const [command, target] = args;
  const isKnown = command === "list" || command === "retry" || command === "discard";
  if (!isKnown || (command !== "list" && !target)) {
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
    if (command === "list") return await list(journals, target === "--bodies", print);
    return await change(command, target ?? "", journals, print);
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
