import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInBrowser } from "./chromium.ts";
import { getHandedOver, messageWith, openSandbox, pressOn, SIZES } from "./sandbox-page.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds serious or worse in what `show` shows, as `width rule: where`. */
async function seriousFindings(page: Page, show = async () => {}): Promise<string[]> {
  const findings: string[] = [];
  for (const [width, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    await show();
    // What axe only passes it need not describe.
    const { violations } = await page.evaluate<AxeResults>(
      "axe.run({ resultTypes: ['violations'] })",
    );
    for (const { id, impact, nodes } of violations) {
      if (impact !== "serious" && impact !== "critical") continue;
      findings.push(...nodes.map(({ html }) => `${width} ${id}: ${html.slice(0, 160)}`));
    }
  }
  return findings;
}

describeInBrowser("the page is for everybody", (browser) => {
  it(`has no serious axe finding at ${Object.keys(SIZES).join(" and ")} pixels`, async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, thread, timeline, dialog, ask, reply, type } = sandbox;
    await page.evaluate(AXE);
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
    const openMenu = () => pressOn(answer, ["More actions"], () => handBack.isVisible());
    expect(await seriousFindings(page, openMenu)).toEqual([]);
    await openMenu();
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
    const focused = (): Promise<string> =>
      page.evaluate<string>(
        "(({ ariaLabel, textContent }) => ariaLabel ?? textContent ?? '')(document.activeElement)",
      );
    /** Goes on with Tab until something of this name has the focus, as somebody without a mouse does. */
    const tabTo = async (name: RegExp, key = "Tab"): Promise<void> => {
      for (let presses = 0; presses < 80; presses++) {
        await keyboard.press(key);
        if (name.test(await focused())) return;
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
