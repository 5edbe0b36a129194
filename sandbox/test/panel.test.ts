import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInBrowser } from "./chromium.ts";
import { getHandedOver, messageWith, openSandbox, pressOn, sendHandBack } from "./sandbox-page.ts";

describeInBrowser("the sandbox page", (browser) => {
  it("shows what waits while Slack or Parley is down, and brings it once they are back", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, thread, timeline, ask, reply } = sandbox;
    await getHandedOver(sandbox);
    const isDown = page.getByRole("button", { name: "Slack down" });
    await isDown.click();
    await isDown.and(page.locator("[aria-pressed=true]")).waitFor();
    await ask("Is anybody there?");
    await timeline
      .getByRole("button", { name: /^From the bridge to Slack: .*chat\.postMessage 503$/ })
      .first()
      .waitFor();
    expect(await messageWith(thread, "Is anybody there?").count()).toBe(0);
    await isDown.click();
    await messageWith(thread, "Is anybody there?").waitFor();

    await page.getByRole("button", { name: "Parley down" }).click();
    await reply("I am on it");
    await timeline
      .getByRole("button", { name: /^From the bridge to Parley: .* 503$/ })
      .first()
      .waitFor();
    expect(await messageWith(chat, "I am on it").count()).toBe(0);
    await page.getByRole("button", { name: "Parley down" }).click();
    await messageWith(chat, "I am on it").waitFor();
  });

  it("starts with trouble on request, and the conversation goes on all the same", async () => {
    const sandbox = await openSandbox(browser(), { args: ["--faults"] });
    const { page, chat, thread, timeline, ask, reply } = sandbox;
    for (const name of ["Rate limit", "Lost answers", "Slow"]) {
      await page.getByRole("button", { name, pressed: true }).waitFor();
    }
    await getHandedOver(sandbox);
    await ask("One more thing");
    await reply("And one from me");
    await messageWith(thread, "One more thing").waitFor();
    await messageWith(chat, "And one from me").waitFor();
    await timeline
      .getByRole("button", { name: /chat\.postMessage 429$/ })
      .first()
      .waitFor();
    await timeline
      .getByRole("button", { name: /chat\.postMessage cut$/ })
      .first()
      .waitFor();
    expect(await messageWith(thread, "One more thing").count()).toBe(1);
    expect(await messageWith(chat, "And one from me").count()).toBe(1);
  });

  it("lists the requests of all four ways and opens them as JSON", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, timeline, ask, reply } = sandbox;
    await getHandedOver(sandbox);
    await ask("A word of mine");
    await reply("A word back");
    await messageWith(chat, "A word back").waitFor();
    for (const way of [
      /^From Parley to the bridge: .* handover 200$/,
      /^From the bridge to Slack: .* chat\.postMessage 200$/,
      /^From Slack to the bridge: .* message 200$/,
      /^From the bridge to Parley: .* POST \/users\/\d+\/messages 200$/,
    ]) {
      const row = timeline.getByRole("button", { name: way }).last();
      await row.click();
      const json = page.getByLabel("Request as JSON").last();
      expect(JSON.parse((await json.textContent()) ?? "")).toBeTypeOf("object");
      await page.getByLabel("Answer as JSON").last().waitFor();
      await row.click();
      await json.waitFor({ state: "detached" });
    }
    const post = timeline.getByRole("button", { name: /POST \/users/ }).last();
    await post.click();
    expect(
      JSON.parse((await page.getByLabel("Request as JSON").textContent()) ?? ""),
    ).toMatchObject({ message: "A word back", agent: { name: "Anna" } });
  });

  it("answers commands to the one who typed them, shows the App Home, and takes a note with a space in front", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, thread, channel, reply, type } = sandbox;
    await getHandedOver(sandbox);
    await page.getByRole("textbox", { name: /^Message or command/ }).fill("/");
    await page.getByRole("list", { name: "Commands" }).getByText("/parley-owner").waitFor();
    await type("/parley-owner services");
    const told = messageWith(channel, "Only visible to you");
    await told.getByText("Agent Service").waitFor();
    await page.getByRole("radio", { name: "Ben" }).check({ force: true });
    await told.waitFor({ state: "detached" });

    await page.getByRole("button", { name: "App Home" }).click();
    await page.getByRole("region", { name: "App Home" }).getByText("1 open conversation").waitFor();
    await page.getByRole("button", { name: "# support" }).click();
    await page.getByRole("radio", { name: "Anna" }).check({ force: true });
    await told.getByText("Agent Service").waitFor();

    // What begins with a slash is a command.
    const box = page.getByRole("textbox", { name: "Reply in the thread" });
    await box.fill("// a secret");
    await box.press("Enter");
    await page.getByRole("alert").getByText("put a space in front").waitFor();
    await reply(" // a secret");
    await messageWith(thread, "// a secret").getByRole("button", { name: "lock 1" }).waitFor();
    await reply("A word back");
    await messageWith(chat, "A word back").waitFor();
    expect(await messageWith(chat, "a secret").count()).toBe(0);
  });

  it("takes reactions, edits and deletions, and shows who types", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, thread, reply } = sandbox;
    await getHandedOver(sandbox);
    await page.getByRole("textbox", { name: /^Message as / }).pressSequentially("Well");
    await page
      .getByRole("status")
      .getByText(/typing/)
      .waitFor();

    await reply("A tpyo");
    await messageWith(chat, "A tpyo").waitFor();
    const message = messageWith(thread, "A tpyo");
    const mark = (name: string) => message.getByRole("button", { name, pressed: true });
    await pressOn(message, ["React with eyes"], () => mark("eyes 1").isVisible());
    await mark("eyes 1").click();
    await message.getByRole("button", { name: "eyes 1" }).waitFor({ state: "detached" });
    await pressOn(message, ["React with lock"], () => mark("lock 1").isVisible());
    const box = page.getByRole("textbox", { name: "Edited text" });
    await pressOn(message, ["More actions", "Edit message"], () => box.isVisible());
    await box.fill("A typo");
    await box.press("Enter");
    await messageWith(thread, "A typo").getByText("(edited)").waitFor();
    const edited = messageWith(thread, "A typo");
    const isGone = async () => (await edited.count()) === 0;
    await pressOn(edited, ["More actions", "Delete message"], isGone);
  });

  it("shows the app's errors below their input, and forgets a cancelled modal", async () => {
    const sandbox = await openSandbox(browser());
    const { page, thread, dialog, urls } = sandbox;
    await getHandedOver(sandbox);
    const form = async (of: Page) => {
      const opened = of.getByRole("dialog");
      const root = of.getByRole("log", { name: "Thread" }).getByRole("article").first();
      await pressOn(root, ["Hand back"], () => opened.isVisible());
      return opened;
    };
    await (await form(page)).getByRole("textbox", { name: /Note/ }).fill("A draft");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
    expect(await (await form(page)).getByRole("textbox", { name: /Note/ }).inputValue()).toBe("");

    // While Anna still writes, Ben hands the User back.
    const bens = await page.context().newPage();
    await bens.goto(`${urls.page}/?as=ben`);
    await bens.getByRole("radio", { name: "Ben", checked: true }).waitFor();
    await sendHandBack(await form(bens));
    await messageWith(thread, "@Ben handed this User back").waitFor();
    await bens.close();
    await sendHandBack(dialog);
    await dialog.getByRole("alert").getByText("This conversation is over").waitFor();
    const input = dialog.getByRole("combobox", { name: "Hand back to" });
    expect(await input.getAttribute("aria-invalid")).toBe("true");
  });

  it("merges an anonymous customer who signs in, and the conversation goes on", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, thread, channel, ask } = sandbox;
    await getHandedOver(sandbox);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor({ state: "detached" });
    await messageWith(chat, "Can you fix my toaster?").waitFor();
    await ask("I am signed in now");
    await messageWith(channel, /repl/).first().waitFor();
    await messageWith(thread, "I am signed in now").waitFor();
  });
});
