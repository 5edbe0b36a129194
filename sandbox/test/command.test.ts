import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readOptions, UsageError } from "../options.ts";
import type { SandboxUrls } from "../start-sandbox.ts";
import { spawnSandbox } from "./sandbox-process.ts";

/** True while something listens there. */
const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    async (response) => {
      await response.body?.cancel();
      return true;
    },
    () => false,
  );

const allOf = ({ page, clientApiDomain, slackApi, bridge }: SandboxUrls): readonly string[] => [
  page,
  clientApiDomain,
  slackApi,
  `${bridge}/healthz`,
];

const whoAnswers = (urls: SandboxUrls): Promise<boolean[]> => Promise.all(allOf(urls).map(answers));

const ALL = [true, true, true, true];
const NONE = [false, false, false, false];

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const customersAt = async ({ page }: SandboxUrls): Promise<string> => {
  const abort = new AbortController();
  const response = await fetch(`${page}/live`, { signal: abort.signal });
  const first = await response.body?.getReader().read();
  abort.abort();
  return new TextDecoder().decode(first?.value);
};

/** What the page says without its script. */
async function checkPage({ page, bridge }: SandboxUrls): Promise<void> {
  const body = JSON.stringify({ wanted: "killed" });
  const plain = await fetch(`${page}/do/bridge`, { method: "POST", body });
  expect(plain.status, "to whom is not its own").toBe(403);
  expect((await fetch(`${bridge}/healthz`)).status).toBe(200);

  const startFile = await fetch(`${page}/bridge.yaml`);
  expect(startFile.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  const text = await startFile.text();
  for (const id of ["C0SUPPORT", "C0BILLING", "S0SUPPORT", "S0BILLING", "S0LEADS"]) {
    expect(text).toContain(id);
  }
}

describe("npm run sandbox", () => {
  it("uses the port that it is given, and says when it is taken", async () => {
    const occupied = createServer();
    await new Promise<void>((resolve) => occupied.listen(0, "127.0.0.1", resolve));
    const address = occupied.address();
    const port = typeof address === "object" && address ? String(address.port) : "";
    const refused = spawnSandbox(["--port", port]);
    expect(await refused.exited).toEqual({ code: 1, signal: null });
    expect(refused.stderr).toContain(`Port ${port} is taken`);
    await new Promise((resolve) => occupied.close(resolve));

    const sandbox = spawnSandbox(["--json", "--port", port]);
    const urls = await sandbox.urls;
    expect(urls.page).toBe(`http://127.0.0.1:${port}`);
    await checkPage(urls);

    sandbox.child.kill("SIGHUP");
    expect(await sandbox.exited).toEqual({ code: 0, signal: null });
    expect(await whoAnswers(urls)).toEqual(NONE);
  });

  it("prints one address to open for people, and leaves nothing behind in the temporary folder", async () => {
    const sandbox = spawnSandbox([]);
    await expect.poll(() => sandbox.stdout, { timeout: 50_000 }).toContain("state and log");
    expect(sandbox.stdout).toContain("Ctrl-C stops");
    expect(sandbox.stdout.match(/http:\S+/g)).toHaveLength(1);
    const page = sandbox.stdout.match(/http:\S+/)?.[0] ?? "";
    expect(await answers(page)).toBe(true);
    const folder = /state and log: (\S+)/.exec(sandbox.stdout)?.[1] ?? "";
    expect(existsSync(join(folder, "bridge.sqlite"))).toBe(true);

    sandbox.child.kill("SIGTERM");
    expect(await sandbox.exited).toEqual({ code: 0, signal: null });
    expect(await answers(page)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });

  it("prints the addresses as one JSON line, goes on from the state that it was told to keep, and takes the bridge along even when it is killed", async () => {
    const state = makeFolder();
    const first = spawnSandbox(["--json", "--state", state]);
    const urls = await first.urls;
    expect(first.stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(Object.keys(urls).sort()).toEqual([
      "bridge",
      "clientApiDomain",
      "page",
      "serviceApi",
      "slackApi",
    ]);
    for (const url of Object.values(urls)) expect(new URL(url).hostname).toBe("127.0.0.1");
    expect(urls.slackApi).toMatch(/\/api\/$/);
    expect(urls.serviceApi).toMatch(/\/serviceApi\/v2\.5$/);
    expect(await whoAnswers(urls)).toEqual(ALL);
    await fetch(`${urls.page}/do/post`, {
      method: "POST",
      headers: { "x-sandbox": "1" },
      body: JSON.stringify({ user: "U0ANNA", channel: "C0SUPPORT", text: "A word to remember" }),
    });
    first.child.kill("SIGINT");
    expect(await first.exited).toEqual({ code: 0, signal: null });
    expect(await whoAnswers(urls)).toEqual(NONE);

    const second = spawnSandbox(["--json", "--state", state]);
    const later = await second.urls;
    expect(later).toMatchObject({ slackApi: urls.slackApi, bridge: urls.bridge });
    expect(await customersAt(later)).toContain("A word to remember");
    second.child.kill("SIGKILL");
    await second.exited;
    await expect.poll(() => whoAnswers(later), { timeout: 15_000 }).toEqual(NONE);
  });

  it("explains what makes no sense, and itself with --help", async () => {
    const refused = spawnSandbox(["--port", "many"]);
    expect(await refused.exited).toEqual({ code: 64, signal: null });
    expect(refused.stderr).toContain("--port must be a number from 0 to 65535, not 'many'");
    expect(refused.stderr).toContain("Usage: npm run sandbox");

    const helped = spawnSandbox(["--help"]);
    expect(await helped.exited).toEqual({ code: 0, signal: null });
    expect(helped.stdout).toContain("--socket-mode");
  });

  it.each([
    [["--prot", "1"], "--prot"],
    [["--port", "many"], "--port must be a number from 0 to 65535, not 'many'"],
    [["--language", "fr"], "--language must be one of en, nl, de, not 'fr'"],
    [["--state"], "--state"],
    [["--replicas", "2"], "--replicas needs --database"],
    [
      ["--database", "postgres://bridge@127.0.0.1/bridge", "--replicas", "9"],
      "--replicas must be a number from 1 to 8, not '9'",
    ],
    [["--database", "bridge"], "--database must begin with postgres://"],
    [["extra"], "extra"],
  ])("finds no sense in %j", (args, words) => {
    const read = () => readOptions(args);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(words);
  });
});
