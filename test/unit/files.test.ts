import { describe, expect, it } from "vitest";
import { parseSlackFile, whyNotShown } from "../../src/convert/to-parley/slack-file.ts";
import { mediaName } from "../../src/convert/to-slack/media-name.ts";
import type { ParleyMessage } from "../../src/convert/to-slack/parley-message.ts";
import { splitAtFiles } from "../../src/convert/to-slack/split-at-files.ts";
import { createSemaphore } from "../../src/delivery/semaphore.ts";
import { type AnnouncedFile, checkFile } from "../../src/files/check-file.ts";
import {
  baseType,
  contradicts,
  contradictsBytes,
  isShownByParley,
} from "../../src/files/file-types.ts";
import { isProgram } from "../../src/files/programs.ts";
import { isPrivateAddress } from "../../src/http/is-private-address.ts";
import { addressOf } from "../../src/parley/media-address.ts";
import { createIsSlackHost } from "../../src/slack/is-slack-host.ts";
import { renderFileLine } from "../../src/views/file-line.ts";
import { formatSize } from "../../src/views/format-size.ts";
import { renderFilesNotSent } from "../../src/views/not-sent.ts";
import { en } from "../../src/views/texts/en.ts";
import { png } from "../support/files.ts";
import { activeMarkup } from "../support/threads.ts";

const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

describe("a type", () => {
  it.each([
    ["Image/JPG", "image/jpeg"],
    ["text/plain; charset=utf-8", "text/plain"],
    ["audio/x-m4a", "audio/mp4"],
    ["", ""],
  ])("has one name: %s", (given, name) => {
    expect(baseType(given)).toBe(name);
  });

  it.each([
    "image/jpeg",
    "image/png",
    "image/gif",
    "application/pdf",
    DOCX,
    "text/csv",
    "video/mp4",
  ])("is shown by Parley: %s", (type) => {
    expect(isShownByParley(type)).toBe(true);
  });

  it.each(["image/webp", "image/heic", "image/svg+xml", "application/zip", "text/html", ""])(
    "is not shown by Parley: %s",
    (type) => {
      expect(isShownByParley(type)).toBe(false);
    },
  );

  it.each([
    ["a.exe", "", true],
    ["invoice.pdf.ScR. .", "", true],
    ["a", "Application/X-MSDownload; x=1", true],
    ["a", "text/javascript", true],
    ["Invoice.command", "", true],
    ["setup.MSIXbundle", "", true],
    ["a.settingcontent-ms", "", true],
    ["exe", "", false],
    ["a.exe.png", "image/png", false],
    ["a.docx", DOCX, false],
    ["a.zip", "application/zip", false],
    ["", "", false],
  ])("or a name is that of a program: %s %s %s", (name, type, expected) => {
    expect(isProgram(name, type)).toBe(expected);
  });

  it.each([
    ["image/png", "image/png; x=1", false],
    ["image/png", "application/octet-stream", false],
    ["image/png", "text/html; charset=utf-8", true],
    ["image/png", "image/jpeg", true],
    ["text/csv", "text/plain", false],
    ["text/plain", "text/html", true],
    ["audio/mp4", "video/mp4", false],
    ["application/pdf", "video/mp4", true],
    ["", "image/png", false],
  ])("%s answered as %s is a contradiction: %s", (declared, found, expected) => {
    expect(contradicts(declared, found)).toBe(expected);
  });

  it.each([
    ["image/png", "image/apng", false],
    ["image/png", undefined, true],
    ["image/png", "image/gif", true],
    ["application/pdf", undefined, true],
    [DOCX, "application/zip", false],
    [DOCX, undefined, false],
    [DOCX, "image/png", true],
    ["application/msword", "application/x-cfb", false],
    ["text/plain", undefined, false],
    ["text/plain", "application/x-msdownload", true],
    ["video/mp4", "audio/mp4", false],
    ["video/mp4", "image/png", true],
    ["", "application/zip", false],
  ])("%s with the bytes of %s is a contradiction: %s", (declared, found, expected) => {
    expect(contradictsBytes(declared, found)).toBe(expected);
  });

  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [9_900, "9.9 kB"],
    [10_000_000, "10 MB"],
    [10_100_000, "10.1 MB"],
  ])("of %i bytes has a readable size", (bytes, text) => {
    expect(formatSize(bytes, en)).toBe(text);
  });
});

