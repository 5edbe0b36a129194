import { parseArgs } from "node:util";
import { ERASING_EVERY_MS, ERASING_ROUND, eraseUsers } from "../bridge/erasing/erase-users.ts";
import { orderErasure } from "../bridge/erasing/order-erasure.ts";
import type { ThreadEraser } from "../bridge/erasing/thread-eraser.ts";
import {
  type Busy,
  type KeptOfUser,
  NAMED_BY,
  type NamedBy,
} from "../bridge/erasing/user-records.ts";
import type { ErasedThread, Erasure } from "../bridge/stored/erasure.ts";
import type { StateLocation } from "../config/state-location.ts";
import { defined } from "../defined.ts";
import { reasonOf, toBridgeError } from "../errors.ts";
import type { Thread, UserId } from "../ids.ts";
import { pause } from "../pause.ts";
import { type OpenPeople, openPeople } from "../state/open-people.ts";
import { noStateAt } from "./no-state-at.ts";

export const PEOPLE_USAGE = `Usage: npm run people -- <command> <user id|customer id|e-mail> [--as user-id|customer-id|e-mail]
  export         everything that the bridge keeps of this User, as JSON
  erase          what of the User would be erased, in the state and in Slack; changes nothing
  erase … --yes  erases it, also beside a running bridge. Ended in the middle, the same command goes on
  --as           what the name is, where one is the id of one User and the customer id of another`;

/** What the tool does in Slack. */
export interface PeopleInSlack {
  readonly threadEraser: ThreadEraser;
  /** The address of a message. */
  linkTo(thread: Thread, ts: string): string;
}

export interface PeopleOptions {
  readonly location: () => StateLocation;
  /** Asked only by `erase`. */
  readonly connect: (open: OpenPeople) => Promise<PeopleInSlack>;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

/** How often it is looked whether somebody else has carried it out. */
const LOOK_EVERY_MS = 200;

/** Tells what is kept of a User, or erases it; works beside running bridges. Returns the exit code. */
export async function runPeople(args: readonly string[], options: PeopleOptions): Promise<number> {
  const { print } = options;
  const wish = readArgs(args);
  if (!wish) {
    print(PEOPLE_USAGE);
    return 64;
  }
  const at = options.location();
  const open = await openPeople(at);
  if (!open) {
    print(noStateAt(at));
    return 66;
  }
  try {
    return await serve(wish, open, options);
  } finally {
    await open.close();
  }
}

interface Wish {
  readonly command: "export" | "erase";
  readonly name: string;
  readonly by?: NamedBy;
  readonly isMeant: boolean;
}

/** `undefined`: they cannot be understood. */
function readArgs(args: readonly string[]): Wish | undefined {
  const { values, positionals } = parse(args) ?? {};
  const [command, given, ...others] = positionals ?? [];
  const name = given?.toWellFormed().trim();
  const by = NAMED_BY.find((each) => each === values?.as);
  if (values?.as !== undefined && by === undefined) return undefined;
  if ((command !== "export" && command !== "erase") || !name || others.length > 0) return undefined;
  if (command === "export" && values?.yes) return undefined;
  return { command, name, isMeant: values?.yes ?? false, ...defined({ by }) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { yes: { type: "boolean" }, as: { type: "string" } },
    });
  } catch {
    return undefined;
  }
}

async function serve(
  { command, name, by, isMeant }: Wish,
  open: OpenPeople,
  options: PeopleOptions,
): Promise<number> {
  const { print } = options;
  const found = await open.userRecords.find(name, by);
  if (found.length > 1) {
    print("More than one User is named so. Name one of them by their id, with --as user-id:");
    for (const ids of found) print(`  ${ids.join(", ")}`);
    return 1;
  }
  const [userIds] = found;
  if (command === "erase" && isMeant) return await erase(userIds, open, options);
  if (!userIds) {
    print("Nothing is kept of a User who is named so.");
    return 1;
  }
  const kept = await open.userRecords.read(userIds);
  if (command === "export") {
    print(JSON.stringify(await toExport(kept, open), undefined, 2));
    return 0;
  }
  return await preview(kept, open, options);
}

async function toExport(kept: KeptOfUser, open: OpenPeople) {
  const { userIds, threads, rows } = kept;
  return { userIds, threads, ...rows, erasures: await ordersFor(userIds, open) };
}

/** Orders that are under way. */
async function ordersFor(userIds: readonly UserId[], { erasures }: OpenPeople): Promise<Erasure[]> {
  const orders = await Promise.all((await erasures.ids()).map((id) => erasures.get(id)));
  return orders.flatMap((order) =>
    order?.userIds?.some((id) => userIds.includes(id)) ? [order] : [],
  );
}

const BUSY: Readonly<Record<Busy, string>> = {
  open: "The User has an open conversation: hand them back.",
  waiting: "Something of the User has not been delivered yet: it is tried, or waits for somebody.",
};

async function preview(
  kept: KeptOfUser,
  open: OpenPeople,
  { connect, print, signal }: PeopleOptions,
): Promise<number> {
  print(`User ${kept.userIds.join(", also ")}`);
  print("In the state (records of deeds, audit, stay without the User):");
  for (const [table, rows] of Object.entries(kept.rows)) print(`  ${table}: ${rows.length}`);
  const slack = await connect(open);
  print("In Slack:");
  for (const thread of kept.threads) {
    const { ours, people, refused } = await slack.threadEraser.contentOf(thread, signal);
    const files = ours.reduce((sum, each) => sum + each.files.length, 0);
    print(`  ${slack.linkTo(thread, thread.ts)}: ${describe(ours.length, files, people.length)}`);
    if (refused !== undefined) print(`    Slack does not let us see into it: ${refused}`);
    for (const { ts } of ours) print(`    ours       ${slack.linkTo(thread, ts)}`);
    for (const ts of people) print(`    of people  ${slack.linkTo(thread, ts)}`);
  }
  print(
    kept.busy
      ? BUSY[kept.busy]
      : "Nothing was changed. With --yes what is ours is erased for good.",
  );
  return 0;
}

