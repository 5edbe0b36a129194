import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureBusyChannel } from "./busy-channel.ts";
import { measureNoise } from "./noise.ts";
import { measurePending } from "./pending.ts";
import { preparePeers } from "./prepare-peers.ts";
import { describeProfiles } from "./profile-report.ts";
import { measureRelay, type Relayed } from "./relay.ts";
import {
  describeNoise,
  describeRun,
  tableOfChannel,
  tableOfPending,
  tableOfRelays,
  tableOfStored,
} from "./report.ts";
import { FULL, QUICK } from "./settings.ts";
import { measureStored } from "./stored.ts";
import type { Program } from "./target.ts";
import { startUpstreams } from "./upstreams.ts";

// npm run bench -- [--quick] [--only relay|channel|pending|stored] [--rounds 3] [--conversations 1,100]
//   [--stored 10000,100000] [--peers] [--profile FOLDER]
const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    rounds: { type: "string", default: "1" },
    conversations: { type: "string" },
    stored: { type: "string" },
    peers: { type: "boolean", default: false },
    profile: { type: "string" },
  },
});
const PARTS = ["relay", "channel", "pending", "stored"] as const;
type Part = (typeof PARTS)[number];
const base = options.quick ? QUICK : FULL;
const numbers = (given: string | undefined) => given?.split(",").map(Number);
const size = {
  ...base,
  conversations: numbers(options.conversations) ?? base.conversations,
  stored: numbers(options.stored) ?? base.stored,
};
const wants = (part: Part) => options.only === undefined || options.only === part;

if (options.only !== undefined && !PARTS.some((part) => part === options.only)) {
  throw new Error(`--only takes one of ${PARTS.join(", ")}`);
}
if (options.profile !== undefined && existsSync(options.profile)) {
  throw new Error(`${options.profile} exists already; profiles want a new folder`);
}
const profiles: string[] = [];
/** The folder for the profiles of one process of the bridge, if they are wanted. */
function profileOf(name: string): string | undefined {
  if (options.profile === undefined) return undefined;
  const folder = join(options.profile, name);
  profiles.push(folder);
  return folder;
}

const programs: readonly Program[] = [
  "bridge",
  "naive",
  ...(options.peers ? await preparePeers() : []),
];
console.log(describeRun(["npm run bench --", ...process.argv.slice(2)].join(" "), programs));
console.log(describeNoise(await measureNoise(), "before"));
const upstreams = await startUpstreams();

if (wants("relay")) {
  for (let round = 1; round <= Number(options.rounds); round++) {
    const results: Relayed[] = [];
    for (const conversations of size.conversations) {
      // One right after the other, so that a busy machine harms both alike.
      for (const program of programs) {
        const profile =
          program === "bridge" ? profileOf(`relay-${conversations}-round-${round}`) : undefined;
        console.error(`… ${program}, ${conversations} open conversations`);
        results.push(...(await measureRelay(program, conversations, size, upstreams, profile)));
      }
    }
    console.log(`\nRelay with instant upstreams, ${programs.join(" / ")}, round ${round}\n`);
    console.log(tableOfRelays(results));
  }
}
if (wants("channel")) {
  console.log("\nOne channel at one post a second, more to post than that\n");
  console.log(tableOfChannel(await measureBusyChannel(size, upstreams)));
}
if (wants("pending")) {
  console.log("\nStart and memory while Slack answers 503\n");
  console.log(tableOfPending(await measurePending(size, upstreams)));
}
if (wants("stored")) {
  console.log("\nThe bridge with many conversations in its store, at a fixed rate\n");
  console.log(
    tableOfStored(await measureStored(size, upstreams, (stored) => profileOf(`stored-${stored}`))),
  );
}
await upstreams.close();
console.log(`\n${describeNoise(await measureNoise(), "after")}`);
for (const folder of profiles) console.log(`\n${folder}\n\n${describeProfiles(folder)}`);
