import { expect, it } from "vitest";
import { describeInBrowser } from "./chromium.ts";
import {
  getHandedOver,
  messageWith,
  openSandbox,
  picture,
  pressOn,
  sendHandBack,
} from "./sandbox-page.ts";

describeInBrowser("the sandbox's bot", (browser) => {
  it("says who waits, follows its handover, greets by how it ended, and passes a rating on", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, thread, channel, timeline, dialog, reply } = sandbox;
    const row = (name: RegExp) => timeline.getByRole("button", { name });
    const line = page.getByTitle("From the bot's own web page");
    await page.getByRole("button", { name: "Skip to: At the desk" }).click();
    await page.getByRole("button", { name: "Skip to: When things go wrong" }).click();
    await page.getByRole("button", { name: "Skip to: Two teams" }).click();
    await page.getByRole("button", { name: "Skip to: What the bot knows" }).click();
    const steps = page.getByRole("region", { name: "What the bot knows" }).getByRole("listitem");
    const done = () =>
      steps.evaluateAll((items) => items.map((item) => item.getAttribute("data-done")));

    await getHandedOver(sandbox);
    await messageWith(chat, "a colleague takes over from here. Nobody else is waiting.").waitFor();
    await row(
      /^From the bot to the bridge: .*GET \/parley\/availability\?reasonCode=question_too_complex 200$/,
    ).waitFor();
    await row(/^From the bot to the bridge: .*POST \/parley\/handovers 200$/).waitFor();
    await row(/^From the bridge to the bot: .*POST handover\.accepted 204$/).waitFor();
    await line.getByText("number 1 in line").waitFor();
    // Told twice, by Parley and by the bot, it is one handover.
    expect(await messageWith(channel, "toaster").count()).toBe(1);

    await page.getByRole("button", { name: "10 minutes later" }).click();
    await row(/POST handover\.waiting 204$/)
      .first()
      .waitFor();
    await line.getByText("Still waiting, for about").waitFor();
    await expect.poll(done).toEqual(["true", "true", "false"]);
    expect(await thread.getByText("brought more details").count()).toBe(0);

    await reply("It is the plug");
    await messageWith(chat, "It is the plug").getByText("Anna").waitFor();
    await line.waitFor({ state: "detached" });
    await pressOn(messageWith(thread, "It is the plug"), ["More actions", "Hand back"], () =>
      dialog.isVisible(),
    );
    await dialog.getByRole("textbox", { name: /Note for the bot/ }).fill("A bore");
    await dialog.getByRole("textbox", { name: /Summary for the User/ }).fill("Buy a new plug");
    await sendHandBack(dialog);
    const greeting = messageWith(chat, "You are back with me, the bot.");
    await greeting.getByText("Buy a new plug").waitFor();
    await chat.getByRole("button", { name: "5" }).click();
    await messageWith(chat, "Thank you!").waitFor();
    await row(/^From the bot to the bridge: .*POST \/parley\/ratings 200$/).click();
    const json = page.getByLabel("Request as JSON");
    expect(JSON.parse((await json.textContent()) ?? "")).toMatchObject({ rating: 5 });
    await messageWith(thread, /rat(ed|ing)/i).waitFor();
    expect(await greeting.count()).toBe(1);
    expect(await messageWith(chat, "A bore").count()).toBe(0);
    await expect.poll(done).toEqual(["true", "true", "true"]);
    await picture(page, "sandbox-bot-1280");
  });

  it("is back with a customer whom an agent sends straight back, and says why", async () => {
    const sandbox = await openSandbox(browser());
    const { chat, thread, dialog } = sandbox;
    await getHandedOver(sandbox);
    const root = messageWith(thread, "question_too_complex").first();
    await pressOn(root, ["More options", "Not for us…"], () => dialog.isVisible());
    await dialog.getByRole("textbox", { name: /not for this team/ }).fill("We do not repair");
    await dialog.getByRole("button", { name: "Send back" }).click();
    await messageWith(chat, "My colleagues cannot help with this. You are back").waitFor();
    expect(await messageWith(chat, "We do not repair").count()).toBe(0);
    expect(await chat.getByText("How was it").count()).toBe(0);
  });

  it("is back with a customer whom nobody has answered, and asks for no rating", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat } = sandbox;
    await getHandedOver(sandbox);
    for (const _ of [1, 2, 3]) {
      await page.getByRole("button", { name: "10 minutes later" }).click();
      await page.getByRole("button", { name: "10 minutes later", disabled: false }).waitFor();
    }
    await messageWith(chat, "I am sorry that nobody was free. You are back with me").waitFor();
    expect(await chat.getByText("How was it").count()).toBe(0);
  });
});
