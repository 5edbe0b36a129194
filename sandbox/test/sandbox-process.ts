import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { SandboxUrls } from "../start-sandbox.ts";

export const ROOT = join(import.meta.dirname, "../..");

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `npm run sandbox` without npm; ended with the test, if it does not end before. */
export interface SandboxProcess {
  readonly child: ChildProcess;
  readonly stdout: string;
  readonly stderr: string;
  readonly exited: Promise<Exit>;
  /** What it prints with `--json`. @throws {Error} it ended instead */
  readonly urls: Promise<SandboxUrls>;
}

export function spawnSandbox(args: readonly string[] = ["--json"]): SandboxProcess {
  const child = spawn(process.execPath, ["sandbox/main.ts", ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? "", TMPDIR: process.env.TMPDIR ?? "/tmp" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  const exited = once(child, "close").then(([code, signal]) => ({ code, signal }) as Exit);
  const urls = new Promise<SandboxUrls>((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output.stderr += text;
    });
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output.stdout += text;
      if (args.includes("--json") && output.stdout.includes("\n")) {
        resolve(JSON.parse(output.stdout) as SandboxUrls);
      }
    });
    void exited.then(({ code }) => {
      reject(new Error(`The sandbox ended with ${code}:\n${output.stderr}${output.stdout}`));
    });
  });
  // Whoever does not wait for the URLs does not care that there are none.
  urls.catch(() => undefined);
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await exited;
  });
  return {
    child,
    exited,
    urls,
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
  };
}