const describe = (messages: number, files: number, people: number): string =>
  `${counted(messages, "message")} and ${counted(files, "file")} of ours, ${counted(people, "message")} of people`;

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? "" : "s"}`;

async function erase(
  userIds: readonly UserId[] | undefined,
  open: OpenPeople,
  options: PeopleOptions,
): Promise<number> {
  const { connect, print, signal } = options;
  const { erasures, userRecords, audit: records } = open;
  const audit = {
    record: async (record: Parameters<typeof records.add>[0]) => {
      await records.add(record);
    },
  };
  // An earlier run may have come to its end without anybody to tell.
  const unheard = await unheardOf(open);
  if (!userIds) {
    print("Nothing is kept of a User who is named so.");
    if (unheard.length === 0) return 1;
    // It may have been this User, or another one: nothing tells any more.
    print("What came of an order that was given before:");
  }
  const slack = await connect(open);
  let wanted = unheard;
  if (userIds) {
    const isOrdered = (await ordersFor(userIds, open)).length > 0;
    const { busy } = await userRecords.read(userIds);
    if (busy && !isOrdered) {
      print(`${BUSY[busy]} Nothing was ordered; run this again then.`);
      return 1;
    }
    const id = await orderErasure({ userIds, at: Date.now() }, { erasures, audit });
    wanted = [id];
  }
  let told = "";
  const say = (line: string) => {
    if (line !== told) print(line);
    told = line;
  };
  const work = { erasures, userRecords, threadEraser: slack.threadEraser, audit, now: Date.now };
  const leave = open.takePart(ERASING_ROUND, {
    everyMs: ERASING_EVERY_MS,
    run: (ending) => eraseUsers(ending, work),
    onError: (thrown) => say(`It is tried again: ${reasonOf(toBridgeError(thrown))}`),
  });
  try {
    for (const id of wanted) {
      const done = await untilDone(id, open, signal, (waitsFor) =>
        say(`${BUSY[waitsFor]} The order stays, and is carried out then.`),
      );
      if (done === "told") {
        print("It is done; another run of this command has told what came of it.");
        continue;
      }
      if (!done) {
        print(
          "Ended before it was done. The order stays: the bridge, or the same command, goes on.",
        );
        return 1;
      }
      report(done, slack, print);
      await erasures.delete(id);
    }
  } finally {
    await leave();
  }
  return 0;
}

/** Orders of whoever runs the bridge of which the state has nothing any more, so that no name leads to them. */
async function unheardOf({ erasures }: OpenPeople): Promise<string[]> {
  const found: string[] = [];
  for (const id of await erasures.ids()) {
    const order = await erasures.get(id);
    if (order && order.by === undefined && order.userIds === undefined) found.push(id);
  }
  return found;
}

/** `undefined`: it was ended before. `told`: nothing is left of it. */
async function untilDone(
  id: string,
  { erasures }: OpenPeople,
  signal: AbortSignal,
  onWait: (waitsFor: Busy) => void,
): Promise<Erasure | "told" | undefined> {
  for (;;) {
    const order = await erasures.get(id);
    if (!order) return "told";
    if (order.doneAt !== undefined) return order;
    if (order.waitsFor) onWait(order.waitsFor);
    try {
      await pause(LOOK_EVERY_MS, signal);
    } catch {
      return undefined;
    }
  }
}

const sum = (threads: readonly ErasedThread[], of: (thread: ErasedThread) => number): number =>
  threads.reduce((total, thread) => total + of(thread), 0);

function report(
  { threads, rows = {}, pseudonym }: Erasure,
  { linkTo }: PeopleInSlack,
  print: (line: string) => void,
): void {
  const { audit = 0, ...others } = rows;
  const kept = sum(threads, ({ left, emptied }) => left.length + emptied.length);
  const messages = sum(threads, (thread) => thread.messages) - kept;
  print(
    `Deleted in Slack: ${counted(messages, "message")} and ${counted(
      sum(threads, ({ files }) => files),
      "file",
    )} of ours.`,
  );
  print(
    `Deleted in the state: ${Object.entries(others)
      .map(([table, count]) => `${table} ${count}`)
      .join(", ")}.`,
  );
  print(`${counted(audit, "record")} of deeds now name ${pseudonym} in the place of the User.`);
  const list = (title: string, of: (thread: ErasedThread) => readonly string[]) => {
    const links = threads.flatMap((thread) => of(thread).map((ts) => linkTo(thread.thread, ts)));
    if (links.length > 0) print(`${title} (${links.length}):`);
    for (const link of links) print(`  ${link}`);
  };
  list("Messages of people, to be removed by people", ({ people }) => people);
  list(
    "Messages of ours that Slack does not let us delete; nothing is in them any more, but a name may stand above",
    ({ emptied }) => emptied,
  );
  list(
    "Messages of ours that are as they were, because Slack refuses to change them",
    ({ left }) => left,
  );
  for (const { thread, refused } of threads) {
    if (refused === undefined) continue;
    print(`Slack does not let us see into ${linkTo(thread, thread.ts)}: ${refused}`);
  }
  print(
    "Not reached: backups, logs, Slack's own exports, direct messages to agents, and Parley itself (docs/privacy.md).",
  );
}
