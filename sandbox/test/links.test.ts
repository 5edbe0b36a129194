import { it } from "vitest";
import { describeInBrowser } from "./chromium.ts";
import { getHandedOver, messageWith, openSandbox, sendHandBack } from "./sandbox-page.ts";

describeInBrowser("a link to a thread", (browser) => {
  it("opens it on the page, from a list and from the next conversation's root", async () => {
    const sandbox = await openSandbox(browser());
    const { thread, channel, dialog, ask, reply, type } = sandbox;
    await getHandedOver(sandbox);
    await reply("The first conversation");
    await thread.getByRole("button", { name: "Hand back", exact: true }).click();
    await sendHandBack(dialog);
    await messageWith(thread, "handed this User back").waitFor();
    await ask("Can you fix my kettle, too?");
    const next = messageWith(channel, "Earlier conversation");
    await next.getByRole("link", { name: /earlier conversation/i }).click();
    await messageWith(thread, "The first conversation").waitFor();

    await type("/parley-owner");
    await channel.getByRole("link", { name: "Ada" }).last().click();
    await messageWith(thread, "Can you fix my kettle, too?").first().waitFor();
    await messageWith(thread, "The first conversation").waitFor({ state: "detached" });
  });

  it("leads from anywhere else to the page with that thread", async () => {
    const sandbox = await openSandbox(browser());
    const { page, channel, thread, urls, ask } = sandbox;
    await getHandedOver(sandbox);
    const ts = await messageWith(channel, "question_too_complex").getAttribute("data-ts");
    await page.getByRole("button", { name: "Open another customer" }).click();
    await page.getByRole("tab", { name: "Grace", selected: true }).waitFor();
    await ask("Can you fix my radio?");
    await messageWith(channel, /radio|question_too_complex/)
      .nth(1)
      .waitFor();

    const origin = new URL(urls.slackApi).origin;
    await page.goto(`${origin}/archives/C0SUPPORT/p${ts?.replace(".", "")}`);

    await messageWith(thread, "Can you fix my toaster?").first().waitFor();
  });
});
