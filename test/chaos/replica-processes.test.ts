import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { startHttpServer } from "../../fakes/http/http-server.ts";
import { standsStill } from "./stands-still.ts";

const module = (name: string): string => pathToFileURL(join(import.meta.dirname, name)).href;

/** Runs a script in a process of its own; its lines, as they come. */
function run(script: string, imports: readonly string[] = []) {
  const loaded = imports.flatMap((each) => ["--import", each]);
  const child = spawn(process.execPath, [...loaded, "--input-type=module", "-e", script], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  return { child, pid: child.pid ?? 0, lines: () => output.split("\n").slice(0, -1) };
}

it("ends a process with the one that had started it, even if that is killed and the other is frozen", async () => {
  const runner = run(`
    import { spawn } from "node:child_process";
    import { endWithRunner } from "${module("end-with-runner.ts")}";
    const child = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
    endWithRunner(child);
    child.kill("SIGSTOP");
    console.log(child.pid);
    setInterval(() => {}, 1_000);
  `);
  await expect.poll(runner.lines).toHaveLength(1);
  const pid = Number(runner.lines()[0]);
  await expect.poll(() => standsStill(pid)).toBe(true);
  expect(process.kill(pid, 0)).toBe(true);
  runner.child.kill("SIGKILL");
  await expect.poll(() => isThere(pid)).toBe(false);
});

it("sets the clock of a replica apart, and no time that was given", async () => {
  const { lines } = run(
    `console.log(Date.now(), new Date().getTime(), Date.parse(Date()), new Date(5).getTime(), new Date() instanceof Date);`,
    [`${module("replica-instruments.ts")}?shift=-200000`],
  );
  await expect.poll(lines).toHaveLength(1);
  const [now, fresh, text, given, isDate] = (lines()[0] ?? "").split(" ");
  for (const each of [now, fresh, text]) {
    expect(Date.now() - Number(each)).toBeGreaterThanOrEqual(200_000);
  }
  expect([given, isDate]).toEqual(["5", "true"]);
});

it("freezes a replica right before it sends a message, and not before", async () => {
  const got: string[] = [];
  const server = await startHttpServer((request, response) => {
    got.push(request.url ?? "");
    response.end();
  });
  onTestFinished(() => server.close());
  const { child, pid, lines } = run(
    `
    import { request } from "node:http";
    console.log("ready");
    process.stdin.setEncoding("utf8").on("data", (path) => {
      request("${server.url}" + path, { method: "POST" }, (response) => {
        response.resume();
        console.log("answered");
      }).end("text");
    });
  `,
    [module("replica-instruments.ts")],
  );
  await expect.poll(lines).toEqual(["ready"]);
  child.kill("SIGUSR2");
  child.stdin.write("/api/conversations.replies");
  await expect.poll(lines).toEqual(["ready", "answered"]);
  child.stdin.write("/api/chat.postMessage");
  await expect.poll(() => standsStill(pid)).toBe(true);
  expect(got).toEqual(["/api/conversations.replies"]);
  child.kill("SIGCONT");
  await expect.poll(lines).toEqual(["ready", "answered", "answered"]);
  child.kill("SIGKILL");
  await once(child, "exit");
});

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
