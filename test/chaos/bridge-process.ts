import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { endWithRunner } from "./end-with-runner.ts";
import { eventually } from "./eventually.ts";
import { standsStill } from "./stands-still.ts";

type Env = Readonly<Record<string, string>>;

/** The real program as a child process that is killed and started again on the same port and the same state. */
export interface BridgeProcess {
  readonly url: string;
  readonly logFile: string;
  readonly isRunning: boolean;
  /** What was done to it, and how often it ended by itself. */
  readonly counts: BridgeCounts;
  /** From when on nothing can arrive that an earlier process sent, but nothing of the new one either; ms since the epoch. */
  readonly startedAt: readonly number[];
  /** Spawns it; does not wait until it is up. `changes` stay for later starts. */
  start(changes?: Env): void;
  /** Resolves once it answers, spawning it again when it has ended by itself. */
  up(timeoutMs?: number): Promise<void>;
  /** SIGKILL, at once. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<void>;
  /** SIGSTOP; resolves once it stands still, or has ended. */
  freeze(): Promise<void>;
  /**
   * Lets it freeze by itself when it is about to send its next message to Slack or Parley; it has to have the instruments of
   * a replica. False if it did not within `timeoutMs`; it may still do so until it is started again.
   */
  freezeBeforeMessage(timeoutMs: number): Promise<boolean>;
  /** SIGCONT. */
  thaw(): void;
}

export interface BridgeCounts {
  starts: number;
  kills: number;
  cleanStops: number;
  exits: number;
  freezes: number;
}

/** Of a fault. Shorter than any start of the program, so that it tells old requests from new ones. */
export const LONGEST_LATENCY_MS = 400;

const ROOT = join(import.meta.dirname, "../..");

/** @param imports modules that are loaded in front of the program */
export async function createBridgeProcess(
  env: Env,
  logFile: string,
  imports: readonly string[] = [],
): Promise<BridgeProcess> {
  const port = await reservePort();
  const url = `http://127.0.0.1:${port}`;
  const log = openSync(logFile, "a");
  const counts: BridgeCounts = { starts: 0, kills: 0, cleanStops: 0, exits: 0, freezes: 0 };
  const startedAt: number[] = [];
  let settings: Env = { ...env, PORT: String(port) };
  let child: ChildProcess | undefined;

  const isRunning = () => child?.exitCode === null && child.signalCode === null;

  async function end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    if (!child || !isRunning()) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  const hasFrozen = () => standsStill(child?.pid ?? 0);

  const bridge: BridgeProcess = {
    url,
    logFile,
    get isRunning() {
      return isRunning();
    },
    counts,
    startedAt,
    start(changes = {}) {
      if (isRunning()) throw new Error("the bridge is running already");
      settings = { ...settings, ...changes };
      counts.starts += 1;
      startedAt.push(Date.now() + LONGEST_LATENCY_MS + 50);
      const loaded = imports.flatMap((each) => ["--import", each]);
      child = spawn(join(ROOT, "node_modules/.bin/node"), [...loaded, "src/main.ts"], {
        cwd: ROOT,
        env: { PATH: process.env.PATH, ...settings },
        stdio: ["ignore", log, log],
      });
      endWithRunner(child);
    },
    up: (timeoutMs = 60_000) =>
      eventually(
        async () => {
          if (!isRunning()) {
            counts.exits += 1;
            bridge.start();
          }
          const answer = await fetch(`${url}/healthz`, {
            signal: AbortSignal.timeout(5_000),
          }).catch(() => undefined);
          return answer?.ok;
        },
        { timeoutMs, what: `the bridge is up; see ${logFile}` },
      ).then(() => undefined),
    async kill() {
      counts.kills += 1;
      await end("SIGKILL");
    },
    async stop() {
      counts.cleanStops += 1;
      await end("SIGTERM");
    },
    async freeze() {
      if (!isRunning()) return;
      counts.freezes += 1;
      child?.kill("SIGSTOP");
      await eventually(hasFrozen, { timeoutMs: 5_000, what: "it stands still", everyMs: 5 });
    },
    async freezeBeforeMessage(timeoutMs) {
      if (!isRunning()) return false;
      child?.kill("SIGUSR2");
      const froze = await eventually(hasFrozen, { timeoutMs, what: "", everyMs: 5 }).catch(
        () => false,
      );
      if (froze) counts.freezes += 1;
      return froze;
    },
    thaw() {
      child?.kill("SIGCONT");
    },
  };
  return bridge;
}

/** A port that was free a moment ago. */
async function reservePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  server.close();
  await once(server, "close");
  return port;
}
