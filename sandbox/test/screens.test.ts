import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInBrowser } from "./chromium.ts";
import {
  getHandedOver,
  goTo,
  messageWith,
  openSandbox,
  picture,
  pressOn,
  SIZES,
} from "./sandbox-page.ts";

/** Nothing has to be scrolled sideways, at either width. */
async function lookAt(page: Page, name: string): Promise<void> {
  for (const [width, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    const tooWide = await page.evaluate<number>(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    expect(tooWide, `${name} at ${width}`).toBeLessThanOrEqual(0);
    await picture(page, `sandbox-${name}-${width}`);
  }
}

describeInBrowser("what agents work with", (browser) => {
  it("has room for App Home and for each form", async () => {
    const sandbox = await openSandbox(browser());
    const { page, ask, thread, dialog } = sandbox;
    await getHandedOver(sandbox);
    await thread.getByRole("button", { name: "Take" }).click();
    await thread.getByText("answers").first().waitFor();
    const root = messageWith(thread, "question_too_complex").first();
    const menu = "More options";
    for (const [form, field, presses] of [
      ["hand-back", "Outcome", ["Hand back"]],
      ["assign", "Note", [menu, "Assign…"]],
      ["move", "Team", [menu, "Move…"]],
      ["quick-answer", "Answer", [menu, "Quick answer…"]],
      ["decline", "Why are they", [menu, "Not for us…"]],
    ] as const) {
      await pressOn(root, presses, () => dialog.isVisible());
      await dialog.getByText(field).first().waitFor();
      await lookAt(page, form);
      const box = (await dialog.boundingBox()) ?? expect.unreachable("the form is not shown");
      const { width = 0, height = 0 } = page.viewportSize() ?? {};
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      expect(box.y + box.height).toBeLessThanOrEqual(height);
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await dialog.waitFor({ state: "hidden" });
    }

    await page.getByRole("button", { name: "Open another customer" }).click();
    await page.getByRole("tab", { name: "Grace", selected: true }).waitFor();
    await ask("Can you fix my radio?");
    await goTo(page, "App Home");
    for (const question of ["toaster", "radio"]) await page.getByText(question).first().waitFor();
    await lookAt(page, "home");
  });
});
