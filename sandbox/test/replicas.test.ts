import { expect, it } from "vitest";
import { createDatabase, describePostgres } from "../../test/support/postgres.ts";
import { describeInBrowser } from "./chromium.ts";
import { getHandedOver, messageWith, openSandbox } from "./sandbox-page.ts";

describePostgres("the sandbox with replicas on PostgreSQL", () => {
  describeInBrowser("of which people see the work of one bridge", (browser) => {
    it.each([[[]], [["--socket-mode"]]])(
      "goes on while one after the other is killed (%j)",
      async (more) => {
        const database = await createDatabase();
        const args = ["--database", database, "--replicas", "2", ...more];
        const sandbox = await openSandbox(browser(), { args, ownProcess: true });
        const { page, chat, thread, ask, reply } = sandbox;
        await page.getByText("2 of 2").waitFor();
        await getHandedOver(sandbox);
        for (const [question, answer] of [
          ["The red one", "And how old?"],
          ["Ten years", "That is old"],
        ] as const) {
          const before = await page.getByText(/pid \d+/).textContent();
          await page.getByRole("button", { name: "kill -9" }).click();
          await page.getByText("1 of 2").waitFor();
          expect(await page.getByText(/pid \d+/).textContent()).not.toBe(before);
          await ask(question);
          await messageWith(thread, question).waitFor();
          await reply(answer);
          await messageWith(chat, answer).waitFor();
          await page.getByRole("button", { name: "Start again" }).click();
          await page.getByText("2 of 2").waitFor();
        }
        for (const text of ["And how old?", "That is old"]) {
          expect(await messageWith(chat, text).count()).toBe(1);
        }
        for (const text of ["The red one", "Ten years"]) {
          expect(await messageWith(thread, text).count()).toBe(1);
        }
      },
    );
  });
});
