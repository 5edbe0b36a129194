import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFreePort } from "./free-port.ts";
import { pause } from "./load.ts";
import { startPostgres } from "./postgres.ts";
import { processSeconds, readProc } from "./processor.ts";
import {
  ACCOUNT,
  CALLBACK_TOKEN,
  CHANNEL,
  SERVICE,
  SIGNING_SECRET,
  UNLIMITED_PACE,
} from "./settings.ts";
import type { Upstreams } from "./upstreams.ts";

export type Program = "bridge" | "naive" | "chat-sdk";

/** A program under measurement: a process of its own, as an operator would run it. */
export interface Target {
  readonly url: string;
  /** From spawning it to the first 200 of `/readyz`. */
  readonly startSeconds: number;
  /** Of the whole process since its start, all threads, and of its database if that is another; `undefined` where the system does not tell. */
  cpuSeconds(): number | undefined;
  /** Resident memory in MB: now, and at its highest since the start. */
  memory(): { readonly now: number; readonly peak: number };
  /** SIGTERM; SIGKILL when it takes too long. */
  stop(): Promise<void>;
}

export interface TargetOptions {
  readonly program: Program;
  readonly upstreams: Upstreams;
  /** Where its state and its log go; a second start in the same folder finds the state. */
  readonly folder: string;
  readonly postsPerSecond?: string | undefined;
  /** Node writes a CPU profile there. */
  readonly profileFolder?: string | undefined;
}

const ROOT = join(import.meta.dirname, "..");
/** Those of `npm start`: without them V8 collects garbage late, and memory grows to several times what is in use. */
const NODE_FLAGS = readNodeFlags();

const ENTRY: Readonly<Record<Program, string>> = {
  bridge: join(ROOT, "src/start.js"),
  naive: fileURLToPath(import.meta.resolve("./naive-handler.ts")),
  "chat-sdk": join(ROOT, "bench/peers/chat-sdk.ts"),
};
const READY_WITHIN_SECONDS = 120;
const STOP_WITHIN_MS = 12_000;

export async function startTarget(options: TargetOptions): Promise<Target> {
  const { program, upstreams, folder, profileFolder } = options;
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(folder, `${program}.log`);
  const log = openSync(logFile, "a");
  const database = program === "chat-sdk" ? await startPostgres() : undefined;
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...NODE_FLAGS,
      ...(profileFolder ? ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`] : []),
      ENTRY[program],
    ],
    {
      cwd: ROOT,
      stdio: ["ignore", log, log],
      env: {
        PATH: process.env.PATH,
        SLACK_BOT_TOKEN: "xoxb-benchmark",
        SLACK_SIGNING_SECRET: SIGNING_SECRET,
        SLACK_CHANNEL: CHANNEL,
        SLACK_API_URL: upstreams.slackApiUrl,
        SLACK_POSTS_PER_SECOND: options.postsPerSecond ?? UNLIMITED_PACE,
        PARLEY_SERVICE_IDENTIFICATION: SERVICE,
        PARLEY_ACCOUNT_IDENTIFICATION: ACCOUNT,
        PARLEY_SHARED_SECRET: "shared-secret-of-the-benchmark",
        PARLEY_CALLBACK_TOKEN: CALLBACK_TOKEN,
        PARLEY_API_URL: upstreams.parleyApiUrl,
        STATE_URL: `sqlite:${statePath(folder)}`,
        ...(database ? { POSTGRES_URL: database.url } : {}),
        PORT: String(port),
      },
    },
  );
  const killNow = () => child.kill("SIGKILL");
  process.once("exit", killNow);
  let isWanted = true;
  child.once("exit", (code, signal) => {
    process.off("exit", killNow);
    // The folder with the log may be gone when somebody reads this.
    if (isWanted)
      console.error(`${program} has ended by itself (${code ?? signal})\n${endOf(logFile)}`);
  });
  await untilReady(child, url);
  const startSeconds = (performance.now() - startedAt) / 1000;

  return {
    url,
    startSeconds,
    cpuSeconds() {
      const own = processSeconds(child.pid ?? 0);
      return own === undefined ? undefined : own + (database?.cpuSeconds() ?? 0);
    },
    memory() {
      const status = readProc(`${child.pid}/status`) ?? "";
      const megabytes = (name: string) =>
        Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
      return { now: megabytes("VmRSS"), peak: megabytes("VmHWM") };
    },
    async stop() {
      isWanted = false;
      await end(child);
      await database?.stop();
    },
  };
}

function readNodeFlags(): string[] {
  const manifest = readFileSync(join(ROOT, "package.json"), "utf8");
  const { scripts } = JSON.parse(manifest) as { scripts: { start: string } };
  // Its environment is another.
  return [...new Set(scripts.start.match(/--(?!env-file)\S+/g))];
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}

export const statePath = (folder: string): string => join(folder, "bridge.sqlite");

const endOf = (logFile: string): string => readFileSync(logFile, "utf8").slice(-2_000);

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const endsAt = performance.now() + READY_WITHIN_SECONDS * 1000;
  for (;;) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    if (child.exitCode !== null) throw new Error("it has ended before it was ready");
    if (performance.now() > endsAt) throw new Error("it is not ready in time");
    await pause(10);
  }
}
