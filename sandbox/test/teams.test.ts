import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInBrowser } from "./chromium.ts";
import { getHandedOver, messageWith, openSandbox } from "./sandbox-page.ts";

const goTo = (page: Page, place: RegExp | string) =>
  page
    .getByRole("navigation", { name: "Places in Slack" })
    .getByRole("button", { name: place })
    .click();

describeInBrowser("two teams on the page", (browser) => {
  it("have a channel each, to which the bot hands over by its reason", async () => {
    const sandbox = await openSandbox(browser());
    const { page, thread, channel, ask, reply, chat } = sandbox;
    await getHandedOver(sandbox);
    await page.getByRole("button", { name: "Open another customer" }).click();
    await page.getByRole("tab", { name: "Grace", selected: true }).waitFor();
    await ask("I want a refund");
    await goTo(page, /# billing.*new/);
    await messageWith(channel, "Refund requested").waitFor();
    expect(await messageWith(channel, "toaster").count()).toBe(0);
    await messageWith(thread, "I want a refund").first().waitFor();
    await reply("It is on its way");
    await messageWith(chat, "It is on its way").waitFor();
    await goTo(page, "# support");
    await messageWith(thread, "Can you fix my toaster?").first().waitFor();
    expect(await messageWith(channel, "Refund requested").count()).toBe(0);
  });

  it("are those of the start file, which the page shows", async () => {
    const { urls } = await openSandbox(browser());
    const answer = await fetch(`${urls.page}/bridge.yaml`);
    expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    const text = await answer.text();
    for (const id of ["C0SUPPORT", "C0BILLING", "S0SUPPORT", "S0BILLING", "S0LEADS"]) {
      expect(text).toContain(id);
    }
  });
});
