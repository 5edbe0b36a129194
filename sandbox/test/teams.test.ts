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
  SIZES,
} from "./sandbox-page.ts";

describeInBrowser("two teams on the page", (browser) => {
  it("have a channel each, to which the bot hands over by its reason", async () => {
    const sandbox = await openSandbox(browser());
    const { page, thread, channel, ask, reply, chat } = sandbox;
    await getHandedOver(sandbox);
    await page.getByRole("button", { name: "Open another customer" }).click();
    await page.getByRole("tab", { name: "Grace", selected: true }).waitFor();
    await ask("I want a refund");
    await goTo(page, /# billing.*new/);
    await messageWith(channel, "I want a refund").waitFor();
    expect(await messageWith(channel, "toaster").count()).toBe(0);
    await messageWith(thread, "I want a refund").first().waitFor();
    await reply("It is on its way");
    await messageWith(chat, "It is on its way").waitFor();
    await goTo(page, "# support");
    await messageWith(thread, "Can you fix my toaster?").first().waitFor();
    expect(await messageWith(channel, "I want a refund").count()).toBe(0);
  });

  it("keep an outsider's words inside, tell them alone, and move a User to each other", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, thread, channel, dialog, ask, reply } = sandbox;
    await getHandedOver(sandbox);
    await be(page, "Carla");
    await reply("Try another plug");
    await messageWith(thread, "Try another plug")
      .getByRole("list", { name: "Reactions" })
      .getByRole("button", { name: /lock/ })
      .waitFor();
    await thread.getByText("Only visible to you").waitFor();
    await be(page, "Ben");
    await thread.getByText("Only visible to you").waitFor({ state: "detached" });

    const root = messageWith(thread, "Can you fix my toaster?").first();
    await pressOn(root, ["More options", "Move…"], () => dialog.isVisible());
    await dialog.getByRole("textbox", { name: /Note/ }).fill("It is about money");
    await dialog.getByRole("combobox", { name: /Move to/ }).selectOption("Billing");
    await dialog.getByRole("button", { name: "Move" }).click();
    await dialog.waitFor({ state: "detached" });
    await messageWith(thread, "moved this User to Billing").waitFor();
    await goTo(page, /# billing/);
    await messageWith(channel, "Moved here from Support").waitFor();
    await messageWith(thread, "It is about money").waitFor();
    await messageWith(thread, "The conversation so far").waitFor();
    await ask("Hello?");
    await messageWith(thread, "Hello?").waitFor();
    await reply("Here I am, in billing");
    await messageWith(chat, "Here I am, in billing").waitFor();
    expect(await messageWith(chat, "Try another plug").count()).toBe(0);
    await page.setViewportSize(SIZES[1920]);
    await picture(page, "sandbox-moved-1920");
  });

  it("tell their lead of an archived channel, and go on when it is back", async () => {
    const sandbox = await openSandbox(browser());
    const { page, thread, ask } = sandbox;
    await getHandedOver(sandbox);
    await be(page, "Ben");
    await page.getByRole("button", { name: "Archive" }).click();
    await page.getByRole("status").getByText("Archived").waitFor();
    await ask("Is anybody there?");
    await goTo(page, /Messages.*new/);
    await page.getByRole("log", { name: "Direct messages" }).getByText("support").first().waitFor();
    await goTo(page, /# support/);
    await page.getByRole("button", { name: "Bring it back" }).click();
    await messageWith(thread, "Is anybody there?").waitFor();
  });
});
