import { crc32, deflateSync } from "node:zlib";
import type { Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInBrowser } from "./chromium.ts";
import { getHandedOver, messageWith, openSandbox, picture } from "./sandbox-page.ts";

const WIDTH = 160;
const HEIGHT = 100;

/** A PNG of one colour, large enough to be seen. */
function makePng(): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  // 8 bits, RGB.
  header.set([8, 2], 8);
  const row = Buffer.concat([
    Buffer.from([0]),
    Buffer.alloc(WIDTH * 3, Buffer.from([226, 125, 96])),
  ]);
  const rows = Buffer.concat(Array.from({ length: HEIGHT }, () => row));
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const PNG = makePng();
const png = (name: string) => ({ name, mimeType: "image/png", buffer: PNG });

/** True once the browser has the picture itself, not only its place. */
const isLoaded = (image: Locator): Promise<boolean> =>
  image.evaluate(
    (element, width) => "naturalWidth" in element && element.naturalWidth === width,
    WIDTH,
  );

/** Drops a file as a mouse does. */
async function drop(page: Page, target: Locator, name: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    `(() => {
      const bytes = Uint8Array.from(atob("${PNG.toString("base64")}"), (letter) => letter.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], "${name}", { type: "image/png" }));
      return transfer;
    })()`,
  );
  await target.dispatchEvent("dragover", { dataTransfer: transfer });
  await target.dispatchEvent("drop", { dataTransfer: transfer });
}

describeInBrowser("files on the sandbox page", (browser) => {
  it("go both ways, picked or dropped, and nothing in them runs on the page", async () => {
    const sandbox = await openSandbox(browser());
    const { page, chat, thread, urls } = sandbox;
    await getHandedOver(sandbox);
    await page.getByLabel(/^File: Message as Ada/).setInputFiles(png("picked.png"));
    await drop(page, page.getByRole("region", { name: /^Chat of Ada/ }), "dropped.png");
    for (const name of ["picked.png", "dropped.png"]) {
      const own = chat.getByRole("img", { name });
      await own.waitFor();
      await expect.poll(() => isLoaded(own)).toBe(true);
      const relayed = thread.getByRole("img", { name });
      await relayed.waitFor();
      await expect.poll(() => isLoaded(relayed)).toBe(true);
    }

    await page.getByLabel(/^File: Reply in the thread/).setInputFiles(png("chosen.png"));
    await drop(page, page.getByRole("region", { name: "Thread" }), "let-go.png");
    for (const name of ["chosen.png", "let-go.png"]) {
      const own = thread.getByRole("img", { name });
      await own.waitFor();
      await expect.poll(() => isLoaded(own)).toBe(true);
      const relayed = chat.getByRole("img", { name });
      await relayed.waitFor();
      await expect.poll(() => isLoaded(relayed)).toBe(true);
    }
    await messageWith(chat, "Anna").first().waitFor();
    await picture(page, "sandbox-files");

    await page.getByLabel(/^File: Reply in the thread/).setInputFiles({
      name: "page.html",
      mimeType: "text/html",
      buffer: Buffer.from("<script>document.title = 'ran'</script>"),
    });
    const link = thread.getByRole("link", { name: /page\.html/ });
    const path = await link.getAttribute("href");
    const response = await fetch(urls.page + path);
    expect(response.headers.get("content-security-policy")).toContain("sandbox");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });
});
