import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { beforeAll, describe } from "vitest";

const USUAL_PATHS = [
  // Chromium without the windows around its pages, which nobody sees here: a third of the work to start it.
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const path = [process.env.CHROMIUM_PATH ?? "", ...USUAL_PATHS].find((candidate) =>
  existsSync(candidate),
);

/** Three programs and a browser, on a machine that may be busy with other tests. */
const TEST_TIMEOUT_MS = 90_000;

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** One for all files of a process; it ends with the process. */
let launched: Promise<Browser> | undefined;

/** Tests that need a browser. Skipped, with the reason in the name, where there is none. */
export function describeInBrowser(name: string, tests: (browser: () => Browser) => void): void {
  if (path === undefined) {
    describe.skip(`${name} (skipped: no Chromium found, set CHROMIUM_PATH)`, () => {
      tests(missing);
    });
    return;
  }
  describe(name, { timeout: TEST_TIMEOUT_MS }, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      launched ??= chromium.launch({ executablePath: path, args: ARGUMENTS });
      browser = await launched;
    });
    tests(() => browser ?? missing());
  });
}

function missing(): never {
  throw new Error("There is no browser");
}
