import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInBrowser } from "./chromium.ts";
import { getHandedOver, messageWith, openSandbox, pressOn, sendHandBack } from "./sandbox-page.ts";

const overflow = (page: Page): Promise<number> =>
  page.evaluate<number>("document.documentElement.scrollWidth - window.innerWidth");

describeInBrowser("a narrow window", (browser) => {
  it("on a phone holds a whole story, one pane at a time, and shows it without scrolling sideways, however wide it is", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, thread, dialog, timeline, ask, reply, type } = sandbox;
    await page.setViewportSize({ width: 390, height: 800 });
    const switcher = page.getByRole("navigation", { name: "Places on the page" });
    const go = (place: string) => switcher.getByRole("button", { name: place }).click();

    await ask("Can you fix my toaster?");
    await messageWith(chat, "a colleague takes over").waitFor();
    await go("Slack");
    await messageWith(thread, "Can you fix my toaster?").first().waitFor();
    await reply("Yes, I can");
    await messageWith(thread, "Yes, I can")
      .getByRole("button", { name: /white_check/ })
      .waitFor();
    await page.getByRole("button", { name: "Close the thread" }).click();
    await type("/parley-owner services");
    await page.getByText("Only visible to you").waitFor();
    await page
      .getByRole("button", { name: /repl(y|ies)/ })
      .first()
      .click();
    const answer = messageWith(thread, "Yes, I can");
    await pressOn(answer, ["More actions", "Hand back"], () => dialog.isVisible());
    await sendHandBack(dialog);
    await messageWith(thread, "handed this User back").waitFor();
    await go("Requests");
    await timeline
      .getByRole("button", { name: /POST \/users/ })
      .first()
      .click();
    await page.getByLabel("Request as JSON").waitFor();
    await go("Customer");
    await messageWith(chat, "Yes, I can").waitFor();
    await messageWith(chat, "You are back").waitFor();

    for (const width of [1280, 1099, 1000, 800, 720, 719, 390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      const isPhone = width < 720;
      expect(await switcher.isVisible(), `${width} pixels`).toBe(isPhone);
      for (const place of isPhone ? ["Customer", "Requests", "Slack"] : ["everything"]) {
        if (isPhone) await go(place);
        expect(await overflow(page), `${place} at ${width} pixels`).toBeLessThanOrEqual(0);
      }
      await page.getByRole("button", { name: "Slack down" }).waitFor();
      await page.getByRole("button", { name: "kill -9" }).waitFor();
    }
  });

  it("draws no emoji as a box where the machine has no font for it", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, thread, ask, reply } = sandbox;
    await getHandedOver(sandbox);
    await ask("Hooray 🎉 and 👩‍👩‍👧‍👦");
    await reply("A lock: 🔒 :tada:");
    const hasFont = await page.evaluate<boolean>(`(() => {
      const draw = (text) => {
        const canvas = document.createElement("canvas");
        const context = canvas.getContext("2d");
        context.font = "20px sans-serif";
        context.fillText(text, 2, 24);
        return canvas.toDataURL();
      };
      return draw("🎉") !== draw("\\u{10ffff}");
    })()`);
    const shown = hasFont ? "🎉" : ":tada:";
    await messageWith(thread, `Hooray ${shown}`).waitFor();
    await messageWith(chat, "A lock:").waitFor();
    const texts = [...(await thread.allTextContents()), ...(await chat.allTextContents())].join(
      "\n",
    );
    if (!hasFont) expect(texts).not.toMatch(/🎉|🔒|👩/u);
    await messageWith(thread, "A lock:").locator("svg[aria-label=tada]").first().waitFor();
  });
});
