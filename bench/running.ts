import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFreePort } from "./free-port.ts";
import { pause } from "./load.ts";
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

/** One process of a program, as an operator would run it. */
export interface Running {
  readonly url: string;
  /** From spawning it to the first 200 of `/readyz`. */
  readonly startSeconds: number;
  /** Of the whole process since its start, all threads; `undefined` where the system does not tell. */
  cpuSeconds(): number | undefined;
  /** Resident memory in MB: now, and at its highest since the start. */
  memory(): { readonly now: number; readonly peak: number };
  /** SIGKILL, at once; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  /** SIGTERM; SIGKILL when it takes too long. */
  stop(): Promise<void>;
}

export interface RunOptions {
  readonly program: Program;
  /** By which the upstreams know it, and its log is named. */
  readonly name: string;
  readonly upstreams: Upstreams;
  /** Where its log goes; a second start goes on with it. */
  readonly folder: string;
  readonly stateUrl: string;
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

export async function startProgram(options: RunOptions): Promise<Running> {
  const { program, name, upstreams, folder, stateUrl, profileFolder } = options;
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(folder, `${name}.log`);
  const log = openSync(logFile, "a");
  const { slackApiUrl, parleyApiUrl } = upstreams.apisFor(name);
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
        SLACK_API_URL: slackApiUrl,
        SLACK_POSTS_PER_SECOND: options.postsPerSecond ?? UNLIMITED_PACE,
        PARLEY_SERVICE_IDENTIFICATION: SERVICE,
        PARLEY_ACCOUNT_IDENTIFICATION: ACCOUNT,
        PARLEY_SHARED_SECRET: "shared-secret-of-the-benchmark",
        PARLEY_CALLBACK_TOKEN: CALLBACK_TOKEN,
        PARLEY_API_URL: parleyApiUrl,
        [program === "chat-sdk" ? "POSTGRES_URL" : "STATE_URL"]: stateUrl,
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
      console.error(`${name} has ended by itself (${code ?? signal})\n${endOf(logFile)}`);
  });
  try {
    await untilReady(child, url);
  } catch (error) {
    killNow();
    throw error;
  }
  const startSeconds = (performance.now() - startedAt) / 1000;

  return {
    url,
    startSeconds,
    cpuSeconds: () => processSeconds(child.pid ?? 0),
    memory() {
      const status = readProc(`${child.pid}/status`) ?? "";
      const megabytes = (field: string) =>
        Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
      return { now: megabytes("VmRSS"), peak: megabytes("VmHWM") };
    },
    async kill() {
      isWanted = false;
      await end(child, "SIGKILL");
    },
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    async stop() {
      isWanted = false;
      await end(child, "SIGTERM");
    },
  };
}

function readNodeFlags(): string[] {
  const manifest = readFileSync(join(ROOT, "package.json"), "utf8");
  const { scripts } = JSON.parse(manifest) as { scripts: { start: string } };
  // Its environment is another.
  return [...new Set(scripts.start.match(/--(?!env-file)\S+/g))];
}

async function end(child: ChildProcess, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}

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
