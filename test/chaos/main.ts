import { parseArgs } from "node:util";
import type { Plan, ReplicaPlan } from "./plan.ts";
import { createRandom } from "./random.ts";
import { runChaos } from "./run-chaos.ts";

/**
 * `npm run chaos`: thousands of messages to one bridge on SQLite; with `-- --replicas 3 --state postgres` to several on one
 * PostgreSQL. Every figure can be given in the environment.
 */
const number = (name: string, fallback: number): number => Number(process.env[name] ?? fallback);

const USAGE = "npm run chaos -- [--replicas N] [--state sqlite|postgres] [--help]";

const refuse = (why: string): never => {
  console.error(why);
  process.exit(2);
};

function readOptions() {
  try {
    return parseArgs({
      options: {
        replicas: { type: "string", default: "1" },
        state: { type: "string", default: "sqlite" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    return refuse(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

function readReplicas(seed: number): ReplicaPlan | undefined {
  const values = readOptions();
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const count = Number(values.replicas);
  if (!Number.isInteger(count) || count < 1) refuse("--replicas takes a number from 1 on.");
  if (values.state === "sqlite") {
    if (count > 1) refuse("SQLite carries one replica only; several need --state postgres.");
    return undefined;
  }
  if (values.state !== "postgres") refuse("--state is sqlite or postgres.");
  return { count, withoutAnswer: createRandom(seed).pick(["fails", "repeats"]) };
}

const seed = number("CHAOS_SEED", Math.floor(Math.random() * 2 ** 31));
const replicas = readReplicas(seed);
const plan: Plan = {
  seed,
  users: number("CHAOS_USERS", 150),
  messagesPerUser: number("CHAOS_MESSAGES", 40),
  pauseMs: number("CHAOS_PAUSE_MS", 3_000),
  killEveryMs: number("CHAOS_KILL_EVERY_MS", 5_000),
  socketMode: process.env.CHAOS_SOCKET_MODE
    ? process.env.CHAOS_SOCKET_MODE === "1"
    : seed % 2 === 1,
  ...(replicas && { replicas }),
};

process.once("SIGTERM", () => process.exit(1));
process.once("SIGINT", () => process.exit(1));
console.log(`chaos with CHAOS_SEED=${seed}`);
const { report, broken } = await runChaos(plan, (line) => console.log(line));
console.log(report);
for (const line of broken) console.log(`BROKEN ${line}`);
process.exit(broken.length > 0 ? 1 : 0);
