import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { CALLBACK_TOKEN, type Env, type World } from "./world.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Where Node keeps compiled code: to compile the program anew takes half of its start. */
const COMPILE_CACHE = join(ROOT, "node_modules/.cache/node-compile-cache");

/** A line of the log, as an operator's tools read it. */
export interface LogLine {
  readonly level: number;
  readonly time: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The bridge as a process of its own, as `npm start` runs it; killed when the test ends. */
export interface BridgeProcess {
  readonly stdout: string;
  readonly stderr: string;
  /** What it has logged so far. @throws {SyntaxError} a line that is not JSON */
  readonly lines: readonly LogLine[];
  readonly exited: Promise<Exit>;
  readonly pid: number;
  /** Resolves with the first line that matches. @throws {Error} the process ended without it */
  line(matches: string | ((line: LogLine) => boolean)): Promise<LogLine>;
  signal(signal: "SIGTERM" | "SIGINT" | "SIGKILL"): void;
}

export interface BridgeProcessOptions {
  /** What stands before the program, such as `["nice"]`; it has to become the program (exec). */
  readonly under?: readonly string[];
  /** What runs the program in place of Node, such as `["npm", "start"]`. */
  readonly command?: readonly string[];
  /** Where it runs: the repository's root, unless told otherwise. */
  readonly folder?: string;
  /** Of `src/main.ts`, for its tools. */
  readonly args?: readonly string[];
}

export function spawnBridge(env: Env, options: BridgeProcessOptions = {}): BridgeProcess {
  const program = [process.execPath, join(ROOT, "src/main.ts"), ...(options.args ?? [])];
  const [command = "", ...args] = [...(options.under ?? []), ...(options.command ?? program)];
  // Nothing of our own environment, so that only `env` counts.
  const child = spawn(command, args, {
    cwd: options.folder ?? ROOT,
    // A group of its own, which ends as a whole with the test: to kill what runs the program may leave the program.
    detached: options.command !== undefined,
    env: { PATH: process.env.PATH ?? "", NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  const collect = (name: "stdout" | "stderr") => {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      for (const listener of [...listeners]) listener();
    });
  };
  collect("stdout");
  collect("stderr");
  const exited = waitForEnd(child);
  onTestFinished(async () => {
    if (options.command) killGroup(child);
    else if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await exited;
  });

  const readLines = () =>
    output.stdout
      .slice(0, output.stdout.lastIndexOf("\n") + 1)
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as LogLine);

  return {
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    get lines() {
      return readLines();
    },
    exited,
    pid: child.pid ?? 0,
    line(matches) {
      const find = () =>
        readLines().find((line) =>
          typeof matches === "string" ? line.msg === matches : matches(line),
        );
      return new Promise((resolve, reject) => {
        const look = () => {
          try {
            const found = find();
            if (!found) return;
            resolve(found);
          } catch (error) {
            reject(error);
          }
          listeners.delete(look);
        };
        listeners.add(look);
        look();
        void exited.then(({ code }) => {
          reject(
            new Error(`exited with ${code}, without that line:\n${output.stderr}${output.stdout}`),
          );
        });
      });
    },
    signal: (signal) => {
      child.kill(signal);
    },
  };
}

/** Ends the process and whatever it started. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // All of them have ended.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Resolves once both streams are read to their end, too. */
async function waitForEnd(child: ChildProcess): Promise<Exit> {
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal };
}

/** Starts a process for a world whose own bridge is stopped, and lets the fakes know of it. */
export async function startBridgeProcess(
  { env, slack, parley }: World,
  changes: Env = {},
  options: BridgeProcessOptions = {},
): Promise<BridgeProcess> {
  const bridge = spawnBridge({ ...env, ...changes }, options);
  const { port } = await bridge.line("app.started");
  const url = `http://127.0.0.1:${String(port)}`;
  if (env.SLACK_APP_TOKEN === undefined) slack.deliverTo(`${url}/slack/events`);
  parley.registerCallback(parley.agentService.identification, `${url}/parley/callback`, {
    authorization: CALLBACK_TOKEN,
  });
  return bridge;
}
