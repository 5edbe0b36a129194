import { mkdir } from "node:fs/promises";
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import type { Browser, ConsoleMessage, Locator, Page, Request } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { createBridgeProcess } from "../bridge-process.ts";
import { readOptions } from "../options.ts";
import { type SandboxUrls, startSandbox } from "../start-sandbox.ts";
import { createBridgeHere } from "./bridge-here.ts";
import { ROOT } from "./sandbox-process.ts";

export const SIZES = {
  1280: { width: 1280, height: 800 },
  1920: { width: 1920, height: 1080 },
} as const;

/** How long people, and tests, wait for something that happens between three programs. */
const PATIENCE_MS = 20_000;

/** Each look at the page is work for the browser, too. */
const LOOK_EVERY_MS = 100;

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

interface Wanted {
  /** Of `npm run sandbox`. */
  readonly args?: readonly string[];
  /** The bridge is a process of its own, as people have it. */
  readonly ownProcess?: boolean;
}

/**
 * Starts what `npm run sandbox` starts, and opens its page; both end with the test, which fails on any complaint of the
 * page.
 */
export async function openSandbox(
  browser: Browser,
  { args = [], ownProcess = false }: Wanted = {},
): Promise<SandboxPage> {
  const options = readOptions(args);
  if (!options) throw new Error("These arguments ask for help only");
  // Such a process starts quicker by a third then, from the second on.
  if (ownProcess) enableCompileCache();
  const createBridge = ownProcess ? createBridgeProcess : createBridgeHere;
  const { urls, close } = await startSandbox(options, createBridge);
  const page = await pageOf(browser);
  await page.setViewportSize(SIZES[1280]);
  await page.mouse.move(0, 0);
  const complaints: string[] = [];
  const onError = (error: Error) => complaints.push(String(error));
  const onConsole = (line: ConsoleMessage) => {
    // What Parley's own web client would print, too, while a Service cannot be reached.
    const isTyping = line.location().url.includes("/services/event/");
    if (line.type() === "error" && !isTyping) complaints.push(line.text());
  };
  const onRequest = (request: Request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "127.0.0.1") complaints.push(request.url());
  };
  page.on("pageerror", onError).on("console", onConsole).on("request", onRequest);
  onTestFinished(async () => {
    await page.goto("about:blank");
    page.off("pageerror", onError).off("console", onConsole).off("request", onRequest);
    await close();
    // Errors of the page, and requests to anybody else. That the sandbox has stopped is said on the page.
    expect(complaints.filter((line) => !line.includes("ERR_CONNECTION_REFUSED"))).toEqual([]);
  });
  await page.goto(urls.page);
  const write = async (box: Locator, text: string): Promise<void> => {
    await box.fill(text);
    await box.press("Enter");
    // Emptied once it is sent.
    await box.and(page.locator(":placeholder-shown")).waitFor();
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

/** The one page of the browser: to open another takes longer than most tests. */
async function pageOf(browser: Browser): Promise<Page> {
  const [context = await browser.newContext()] = browser.contexts();
  const [page = await context.newPage()] = context.pages();
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

/** Chooses whose Slack it is. */
export const be = (page: Page, name: string): Promise<void> =>
  page.getByRole("radio", { name }).check({ force: true });

export const goTo = (page: Page, place: RegExp | string): Promise<void> =>
  page
    .getByRole("navigation", { name: "Places in Slack" })
    .getByRole("button", { name: place })
    .click();

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

/**
 * Presses a button that a message has while the mouse is on it, then an item of the menu that it opens, until `isDone`:
 * what arrives meanwhile may move the message away, and closes its menu.
 */
export const pressOn = (
  message: Locator,
  [button, item]: readonly [button: string, item?: string],
  isDone: () => Promise<boolean>,
): Promise<void> => {
  const press = async () => {
    if (await isDone()) return;
    await message.hover();
    await message.getByRole("button", { name: button }).click({ timeout: 2_000 });
    const items = message.page().getByRole("menuitem", { name: item ?? "" });
    if (item !== undefined) await items.click({ timeout: 2_000 });
    await expect.poll(isDone, { timeout: 5_000, interval: LOOK_EVERY_MS }).toBe(true);
  };
  const isPressed = () => press().then(() => true, isDone);
  return expect.poll(isPressed, { timeout: PATIENCE_MS, interval: LOOK_EVERY_MS }).toBe(true);
};

/** Sends the form of a hand-back; the team wants to know how each conversation ended. */
export async function sendHandBack(form: Locator): Promise<void> {
  await form.getByRole("combobox", { name: "Outcome" }).selectOption("solved");
  await form.getByRole("button", { name: "Hand back" }).click();
}

/** With `WRITE_SCREENSHOTS=1` a picture for the documentation; else nothing, so that the work tree stays clean. */
export async function picture(of: Page | Locator, name: string): Promise<void> {
  if (process.env.WRITE_SCREENSHOTS !== "1") return;
  const folder = join(ROOT, "docs/images");
  await mkdir(folder, { recursive: true });
  const page = "mouse" in of ? of : of.page();
  const size = page.viewportSize();
  // A part of the page is shown as a whole.
  if (of !== page) await page.setViewportSize({ width: 1700, height: 1180 });
  await page.mouse.move(0, 0);
  await of.screenshot({ path: join(folder, `${name}.png`) });
  if (size) await page.setViewportSize(size);
}