describe("a file that passes", () => {
  const announce = (bytes: Uint8Array, given: Partial<AnnouncedFile> = {}, chunk = 1_000) => ({
    id: "F1",
    name: "a.png",
    mimeType: "image/png",
    size: bytes.length,
    bytes: (async function* () {
      for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
    })(),
    ...given,
  });
  const readAll = async (file: AnnouncedFile): Promise<Buffer> => {
    const chunks: Uint8Array[] = [];
    for await (const part of (await checkFile(file)).bytes) chunks.push(part);
    return Buffer.concat(chunks);
  };

  it.each([1, 7, 4_100, 50_000])("comes out as it went in, in chunks of %i", async (chunk) => {
    const bytes = png(20_000);
    expect((await readAll(announce(bytes, {}, chunk))).equals(bytes)).toBe(true);
    const { size: _, ...unknown } = announce(bytes, {}, chunk);
    expect(await checkFile(unknown)).toMatchObject({ size: 20_000, mimeType: "image/png" });
  });

  it.each<[string, Partial<AnnouncedFile>, string]>([
    ["is shorter than announced", { size: 20_001 }, "wrong-size"],
    ["is longer than announced", { size: 19_999 }, "wrong-size"],
    ["has another length in its answer", { contentLength: 3 }, "wrong-size"],
    ["has another type in its answer", { contentType: "image/gif" }, "wrong-type"],
    ["has another type inside", { mimeType: "image/gif" }, "wrong-type"],
    ["comes as a page", { contentType: "text/html" }, "login-page"],
    ["is too large", { size: 10_000_001 }, "too-large"],
  ])("is stopped if it %s", async (_, given, trouble) => {
    await expect(readAll(announce(png(20_000), given))).rejects.toMatchObject({ trouble });
  });

  it.each([
    ["\ufeff \n<!DOCTYPE HTML><html>", "login-page"],
    ["<!-- x --><html lang=en>", "login-page"],
    ["", "empty"],
  ])("is stopped if it is %j", async (text, trouble) => {
    const file = announce(Buffer.from(text), { mimeType: "application/octet-stream" });
    await expect(readAll(file)).rejects.toMatchObject({ trouble });
  });

  it("may begin with as many comments as somebody likes, and is looked at all the same", async () => {
    const comments = "<!-- -->".repeat(100);
    const mimeType = "application/octet-stream";
    const text = announce(Buffer.from(`${comments} no page`), { mimeType });
    expect((await readAll(text)).toString()).toBe(`${comments} no page`);
    const page = announce(Buffer.from(`${comments}<html>`), { mimeType });
    await expect(readAll(page)).rejects.toMatchObject({ trouble: "login-page" });
  });

  it("may be a PDF with something in front of its mark", async () => {
    const bytes = Buffer.concat([Buffer.from("\r\n%PDF-1.7\n"), Buffer.alloc(100, 1)]);
    expect((await readAll(announce(bytes, { mimeType: "application/pdf" }))).equals(bytes)).toBe(
      true,
    );
  });

  it("may be a text about pages, or begin like another type", async () => {
    for (const text of ["<html> is how pages begin", "BMW", "%PDF is what a PDF begins with"]) {
      const file = announce(Buffer.from(text), { mimeType: "text/plain" });
      expect((await readAll(file)).toString()).toBe(text);
    }
  });
});

