import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInBrowser } from "./chromium.ts";
import { getHandedOver, messageWith, openSandbox, pressOn, SIZES } from "./sandbox-page.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds serious or worse, as `rule: where`. */
async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>("axe.run()");
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

describeInBrowser("the page is for everybody", (browser) => {
  it.each(Object.entries(SIZES))("has no serious axe finding at %s pixels", async (_, size) => {
    const sandbox = await openSandbox(browser(), { size });
    const { page, chat, thread, timeline, dialog, ask, reply, type } = sandbox;
    expect(await seriousFindings(page)).toEqual([]);

    await ask("Hello!");
    await chat.getByText("I am the bot of this shop").waitFor();
    await getHandedOver(sandbox);
    await reply("A **bold** answer with `code` and https://example.com");
    await messageWith(thread, "answer with")
      .getByRole("button", { name: /white_check/ })
      .waitFor();
    await type("/parley-owner help");
    await page.getByText("Only visible to you").waitFor();
    await timeline.getByRole("button", { expanded: false }).first().click();
    await page.getByLabel("Request as JSON").waitFor();
    await page.getByRole("button", { name: "Parley down" }).click();
    await page.getByRole("button", { name: "Open another customer" }).click();
    await page.getByRole("tab", { name: "Grace" }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);

    await page.getByRole("button", { name: "Parley down" }).click();
    const handBack = page.getByRole("menuitem", { name: /Hand back/ });
    const answer = messageWith(thread, "answer with");
    await pressOn(answer, ["More actions"], () => handBack.isVisible());
    expect(await seriousFindings(page)).toEqual([]);
    await handBack.click();
    await dialog.getByRole("textbox", { name: /Note/ }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });

    await page.getByRole("button", { name: "App Home" }).click();
    await page.getByText("1 open conversation").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  });

  it("can be used with the keyboard alone", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, thread, dialog } = sandbox;
    const { keyboard } = page;
    const focus = page.locator(":focus");
    const focused = async (): Promise<string> =>
      (await focus.getAttribute("aria-label")) ?? (await focus.textContent()) ?? "";
    /** Goes on with Tab until something of this name has the focus, as somebody without a mouse does. */
    const tabTo = async (name: RegExp, key = "Tab"): Promise<void> => {
      for (let presses = 0; presses < 80; presses++) {
        await keyboard.press(key);
        if ((await focus.count()) > 0 && name.test(await focused())) return;
      }
      throw new Error(`${key} never gets to ${name}`);
    };
    const hasRing = (): Promise<boolean> =>
      focus.evaluate((element) => {
        const styleOf = element.ownerDocument.defaultView?.getComputedStyle;
        return [element, element.closest(".composer") ?? element].some((box) => {
          const { outlineStyle, boxShadow } = styleOf?.(box) ?? {
            outlineStyle: "none",
            boxShadow: "none",
          };
          return outlineStyle !== "none" || boxShadow !== "none";
        });
      });

    await tabTo(/^Slack down$/);
    expect(await hasRing()).toBe(true);
    await tabTo(/^Message as Ada/);
    expect(await hasRing()).toBe(true);
    await keyboard.type("Can you fix");
    await keyboard.press("Shift+Enter");
    await keyboard.type("my toaster?");
    await keyboard.press("Enter");
    await messageWith(thread, "my toaster?").first().waitFor();

    await tabTo(/^Reply in the thread/);
    await keyboard.type("Yes, I can");
    await keyboard.press("Enter");
    await messageWith(chat, "Yes, I can").waitFor();

    // Back from the reply box to the last message's menu.
    await tabTo(/^More actions$/, "Shift+Tab");
    await keyboard.press("Enter");
    await page.getByRole("menuitem", { name: /Hand back/ }).waitFor();
    await keyboard.press("ArrowDown");
    expect(await focus.textContent()).toBe("Move Parley");
    await keyboard.press("Escape");
    await page.getByRole("menuitem").first().waitFor({ state: "detached" });
    expect(await focused()).toBe("More actions");
    await keyboard.press("Enter");
    await keyboard.press("Enter");
    await dialog.waitFor();
    await keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await messageWith(chat, "You are back").waitFor({ state: "detached" });

    await page.getByRole("button", { name: "Open another customer" }).press("Enter");
    await page.getByRole("tab", { name: "Grace", selected: true }).waitFor();
    await page.getByRole("tab", { name: "Grace" }).press("ArrowLeft");
    await page.getByRole("tab", { name: "Ada", selected: true }).waitFor();
    expect(await focus.textContent()).toBe("Ada");
  });
});
