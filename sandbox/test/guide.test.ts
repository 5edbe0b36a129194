import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInBrowser } from "./chromium.ts";
import {
  be,
  getHandedOver,
  goTo,
  messageWith,
  openSandbox,
  picture,
  pressOn,
  type SandboxPage,
} from "./sandbox-page.ts";

/** The steps of the chapter that is open, with whether each is done. */
const stepsOn = (page: Page) => {
  const items = page.locator(".guide").getByRole("listitem");
  return () =>
    items.evaluateAll((all) =>
      all.map((item) => [
        item.querySelector("strong")?.textContent ?? "",
        item.getAttribute("data-done") === "true",
      ]),
    );
};

const open = (page: Page, chapter: string) =>
  page.getByRole("button", { name: new RegExp(`^(Skip to|Go on): ${chapter}$`) }).click();

const isDone = (page: Page, title: string) =>
  page
    .locator(".guide [data-done=true]")
    .filter({ has: page.getByText(title, { exact: true }) })
    .waitFor();

describeInBrowser("the guide", (browser) => {
  it("leads on to the desk, and ticks off what was done there", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, thread, dialog, reply } = sandbox;
    await open(page, "At the desk");
    expect((await stepsOn(page)()).map(([, done]) => done)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    await getHandedOver(sandbox);

    await thread.getByRole("button", { name: "Take" }).click();
    await isDone(page, "Take a User");
    await reply("Which model is it?");
    await messageWith(chat, "Which model is it?").getByText("Anna").waitFor();
    await be(page, "Ben");
    await reply("It is the fuse");
    await messageWith(chat, "It is the fuse").getByText("Ben").waitFor();
    await isDone(page, "Answer as Ben, too");
    await messageWith(thread, "agree with each other").waitFor();

    await reply("note: can you look, Anna?");
    await isDone(page, "Write a note");
    expect(await messageWith(chat, "can you look").count()).toBe(0);

    await correct(sandbox, "It is the fuse", "It is the plug");
    await messageWith(chat, "It is the plug").waitFor();
    await isDone(page, "Correct yourself");
    await messageWith(thread, "It is the plug").first().waitFor();

    // The customer gets a quick answer as the agent's own.
    await be(page, "Anna");
    const root = messageWith(thread, "question_too_complex").first();
    await pressOn(root, ["More options", "Quick answer…"], () => dialog.isVisible());
    await dialog.getByRole("combobox", { name: /Answer/ }).selectOption("lost-parcel");
    const text = dialog.getByRole("textbox", { name: /Message to the User/ });
    await expect.poll(() => text.inputValue(), { timeout: 20_000 }).toContain("three days");
    await dialog.getByRole("button", { name: "Send" }).click();
    await messageWith(chat, "three days").getByText("Anna").waitFor();
    await isDone(page, "Quick answer");
    await picture(page, "sandbox-desk-1280");
  });

  it("leads on to trouble, and ticks off what was lived through", async () => {
    const sandbox = await openSandbox(browser(), { ownProcess: true });
    const { page, thread, ask } = sandbox;
    await open(page, "At the desk");
    await open(page, "When things go wrong");
    await getHandedOver(sandbox);
    await goTo(page, "App Home");
    await isDone(page, "Look at the desk");
    await goTo(page, "# support");

    const isDown = page.getByRole("button", { name: "Slack down" });
    await isDown.click();
    await isDown.and(page.locator("[aria-pressed=true]")).waitFor();
    await ask("Hello?");
    await isDown.click();
    await isDone(page, "Slack is down");
    await messageWith(thread, "Hello?").waitFor();

    await page.getByRole("button", { name: "kill -9" }).click();
    await page.getByText("Bridge stopped").waitFor();
    await ask("Still there?");
    await page.getByRole("button", { name: "Start again" }).click();
    await page.getByText("Bridge running").waitFor();
    await isDone(page, "Kill the bridge");
    await messageWith(thread, "Still there?").waitFor();
    expect(await messageWith(thread, "Still there?").count()).toBe(1);
  });

  it("has a clock that can be put forward, which the three go by", async () => {
    const sandbox = await openSandbox(browser(), { ownProcess: true });
    const { page, chat, thread, channel, ask, reply } = sandbox;
    await getHandedOver(sandbox);
    const later = page.getByRole("button", { name: "10 minutes later" });
    const reminder = thread.getByText("nobody has answered yet").first();
    await later.click();
    await page.getByRole("region", { name: "The time" }).getByText("+10 min").waitFor();
    // Where the machine is so busy that it is a minute late, it comes two minutes later, as after a downtime.
    await reminder.waitFor({ timeout: 10_000 }).catch(() => later.click());
    await reminder.waitFor();

    // Nobody has answered: the thread says so, the customer is told, and the guide has seen it.
    await messageWith(chat, "We have not forgotten you").waitFor();
    await open(page, "At the desk");
    await open(page, "When things go wrong");
    await isDone(page, "Let nobody answer");

    // Nothing is taken for expired or forged, and nothing is late.
    await ask("Hello?");
    await messageWith(thread, "Hello?").waitFor();
    await reply("Here I am");
    await messageWith(chat, "Here I am").waitFor();
    expect(await messageWith(channel, "toaster").count()).toBeLessThan(2);
  });
});

/** Changes a reply that has gone, and sends the new text after it. */
async function correct({ page, thread }: SandboxPage, from: string, to: string): Promise<void> {
  const box = page.getByRole("textbox", { name: "Edited text" });
  await pressOn(messageWith(thread, from), ["More actions", "Edit message"], () => box.isVisible());
  await box.fill(to);
  await page.getByRole("button", { name: "Save" }).click();
  await thread.getByRole("button", { name: "Send correction" }).click();
}