describe("a file object of Slack", () => {
  const OBJECT = {
    id: "F1",
    name: "a.png",
    mimetype: "image/png",
    size: 5,
    mode: "hosted",
    url_private: "https://files.slack.com/x",
  };

  it.each([
    [{}, "ready"],
    [{ file_access: "check_file_info" }, "unfinished"],
    [{ mimetype: "" }, "unfinished"],
    [{ url_private: "" }, "unfinished"],
    [{ size: null }, "unfinished"],
    [{ mode: "tombstone" }, "gone"],
    [{ mode: "hidden_by_limit" }, "gone"],
    [{ is_external: true }, "elsewhere"],
  ])("with %j is %s", (change, kind) => {
    expect(parseSlackFile({ ...OBJECT, ...change })?.kind).toBe(kind);
  });

  it("prefers the address for downloads, and is nothing without an id", () => {
    const url_private_download = "https://files.slack.com/download/x";
    expect(parseSlackFile({ ...OBJECT, url_private_download })).toMatchObject({
      url: url_private_download,
    });
    expect(parseSlackFile({ ...OBJECT, id: "" })).toBeUndefined();
    expect(parseSlackFile("F1")).toBeUndefined();
  });

  it("says for people why it cannot be shown", () => {
    const why = (change: object) => {
      const file = parseSlackFile({ ...OBJECT, ...change });
      const reason = file && whyNotShown(file);
      return reason && renderFilesNotSent([{ name: "a", ...reason }], true, en).text;
    };
    expect(why({})).toBeUndefined();
    expect(why({ size: 0 })).toContain("a: it is empty");
    expect(why({ size: 10_000_001 })).toContain("10 MB is the most");
    expect(why({ mimetype: "image/webp" })).toContain("image/webp");
    expect(why({ mode: "tombstone" })).toContain("no longer");
    expect(why({ file_access: "check_file_info" })).toBeUndefined();
  });
});

describe("a message with files", () => {
  const file = { kind: "file", media: { id: "f" } };

  it.each<[string, Partial<ParleyMessage>, unknown[]]>([
    ["only words", { text: "a" }, [{ kind: "words", message: { typeId: 1, text: "a" } }]],
    ["only a file", { media: { id: "f" } }, [file]],
    [
      "words, then the file, then replies",
      { text: "a", buttons: [{ type: "reply" }], media: { id: "f" }, quickReplies: ["yes"] },
      [
        { kind: "words", message: { typeId: 1, text: "a", buttons: [{ type: "reply" }] } },
        file,
        { kind: "words", message: { typeId: 1, quickReplies: ["yes"] } },
      ],
    ],
    [
      "cards with and without files",
      {
        title: "t",
        carousel: [
          { title: "1" },
          { title: "2", media: { id: "f" } },
          { media: { id: "f" } },
          { title: "3" },
        ],
      },
      [
        {
          kind: "words",
          message: { typeId: 1, title: "t", carousel: [{ title: "1" }, { title: "2" }] },
        },
        file,
        file,
        { kind: "words", message: { typeId: 1, carousel: [{ title: "3" }] } },
      ],
    ],
  ])("is taken apart in its order: %s", (_, message, steps) => {
    expect(splitAtFiles({ typeId: 1, ...message })).toEqual(steps);
  });
});

describe("what is said about a file", () => {
  it("pings nobody, and shows where a link leads", () => {
    const name = "<!channel> <https://evil.example|good>";
    const url = "https://cdn.example.com/x?<!here>";
    const line = renderFileLine(
      { description: name, url },
      { trouble: "too-large", size: 12_000_000 },
      en,
    );
    const notice = renderFilesNotSent(
      [{ name, why: "type", mimeType: "of type <!here>" }],
      true,
      en,
    );
    for (const message of [line, notice]) {
      const blocks = JSON.parse(JSON.stringify(message.blocks ?? []));
      expect(activeMarkup({ text: message.text, blocks })).toEqual([]);
    }
    expect(JSON.stringify(line.blocks)).toContain('"type":"link"');
    expect(line.text).toContain("12 MB");
  });

  it("has no link where there is no public one", () => {
    const line = renderFileLine(
      { id: "img/1/2026/1/1/a.png" },
      { trouble: undefined, size: undefined },
      en,
    );
    expect(JSON.stringify(line.blocks)).not.toContain('"link"');
  });

  it("names it without paths and invisible signs", () => {
    expect(mediaName({ description: "../../a\u202e\n.png" })).toBe(".._.._a__.png");
    expect(mediaName({ url: "https://x.example/p/cat.gif?size=1" })).toBe("cat.gif");
    expect(mediaName({})).toBe("file");
    const long = mediaName({ description: `${"😀".repeat(150)}x.exe` });
    expect(long).toMatch(/^(?:😀)+…\.exe$/u);
    expect(long.length).toBeLessThanOrEqual(200);
    expect(mediaName({ description: `\ud83d${"x".repeat(198)}😀` }).isWellFormed()).toBe(true);
  });
});

