import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { describeInBrowser } from "./chromium.ts";
import {
  getHandedOver,
  messageWith,
  openSandbox,
  picture,
  pressOn,
  SIZES,
  sendHandBack,
} from "./sandbox-page.ts";

const TRANSPORTS = [
  { name: "HTTP", args: [] },
  { name: "Socket Mode", args: ["--socket-mode"] },
];

/** On the button that opens a thread, whatever has come into it by now. */
const REPLIES = /^(Reply in thread|\d+ repl(y|ies))/;

describeInBrowser("the sandbox page", (browser) => {
  it.each(TRANSPORTS)("tells the whole story over $name", async ({ name, args }) => {
    const sandbox = await openSandbox(browser(), { args });
    const { page, chat, thread, channel, ask, reply, dialog } = sandbox;
    const steps = page.getByRole("region", { name: "First steps" }).getByRole("listitem");
    const done = () =>
      steps.evaluateAll((items) => items.map((item) => item.getAttribute("data-done")));
    await page.getByText(name).waitFor();
    expect(await done()).toEqual(["false", "false", "false"]);

    await ask("Hello!");
    await chat.getByText("I am the bot of this shop").waitFor();
    await chat.getByRole("button", { name: "When are you open?" }).click();
    await chat.getByText("9:00 to 18:00").waitFor();
    await getHandedOver(sandbox);
    await expect.poll(done).toEqual(["true", "false", "false"]);
    await messageWith(channel, "question_too_complex").waitFor();

    await ask("Are you there, <!channel> & co?");
    const words = messageWith(thread, "Are you there");
    await words.waitFor();
    // Shown as it was written, and as nobody's mention.
    const text = (await words.textContent())?.replaceAll("\u2060", "");
    expect(text).toContain("Are you there, <!channel> & co?");
    await reply("Yes! I have a look at it.");
    await messageWith(chat, "Yes! I have a look at it.").getByText("Anna").waitFor();
    await messageWith(thread, "Yes! I have a look at it.")
      .getByRole("button", { name: "white_check_mark 1" })
      .waitFor();
    await expect.poll(done).toEqual(["true", "true", "false"]);
    await page.getByRole("radio", { name: "Ben" }).check({ force: true });
    await reply("Anna is right, it is the plug.");
    await messageWith(chat, "it is the plug").getByText("Ben").waitFor();
    if (name === "HTTP") {
      await picture(page, "sandbox-1280");
      await picture(thread, "agents-thread");
    }

    const plug = messageWith(thread, "it is the plug");
    await pressOn(plug, ["More actions", "Hand back"], () => dialog.isVisible());
    await dialog.getByRole("textbox", { name: /Summary for the User/ }).fill("It was the plug");
    await dialog.getByRole("textbox", { name: /Last message/ }).fill("All the best!");
    if (name === "HTTP") await picture(dialog, "agents-hand-back");
    await sendHandBack(dialog);
    await dialog.waitFor({ state: "detached" });
    await messageWith(chat, "All the best!").waitFor();
    await chat.getByText("My colleague left this for you: It was the plug").waitFor();
    await messageWith(channel, "Handed back to Bot Service by @Ben").waitFor();
    await page.getByText("with Bot Service").waitFor();
    await expect.poll(done).toEqual(["true", "true", "true"]);
    await page.getByRole("button", { name: "Go on: At the desk" }).waitFor();
    if (name === "HTTP") {
      await page.setViewportSize(SIZES[1920]);
      await picture(page, "sandbox-1920");
    }
  });

  it("keeps two customers apart who write at the same time", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, channel, thread, ask, reply } = sandbox;
    const tab = (name: string) => page.getByRole("tab", { name });
    await getHandedOver(sandbox, "My toaster is broken");
    await page.getByRole("button", { name: "Open another customer" }).click();
    await tab("Grace").and(page.locator("[aria-selected=true]")).waitFor();
    await ask("My kettle is broken");
    // A root says who it is; what they wrote is in the details below it.
    const root = (name: string) =>
      messageWith(channel, name).getByRole("button", { name: REPLIES });
    await root("Grace").waitFor();

    // The first thread is open; its answer reaches the first customer only.
    await reply("About the toaster");
    await page.getByText("1 unread").waitFor({ state: "attached" });
    await root("Grace").click();
    await messageWith(thread, "My kettle is broken").first().waitFor();
    await reply("About the kettle");
    await messageWith(chat, "About the kettle").waitFor();
    expect(await messageWith(chat, "About the toaster").count()).toBe(0);
    await ask("Thanks from Grace");
    await messageWith(thread, "Thanks from Grace").waitFor();

    await tab("Ada").click();
    await messageWith(chat, "About the toaster").waitFor();
    expect(await messageWith(chat, "About the kettle").count()).toBe(0);
    await ask("Thanks from Ada");
    await root("Ada").click();
    await messageWith(thread, "Thanks from Ada").waitFor();
    expect(await messageWith(thread, "Thanks from Grace").count()).toBe(0);
  });

  it("goes on with yesterday's conversation on saved state, and says when it has stopped", async () => {
    const state = await mkdtemp(join(tmpdir(), "sandbox-test-"));
    onTestFinished(() => rm(state, { recursive: true, force: true }));
    const first = await openSandbox(browser(), { args: ["--state", state] });
    await getHandedOver(first);
    await first.reply("See you tomorrow");
    await messageWith(first.chat, "See you tomorrow").waitFor();
    await first.stop();
    await first.page.getByRole("alert").getByText("The sandbox has stopped").waitFor();

    const second = await openSandbox(browser(), { args: ["--state", state] });
    await messageWith(second.chat, "See you tomorrow").waitFor();
    await second.ask("Good morning");
    await messageWith(second.thread, "Good morning").waitFor();
    await second.reply("Good morning to you");
    await messageWith(second.chat, "Good morning to you").waitFor();
    expect(await messageWith(second.channel, "question_too_complex").count()).toBe(1);
  });

  it.for(TRANSPORTS)("survives kill -9 in mid-conversation over $name", async (transport, test) => {
    const startedAt = performance.now();
    const sandbox = await openSandbox(browser(), { args: transport.args, ownProcess: true });
    const { page, chat, thread, ask, reply } = sandbox;
    await ask("Hello!");
    await messageWith(chat, "Hello!").first().waitFor();
    const seconds = (performance.now() - startedAt) / 1000;
    await test.annotate(`${seconds.toFixed(1)} s to the first message`);
    await getHandedOver(sandbox);
    await reply("Which model is it?");
    await messageWith(chat, "Which model is it?").waitFor();
    const before = await page.getByText(/pid \d+/).textContent();

    await page.getByRole("button", { name: "kill -9" }).click();
    await page.getByText("Bridge stopped").waitFor();
    await ask("The red one");
    await reply("And how old?");
    await page.getByRole("button", { name: "Start again" }).click();
    await page.getByText("Bridge running").waitFor();
    expect(await page.getByText(/pid \d+/).textContent()).not.toBe(before);

    await messageWith(thread, "The red one").waitFor();
    await messageWith(chat, "And how old?").waitFor();
    await ask("Ten years");
    await messageWith(thread, "Ten years").waitFor();
    for (const text of ["Which model is it?", "And how old?"]) {
      expect(await messageWith(chat, text).count()).toBe(1);
    }
    for (const text of ["The red one", "Ten years"]) {
      expect(await messageWith(thread, text).count()).toBe(1);
    }
  });
});
