import { expect, it } from "vitest";
import { describeInBrowser } from "./chromium.ts";
import { getHandedOver, messageWith, openSandbox } from "./sandbox-page.ts";

describeInBrowser("the composer of Slack", (browser) => {
  it("formats with its buttons and keys, and the customer sees it", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, thread } = sandbox;
    await getHandedOver(sandbox);
    const box = page.getByRole("textbox", { name: "Reply in the thread" });
    const press = (name: string) =>
      page
        .getByRole("toolbar", { name: "Formatting: Reply in the thread" })
        .getByRole("button", { name: `${name}:` })
        .click();
    /** Chooses the last `letters` of what is written. */
    const choose = async (letters: number): Promise<void> => {
      for (let n = 0; n < letters; n++) await page.keyboard.press("Shift+ArrowLeft");
    };

    await box.pressSequentially("Pull the plug");
    await choose(4);
    await press("Bold");
    await expect.poll(() => box.inputValue()).toBe("Pull the *plug*");
    await page.keyboard.press("End");
    await page.keyboard.type(" now");
    await choose(3);
    await page.keyboard.press("Control+i");
    await expect.poll(() => box.inputValue()).toBe("Pull the *plug* _now_");
    await page.keyboard.press("End");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("Red");
    await press("Bulleted list");
    await expect.poll(() => box.inputValue()).toBe("Pull the *plug* _now_\n- Red");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("- Blue");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("`on`");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("> as you said");
    await page.keyboard.press("Enter");

    const sent = messageWith(thread, "Pull the plug now");
    const looks = (text: string) =>
      sent.getByText(text, { exact: true }).evaluate((element) => {
        const style = element.ownerDocument.defaultView?.getComputedStyle(element);
        return [Number(style?.fontWeight) >= 600 ? "bold" : "", style?.fontStyle].join(" ").trim();
      });
    expect(await looks("plug")).toBe("bold normal");
    expect(await looks("now")).toBe("italic");
    await sent.locator(".slack_inline_code").filter({ hasText: "on" }).waitFor();
    expect(await sent.locator("ul:not(.reactions) li").allTextContents()).toEqual(["Red", "Blue"]);
    const seen = messageWith(chat, "Pull the plug now");
    await seen.locator("strong").filter({ hasText: "plug" }).waitFor();
    await seen.locator("em").filter({ hasText: "now" }).waitFor();
    await seen.locator("code").filter({ hasText: "on" }).waitFor();
    expect((await seen.locator("li").allTextContents()).map((item) => item.trim())).toEqual([
      "Red",
      "Blue",
    ]);
    await seen.locator("blockquote").filter({ hasText: "as you said" }).waitFor();
  });
});