describe("the address of a User's file", () => {
  const places = {
    apiUrl: "https://api.parley.nu/serviceApi/v2.5",
    mediaPath: "/media",
    mediaHosts: ["cdn.example.com"],
  };
  const API = "https://api.parley.nu/serviceApi/v2.5/media";

  it.each([
    [{ year: "2023", month: "6", day: "6", filename: "a.png" }, `${API}/2023/6/6/a.png`, true],
    [{ id: "img/364/2023/6/6/a.png" }, `${API}/2023/6/6/a.png`, true],
    [{ id: "12345" }, `${API}/12345`, true],
    [{ id: "img/364/2023/6/6/a b?c#d.png" }, `${API}/2023/6/6/a%20b%3Fc%23d.png`, true],
    [{ url: "https://api.parley.nu/x.png" }, "https://api.parley.nu/x.png", true],
    [{ url: "https://CDN.example.com/x.png" }, "https://cdn.example.com/x.png", false],
  ])("of %j is %s", (media, url, isApi) => {
    const address = addressOf(media, places);
    expect(address?.url.href).toBe(url);
    expect(address?.isApi).toBe(isApi);
  });

  it.each([
    { id: "img/364/../../users/1/owner" },
    { year: "2023", month: "..", day: "..", filename: "a.png" },
    { id: "" },
    {},
    { url: "http://cdn.example.com/x.png" },
    { url: "https://evil.example/x.png" },
    { url: "https://cdn.example.com.evil.example/x.png" },
    { url: "http://api.parley.nu/x.png" },
    { url: "https://api.parley.nu:8443/x.png" },
    { url: "https://a:b@api.parley.nu/x.png" },
    { url: "https://user@cdn.example.com/x.png" },
    { url: "file:///etc/passwd" },
    { id: "javascript:alert(1)" },
  ])("is none for %j", (media) => {
    expect(addressOf(media, places)).toBeUndefined();
  });
});

describe("an address of the network", () => {
  it.each([
    "127.0.0.1",
    "10.1.2.3",
    "172.31.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "::1",
    "::",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "::ffff:10.0.0.1",
    "::ffff:7f00:1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "ff02::1",
    "localhost",
    "",
  ])("is private: %s", (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  it.each(["8.8.8.8", "172.32.0.1", "192.169.0.1", "2606:4700::1111"])(
    "is public: %s",
    (address) => {
      expect(isPrivateAddress(address)).toBe(false);
    },
  );
});

describe("Slack's hosts", () => {
  const isSlackHost = createIsSlackHost("https://slack.com/api/");

  it.each([
    ["https://slack.com/x", true],
    ["https://files.slack.com/x", true],
    ["https://slack-files.com/x", true],
    ["https://a.b.slack-files.com/x", true],
    ["http://files.slack.com/x", false],
    ["https://files.slack.com:8443/x", false],
    ["https://user@files.slack.com/x", false],
    ["https://evilslack.com/x", false],
    ["https://slack.com.evil.example/x", false],
    ["https://evil.example/slack.com", false],
    ["http://127.0.0.1:3000/x", false],
  ])("%s: %s", (url, expected) => {
    expect(isSlackHost(new URL(url))).toBe(expected);
  });

  it("has the Web API's own, as it is configured", () => {
    const isTestHost = createIsSlackHost("http://127.0.0.1:3000/api/");
    expect(isTestHost(new URL("http://127.0.0.1:3000/files/x"))).toBe(true);
    expect(isTestHost(new URL("http://127.0.0.1:3001/files/x"))).toBe(false);
  });
});

describe("semaphore", () => {
  it("let only so many run at once, in order, and let the others go when they are aborted", async () => {
    const semaphore = createSemaphore(1);
    const { signal } = new AbortController();
    const leaving = new AbortController();
    const ran: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = semaphore.run(signal, () => gate.promise);
    const second = semaphore.run(leaving.signal, async () => ran.push("second"));
    const third = semaphore.run(signal, async () => ran.push("third"));
    leaving.abort(new Error("gone"));
    await expect(second).rejects.toThrow("gone");
    expect(ran).toEqual([]);
    gate.resolve();
    await Promise.all([first, third]);
    expect(ran).toEqual(["third"]);
    await expect(semaphore.run(signal, () => Promise.reject(new Error("x")))).rejects.toThrow("x");
    expect(await semaphore.run(signal, async () => "free again")).toBe("free again");
  });
});
