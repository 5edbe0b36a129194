import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { readOptions } from "../options.ts";
import { type SandboxUrls, startSandbox } from "../start-sandbox.ts";
import { ROOT } from "./sandbox-process.ts";

export const SIZES = {
  1280: { width: 1280, height: 800 },
  1920: { width: 1920, height: 1080 },
} as const;

/** How long people, and tests, wait for something that happens between three programs. */
const PATIENCE_MS = 20_000;

/** The page with what people find on it, by the names they know. */
export interface SandboxPage {
  readonly page: Page;
  readonly urls: SandboxUrls;
  /** The messages of the customer whose tab is open. */
  readonly chat: Locator;
  readonly thread: Locator;
  readonly channel: Locator;
  readonly timeline: Locator;
  readonly dialog: Locator;
  /** Writes as the customer whose tab is open, with Enter. */
  ask(text: string): Promise<void>;
  /** Writes in the open thread as the chosen member, with Enter. */
  reply(text: string): Promise<void>;
  /** Writes into the channel's box, with Enter. */
  type(text: string): Promise<void>;
  /** As Ctrl-C does. */
  stop(): Promise<void>;
}

/**
 * Starts what `npm run sandbox` starts, with these arguments, and opens its page; both end with the test, which fails on
 * any complaint of the page.
 */
export async function openSandbox(
  browser: Browser,
  args: readonly string[] = [],
  size: (typeof SIZES)[keyof typeof SIZES] = SIZES[1280],
): Promise<SandboxPage> {
  const options = readOptions(args);
  if (!options) throw new Error("These arguments ask for help only");
  const { urls, close } = await startSandbox(options);
  const context = await browser.newContext({ viewport: size });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (line) => {
    // What Parley's own web client would print, too, while a Service cannot be reached.
    const isTyping = line.location().url.includes("/services/event/");
    if (line.type() === "error" && !isTyping) complaints.push(line.text());
  });
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "127.0.0.1") complaints.push(request.url());
  });
  onTestFinished(async () => {
    await context.close();
    await close();
    // Errors of the page, and requests to anybody else. That the sandbox has stopped is said on the page.
    expect(complaints.filter((line) => !line.includes("ERR_CONNECTION_REFUSED"))).toEqual([]);
  });
  await page.goto(urls.page);
  const write = async (box: Locator, text: string): Promise<void> => {
    await box.fill(text);
    await box.press("Enter");
    // Emptied once it is sent.
    await expect.poll(() => box.inputValue(), { timeout: PATIENCE_MS }).toBe("");
  };
  return {
    page,
    urls,
    stop: close,
    chat: page.getByRole("log", { name: "Messages" }),
    thread: page.getByRole("log", { name: "Thread" }),
    channel: page.getByRole("log", { name: "Channel" }),
    timeline: page.getByRole("list", { name: "Requests, oldest first" }),
    dialog: page.getByRole("dialog"),
    ask: (text) => write(page.getByRole("textbox", { name: /^Message as / }), text),
    reply: (text) => write(page.getByRole("textbox", { name: "Reply in the thread" }), text),
    type: (text) => write(page.getByRole("textbox", { name: /^Message or command/ }), text),
  };
}

/** The message with this text. */
export const messageWith = (list: Locator, text: string | RegExp): Locator =>
  list.getByRole("article").filter({ hasText: text });

/** Asks something that the bot cannot answer, and waits for the thread. */
export async function getHandedOver(
  { ask, thread }: SandboxPage,
  question = "Can you fix my toaster?",
): Promise<void> {
  await ask(question);
  await messageWith(thread, question).first().waitFor();
}

/** With `WRITE_SCREENSHOTS=1` a picture for the documentation; else nothing, so that the work tree stays clean. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.WRITE_SCREENSHOTS !== "1") return;
  const folder = join(ROOT, "docs/images");
  await mkdir(folder, { recursive: true });
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
