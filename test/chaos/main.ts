import type { Plan } from "./plan.ts";
import { runChaos } from "./run-chaos.ts";

/** `npm run chaos`: thousands of messages. Every figure can be given in the environment. */
const number = (name: string, fallback: number): number => Number(process.env[name] ?? fallback);

const seed = number("CHAOS_SEED", Math.floor(Math.random() * 2 ** 31));
const plan: Plan = {
  seed,
  users: number("CHAOS_USERS", 150),
  messagesPerUser: number("CHAOS_MESSAGES", 40),
  pauseMs: number("CHAOS_PAUSE_MS", 3_000),
  killEveryMs: number("CHAOS_KILL_EVERY_MS", 5_000),
  socketMode: process.env.CHAOS_SOCKET_MODE
    ? process.env.CHAOS_SOCKET_MODE === "1"
    : seed % 2 === 1,
};

process.once("SIGTERM", () => process.exit(1));
process.once("SIGINT", () => process.exit(1));
console.log(`chaos with CHAOS_SEED=${seed}`);
const { report, broken } = await runChaos(plan, (line) => console.log(line));
console.log(report);
for (const line of broken) console.log(`BROKEN ${line}`);
process.exit(broken.length > 0 ? 1 : 0);
