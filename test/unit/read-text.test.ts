import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { expect, it } from "vitest";
import { readText } from "../../src/http/read-text.ts";

it("gives the text, also where a character is cut in two on the way", async () => {
  const [first, second] = [Buffer.from("€").subarray(0, 1), Buffer.from("€").subarray(1)];
  expect(await readText(Readable.from([first, second]), 3)).toBe("€");
});

it("gives nothing of a longer one, and reads no further", async () => {
  const body = new PassThrough();
  const text = readText(body, 3);
  body.write("four");
  expect(await text).toBe("");
  expect(body.destroyed).toBe(true);
});

it("fails where the body breaks off, or has an error", async () => {
  for (const error of [undefined, new Error("reset")]) {
    const body = new PassThrough();
    const text = readText(body, 100);
    body.write("half");
    body.destroy(error);
    await expect(text).rejects.toThrow();
  }
});

it("fails where the body has broken off before anybody read it", async () => {
  const body = new PassThrough();
  body.destroy();
  await once(body, "close");
  await expect(readText(body, 100)).rejects.toThrow();
});
