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
  sendHandBack,
} from "./sandbox-page.ts";

describeInBrowser("a User who wants to be forgotten", (browser) => {
  it("is erased by the lead, from the App Home, with the id typed", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, channel, thread, dialog, reply } = sandbox;
    await getHandedOver(sandbox);
    await reply("Have you tried another plug?");
    await messageWith(chat, "another plug").waitFor();
    const root = messageWith(thread, "question_too_complex").first();
    await pressOn(root, ["Hand back"], () => dialog.isVisible());
    await sendHandBack(dialog);
    await dialog.waitFor({ state: "detached" });
    await page.getByText("with Bot Service").waitFor();

    await be(page, "Ben");
    await goTo(page, "App Home");
    await page.getByRole("button", { name: "Erase a User…" }).click();
    await dialog.getByRole("textbox").fill("11111");
    await dialog.locator("button[type=submit]").click();
    await dialog.getByText("Erase for good").waitFor();
    await picture(dialog, "agents-erase");
    await dialog.getByRole("textbox").fill("11111");
    await dialog.getByRole("button", { name: "Erase for good" }).click();
    await dialog.waitFor({ state: "detached" });

    await goTo(page, "Messages");
    await page.getByText("The User is erased.").waitFor();
    await goTo(page, /# support/);
    await messageWith(channel, "This message was deleted.")
      .getByRole("button", { name: /repl/ })
      .click();
    await messageWith(thread, "another plug").waitFor();
    expect(await thread.getByText("question_too_complex").count()).toBe(0);
  });
});
