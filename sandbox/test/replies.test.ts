import { expect, it } from "vitest";
import { describeInBrowser } from "./chromium.ts";
import { getHandedOver, messageWith, openSandbox } from "./sandbox-page.ts";

describeInBrowser("trouble with a reply", (browser) => {
  it("leaves the agent with a question mark and a question when Parley's answer is lost or unclear", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, thread, reply } = sandbox;
    await getHandedOver(sandbox);
    for (const [trouble, words] of [
      ["Parley's answer lost", "Try another plug"],
      ["Parley's answer unclear", "Try another socket"],
    ] as const) {
      await page.getByRole("button", { name: trouble }).click();
      await page.getByRole("button", { name: trouble, pressed: true }).waitFor();

      await reply(words);

      await messageWith(thread, words)
        .getByRole("button", { name: /grey_question 1/ })
        .waitFor();
      const question = messageWith(thread, "Perhaps not delivered").last();
      await question.getByRole("button", { name: "It arrived" }).waitFor();
      // The fault is in the answer: the customer has it.
      await messageWith(chat, words).waitFor();
      await page.getByRole("button", { name: trouble }).click();
      await question.getByRole("button", { name: "It arrived" }).first().click();
      await messageWith(thread, words)
        .getByRole("button", { name: /white_check_mark 1/ })
        .waitFor();
      expect(await messageWith(chat, words).count()).toBe(1);
    }
  });

  it("tells the agent when Parley refuses, and sends it once Parley does not", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, thread, timeline, reply } = sandbox;
    await getHandedOver(sandbox);
    await page.getByRole("button", { name: "Parley refuses" }).click();
    await page.getByRole("button", { name: "Parley refuses", pressed: true }).waitFor();

    await reply("Try another plug");

    await messageWith(thread, "Try another plug").getByRole("button", { name: /^x 1/ }).waitFor();
    const refusal = messageWith(thread, "message_not_allowed");
    await refusal.waitFor();
    await timeline.getByRole("button", { name: /POST \/users\/\d+\/messages 400$/ }).waitFor();
    expect(await messageWith(chat, "Try another plug").count()).toBe(0);
    await page.getByRole("button", { name: "Parley refuses" }).click();
    await refusal.getByRole("button", { name: "Send again" }).click();
    await messageWith(chat, "Try another plug").waitFor();
  });
});
