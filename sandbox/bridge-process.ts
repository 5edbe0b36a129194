import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { getCompileCacheDir } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ToldClock } from "./told-clock.ts";

interface BridgeStatus {
  readonly state: "starting" | "running" | "stopped";
  readonly pid: number | null;
  /** How it ended, when it was not asked to; empty otherwise. */
  readonly problem: string;
  /** Of several over one database; then the rest tells of one that runs, if any does. */
  readonly replicas?: { readonly running: number; readonly of: number };
}

/** The real bridge as a process of its own, on the same port and state through all its lives. */
export interface BridgeProcess {
  readonly status: BridgeStatus;
  /** `http://127.0.0.1:PORT`; known after the first start. */
  readonly url: string;
  /** Resolves once it works. @throws {Error} it ended instead; holds the last lines of its output */
  start(): Promise<void>;
  /** kill -9: no goodbye, no cleaning up. Resolves once it is gone. */
  kill(): Promise<void>;
  /** Asks it to stop, then insists. */
  stop(): Promise<void>;
}

const ROOT = join(import.meta.dirname, "..");
const STOP_PATIENCE_MS = 4_000;
const LINES_KEPT = 12;

export function createBridgeProcess(options: {
  readonly env: Readonly<Record<string, string>>;
  /** 0 for a free one. */
  readonly port: number;
  readonly logFile: string;
  /** It goes by this one, in all its lives. */
  readonly clock: ToldClock;
  readonly onChange: () => void;
}): BridgeProcess {
  const log = createWriteStream(options.logFile, { flags: "a" });
  let child: ChildProcess | undefined;
  let port = options.port;
  let status: BridgeStatus = { state: "stopped", pid: null, problem: "" };

  const become = (next: BridgeStatus): void => {
    status = next;
    options.onChange();
  };

  options.clock.onMoved(() => {
    if (child?.connected) child.send(options.clock.aheadMs, () => undefined);
  });

  const start = async (): Promise<void> => {
    if (child) return;
    const started = spawn(
      process.execPath,
      [
        "--import",
        join(ROOT, "sandbox/stop-with-parent.ts"),
        "sandbox/bridge-main.ts",
        String(options.clock.aheadMs),
      ],
      {
        cwd: ROOT,
        // Only what it is given: a developer's own SLACK_… variables must not leak into the sandbox.
        env: {
          PATH: process.env.PATH ?? "",
          NODE_COMPILE_CACHE: getCompileCacheDir() ?? "",
          ...options.env,
          PORT: String(port),
        },
        stdio: ["ignore", "pipe", "pipe", "ipc"],
        // A group of its own: Ctrl-C reaches the sandbox, and the sandbox stops the bridge, once.
        detached: true,
      },
    );
    child = started;
    become({ state: "starting", pid: started.pid ?? null, problem: "" });
    const lastLines: string[] = [];
    const ready = new Promise<number>((resolve) => {
      const read = (line: string): void => {
        log.write(`${line}\n`);
        lastLines.push(line);
        if (lastLines.length > LINES_KEPT) lastLines.shift();
        const found = status.state === "starting" ? readPort(line) : undefined;
        if (found !== undefined) resolve(found);
      };
      for (const stream of [started.stdout, started.stderr]) {
        if (stream) createInterface({ input: stream }).on("line", read);
      }
    });
    const ended = new Promise<string>((resolve) => {
      started.once("error", (error) => resolve(error.message));
      started.once("close", (code, signal) => resolve(`ended with ${signal ?? `code ${code}`}`));
    });
    void ended.then((how) => {
      if (child !== started) return;
      child = undefined;
      become({ state: "stopped", pid: null, problem: how });
    });
    const outcome = await Promise.race([ready, ended]);
    if (typeof outcome === "string") {
      throw new Error(`The bridge ${outcome}:\n${lastLines.join("\n")}`);
    }
    port = outcome;
    become({ state: "running", pid: started.pid ?? null, problem: "" });
  };

  /** From here on its end is no surprise. */
  const release = (): ChildProcess | undefined => {
    const leaving = child;
    child = undefined;
    return leaving;
  };

  return {
    get status() {
      return status;
    },
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    start,
    async kill() {
      const leaving = release();
      if (!leaving) return;
      await end(leaving, "SIGKILL");
      become({ state: "stopped", pid: null, problem: "" });
    },
    async stop() {
      const leaving = release();
      if (leaving) {
        const insisting = setTimeout(() => leaving.kill("SIGKILL"), STOP_PATIENCE_MS);
        await end(leaving, "SIGTERM");
        clearTimeout(insisting);
      }
      become({ state: "stopped", pid: null, problem: "" });
      log.end();
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}

/** The port in the line `app.started` of the bridge's log. */
function readPort(line: string): number | undefined {
  if (!line.includes('"app.started"')) return undefined;
  try {
    const { port } = JSON.parse(line) as { port?: unknown };
    return typeof port === "number" ? port : undefined;
  } catch {
    return undefined;
  }
}
