import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findPostgres } from "../test/support/postgres-server.ts";
import { measureAvailability } from "./availability.ts";
import { measureBusyChannel } from "./busy-channel.ts";
import { measureNoise } from "./noise.ts";
import { measurePending } from "./pending.ts";
import { preparePeers } from "./prepare-peers.ts";
import { describeProfiles } from "./profile-report.ts";
import { measureRelay, type Relayed } from "./relay.ts";
import {
  describeNoise,
  describeRun,
  tableOfAvailability,
  tableOfChannel,
  tableOfPending,
  tableOfRelays,
  tableOfStored,
  tableOfTakeOvers,
} from "./report.ts";
import {
  nameOf,
  tableOfReplicaRatios,
  tableOfReplicas,
  tableOfStatements,
} from "./report-replicas.ts";
import type { Program } from "./running.ts";
import { FULL, QUICK } from "./settings.ts";
import { measureStored } from "./stored.ts";
import { measureTakeOvers } from "./take-overs.ts";
import type { Subject } from "./target.ts";
import { startUpstreams } from "./upstreams.ts";

// npm run bench -- [--quick] [--only relay|channel|pending|stored|availability|replicas|takeover] [--rounds 3] [--conversations 1,100]
//   [--stored 10000,100000] [--peers] [--replicas 3] [--statements] [--kills 20] [--freezes 10] [--profile FOLDER]
const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    rounds: { type: "string", default: "1" },
    conversations: { type: "string" },
    stored: { type: "string" },
    peers: { type: "boolean", default: false },
    replicas: { type: "string", default: "2" },
    statements: { type: "boolean", default: false },
    kills: { type: "string" },
    freezes: { type: "string" },
    profile: { type: "string" },
  },
});
const PARTS = ["relay", "channel", "pending", "stored", "availability"] as const;
/** Those that need a Postgres come only if they are asked for. */
const POSTGRES_PARTS = ["replicas", "takeover"] as const;
type Part = (typeof PARTS | typeof POSTGRES_PARTS)[number];
const needsPostgres = POSTGRES_PARTS.some((part) => part === options.only);
const base = options.quick ? QUICK : FULL;
const numbers = (given: string | undefined) => given?.split(",").map(Number);
const size = {
  ...base,
  conversations: numbers(options.conversations) ?? base.conversations,
  stored: numbers(options.stored) ?? base.stored,
  kills: Number(options.kills ?? base.kills),
  freezes: Number(options.freezes ?? base.freezes),
};
const replicas = Number(options.replicas);
const wants = (part: Part) =>
  options.only === undefined
    ? !POSTGRES_PARTS.some((each) => each === part)
    : options.only === part;

if (options.only !== undefined && ![...PARTS, ...POSTGRES_PARTS].some((part) => wants(part))) {
  throw new Error(`--only takes one of ${[...PARTS, ...POSTGRES_PARTS].join(", ")}`);
}
if (needsPostgres && !findPostgres()) {
  throw new Error(`--only ${options.only} needs Debian's package postgresql`);
}
if (!(replicas >= 2)) throw new Error("--replicas takes 2 or more");
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
console.log(
  describeRun(["npm run bench --", ...process.argv.slice(2)].join(" "), programs, needsPostgres),
);
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
        results.push(...(await measureRelay({ program }, conversations, size, upstreams, profile)));
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
if (wants("availability")) {
  console.log("\nWhat bots ask before they hand over, beside the cheapest question\n");
  console.log(tableOfAvailability(await measureAvailability(size, upstreams)));
}
if (wants("replicas")) {
  const subjects: readonly Subject[] = [
    { program: "bridge" },
    { program: "bridge", replicas: 1 },
    { program: "bridge", replicas },
    ...programs.filter((program) => program === "chat-sdk").map((program) => ({ program })),
  ];
  const conversations = numbers(options.conversations) ?? [1, 100];
  const rounds: Relayed[][] = [];
  for (let round = 1; round <= Number(options.rounds); round++) {
    const results: Relayed[] = [];
    for (const open of conversations) {
      // To and fro, so that a machine that becomes faster or slower harms all of them alike.
      for (const subject of round % 2 === 1 ? subjects : subjects.toReversed()) {
        const name = nameOf(subject);
        const profile = profileOf(`${name.replaceAll(" ", "-")}-${open}-round-${round}`);
        console.error(`… ${name}, ${open} open conversations`);
        results.push(...(await measureRelay(subject, open, size, upstreams, profile)));
      }
    }
    rounds.push(results);
    console.log(`\nRelay with instant upstreams on SQLite and PostgreSQL, round ${round}\n`);
    console.log(tableOfReplicas(results));
    for (const result of options.statements ? results : []) {
      if (result.statements.length === 0) continue;
      console.log(`\n${nameOf(result)}, ${result.direction}, ${result.conversations} open\n`);
      console.log(tableOfStatements(result));
    }
  }
  console.log("\nMedians of the rounds, with the least and the most\n");
  console.log(tableOfReplicaRatios(rounds));
}
if (wants("takeover")) {
  console.log(`\nOne of ${replicas} replicas is killed or frozen; times in ms\n`);
  console.log(tableOfTakeOvers(await measureTakeOvers(replicas, size, upstreams)));
}
await upstreams.close();
console.log(`\n${describeNoise(await measureNoise(), "after")}`);
for (const folder of profiles) console.log(`\n${folder}\n\n${describeProfiles(folder)}`);
