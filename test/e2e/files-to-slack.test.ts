import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { storeMedia } from "../../fakes/parley/media.ts";
import { allShown, bytesIn, png, shownIn } from "../support/files.ts";
import { startBridgeProcess } from "../support/process.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { activeMarkup, postsIn, textOf } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

type Written = Exclude<Parameters<World["parley"]["userWrites"]>[1], string>;
type File = Extract<Written["media"], { readonly bytes: Uint8Array }>;

const QUICK = { RETRY_FIRST_MS: "1", RETRY_CAP_MS: "20" };

const photo = (file: Partial<File> = {}): File => ({
  name: "photo.png",
  mimeType: "image/png",
  bytes: png(5_000),
  ...file,
});

/** A server that counts who asks, and answers with a picture. */
async function startStranger() {
  const asked: { readonly authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    asked.push({ authorization: request.headers.authorization });
    response.writeHead(200, { "content-type": "image/png" }).end(png(5_000));
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.close();
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return { asked, port: (server.address() as AddressInfo).port };
}

describe("a file of a User", () => {
  it.each([
    ["1 byte", { name: "a.txt", mimeType: "text/plain", bytes: Buffer.from("x") }],
    ["9.9 MB", photo({ bytes: png(9_900_000) })],
    ["exactly 10 MB", photo({ bytes: png(10_000_000) })],
    [
      "of unknown length",
      photo({ bytes: png(9_900_000), served: { headers: { "content-length": "" } } }),
    ],
    ["with a name that means something to HTTP", photo({ name: 'a";\r\n x=\u202e€.png' })],
  ])("comes into the thread behind its text, byte by byte: %s", async (_, media) => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    await parley.userWrites(user.id, { message: "See ∗this∗", media });
    await allShown(world, user.id, root.ts);

    // Signs that nobody sees are none of a name.
    const name = media.name.replaceAll(/[\p{Cc}\p{Cf}]/gu, "_");
    expect(shownIn(slack, root.ts)).toEqual(["See ∗this∗", `[${name}]`, "The end"]);
    expect(bytesIn(slack, name)?.equals(media.bytes)).toBe(true);
  });

  it("is not taken for an agent's, nor read back as one", async () => {
    const world = await startWorld({ config: { reconcileIntervalMs: 100 } });
    const { slack, parley, log } = world;
    const { user, root } = await handOver(world);

    await parley.userWrites(user.id, { media: photo() });
    await allShown(world, user.id, root.ts);
    const rounds = () => log.lines.filter(({ event }) => event === "repair.done").length;
    const before = rounds();
    await expect.poll(rounds, PATIENCE).toBeGreaterThan(before + 1);
    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Thanks" });
    await parley.until(() => parley.sent(user.id).length > 0);

    expect(parley.sent(user.id).map(({ message }) => message)).toEqual(["Thanks"]);
  });

  it("keeps its place in a message with cards, buttons and quick replies", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const stored = (name: string) => {
      const file = { name, mimeType: "image/png", bytes: png(200) };
      const origin = { uploadedBy: `user:${user.id}`, accountId: 364, nowMs: Date.now() };
      return { id: storeMedia(parley.state, file, origin).uploadId, description: name };
    };

    await parley.userWrites(user.id, {
      title: "Two chairs",
      carousel: [
        { title: "Red", message: "Soft", media: stored("red.png") },
        { title: "Blue", message: "Hard", media: stored("blue.png") },
        { title: "None" },
      ],
      quickReplies: ["Red", "Blue"],
    });
    await allShown(world, user.id, root.ts);

    const [first, red, second, blue, third] = shownIn(slack, root.ts);
    expect(first).toMatch(/Two chairs[\s\S]*Red[\s\S]*Soft/);
    expect(red).toBe("[red.png]");
    expect(second).toMatch(/Blue[\s\S]*Hard/);
    expect(blue).toBe("[blue.png]");
    expect(third).toMatch(/None[\s\S]*\[Red\][\s\S]*\[Blue\]/);
    expect(shownIn(slack, root.ts)).toHaveLength(6);
  });

  it.each([
    [
      "0 bytes",
      photo({ bytes: Buffer.alloc(0) }),
      /\[file: photo\.png \(image\/png\)\] \(an empty file\)/,
    ],
    ["10.1 MB", photo({ bytes: png(10_100_000) }), /too large/],
    [
      "10.1 MB of unknown length",
      photo({ bytes: png(10_100_000), served: { headers: { "content-length": "" } } }),
      /too large/,
    ],
    [
      "a page to sign in in its place",
      photo({
        served: {
          headers: { "content-type": "text/html" },
          body: Buffer.from("<!doctype html><html>"),
        },
      }),
      /could not be fetched/,
    ],
    [
      "a page under the file's own type",
      photo({ served: { body: Buffer.from(" <!DOCTYPE html><html>") } }),
      /could not be fetched/,
    ],
    [
      "other bytes than its type has",
      photo({ bytes: Buffer.alloc(5_000, "GIF89a") }),
      /is not what it says/,
    ],
    ["nothing there", photo({ served: { status: 404 } }), /no longer there/],
  ])("is named in its place if it cannot be shown: %s", async (_, media, why) => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    await parley.userWrites(user.id, { message: "Look", media });
    await allShown(world, user.id, root.ts);

    const [text, line, ...rest] = shownIn(slack, root.ts);
    expect(text).toBe("Look");
    expect(line).toMatch(why);
    expect(line).toContain("photo.png");
    expect(rest).toEqual(["The end"]);
    expect([...slack.state.files.values()].filter(({ completed }) => completed)).toEqual([]);
  });

  it.each<[string, ReturnType<typeof photo>]>([
    ["by its name", photo({ name: "photo.png.EXE ." })],
    ["by its type", photo({ mimeType: "application/x-msdownload; x=1" })],
    [
      "by its bytes alone",
      photo({ mimeType: "application/octet-stream", bytes: Buffer.from(`MZ${"\0".repeat(500)}`) }),
    ],
    [
      "by what gives it out",
      photo({
        mimeType: "",
        bytes: Buffer.from("echo"),
        served: { headers: { "content-type": "application/x-sh" } },
      }),
    ],
  ])("is only named where it is a program: %s", async (_, media) => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    await parley.userWrites(user.id, { media });
    await allShown(world, user.id, root.ts);

    expect(shownIn(slack, root.ts)).toEqual([
      expect.stringMatching(/^\[file: photo\.png.* \(a program: not shared/),
      "The end",
    ]);
    expect([...slack.state.files.values()]).toEqual([]);
  });

  it("cannot ping or disguise anything with its name", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    const name = "<!channel> <https://evil.example|good> *x* @here.png";
    await parley.userWrites(user.id, { media: photo({ name, served: { status: 404 } }) });
    await allShown(world, user.id, root.ts);

    const [line] = postsIn(slack, root.ts);
    expect(line && activeMarkup(line)).toEqual([]);
    expect(line && textOf(line)).toContain("here.png");
  });
});

describe("the address of a User's file", () => {
  it("is never followed to another host", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const stranger = await startStranger();

    const location = `http://127.0.0.1:${stranger.port}/x.png`;
    const served = { status: 302, headers: { location } };
    await parley.userWrites(user.id, { media: photo({ served }) });
    await allShown(world, user.id, root.ts);

    expect(shownIn(slack, root.ts)[0]).toMatch(/photo\.png.*could not be fetched/);
    expect(stranger.asked).toEqual([]);
  });

  it.each([
    ["a host that nobody has allowed", "https://elsewhere.example:PORT/x.png"],
    ["an allowed host without TLS", "http://localhost:PORT/x.png"],
    ["an allowed host with a private address", "https://localhost:PORT/x.png"],
    ["this machine by its number", "https://127.0.0.1:PORT/x.png"],
    ["this machine as IPv6", "https://[::ffff:127.0.0.1]:PORT/x.png"],
    ["a file of this machine", "file:///etc/passwd"],
    ["another user of the API's host", "http://user:secret@HOST/serviceApi/v2.5/services"],
  ])("leads nowhere if it is %s", async (_, address) => {
    const env = { PARLEY_MEDIA_HOSTS: "localhost, 127.0.0.1,cdn.example.com" };
    const world = await startWorld({ env });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const stranger = await startStranger();
    const url = address
      .replace("PORT", String(stranger.port))
      .replace("HOST", new URL(parley.url).host);

    await parley.callback(parley.agentService.identification, {
      type: "message",
      body: { id: 9_000, typeId: 1, message: "Look", image: url, user: { id: user.id } },
    });
    await parley.callback(parley.agentService.identification, {
      type: "message",
      body: { id: 9_001, typeId: 1, message: "Look", media: { id: url }, user: { id: user.id } },
    });
    await allShown(world, user.id, root.ts);

    const lines = shownIn(slack, root.ts).filter((text) => /could not be fetched/.test(text));
    expect(lines).toHaveLength(2);
    expect(stranger.asked).toEqual([]);
  });

  it("may be an absolute one of the API itself", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    await parley.userWrites(user.id, { media: photo() });
    await slack.waitFor(() => shownIn(slack, root.ts).length > 0);
    const [media] = [...parley.state.media.values()];
    const { year, month, day, filename } = media ?? {};
    const image = `${parley.serviceApiUrl}/media/${year}/${month}/${day}/${filename}`;

    await parley.callback(parley.agentService.identification, {
      type: "message",
      body: { id: 9_000, typeId: 1, image, user: { id: user.id } },
    });
    await allShown(world, user.id, root.ts);

    expect(shownIn(slack, root.ts)).toEqual(["[photo.png]", `[${filename}]`, "The end"]);
  });
});

describe("a file of a User comes into the thread once", () => {
  it.each([
    ["no address for the upload", "files.getUploadURLExternal", { kind: "refused" }],
    ["the upload is cut", "files.upload", { kind: "refused" }],
    ["the answer to sharing is lost", "files.completeUploadExternal", { kind: "lost-answer" }],
  ] as const)("when %s", async (_, call, fault) => {
    const world = await startWorld({ env: QUICK });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    slack.faults.add(call, fault, 2);

    const media = photo({ bytes: png(1_200_000) });
    await parley.userWrites(user.id, { message: "Look", media });
    await allShown(world, user.id, root.ts);

    expect(shownIn(slack, root.ts)).toEqual(["Look", "[photo.png]", "The end"]);
    expect(bytesIn(slack, "photo.png")?.length).toBe(1_200_000);
  });

  it("when it breaks off half-way", async () => {
    const world = await startWorld({ env: QUICK, config: { patience: { fileToSlackMs: 100 } } });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const media = photo({ bytes: png(1_200_000), served: { cutAfter: 600_000 } });

    await parley.userWrites(user.id, { message: "Look", media });
    await allShown(world, user.id, root.ts);

    // It never gets better: the line stands in its place, and nothing of the file.
    expect(shownIn(slack, root.ts)).toEqual([
      "Look",
      expect.stringMatching(/photo\.png/),
      "The end",
    ]);
    expect(slack.calls("files.completeUploadExternal")).toEqual([]);
  });

  it("as a line when the app lacks the scope files:write", async () => {
    const world = await startWorld({ env: QUICK });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    slack.state.scopes.delete("files:write");

    await parley.userWrites(user.id, { message: "Look", media: photo() });
    await allShown(world, user.id, root.ts);

    expect(shownIn(slack, root.ts)[1]).toMatch(/photo\.png \(image\/png\), 5 kB\]/);
  });

  it("when the bridge is killed while it is shared", async () => {
    const world = await startWorld({ stopped: true });
    const { slack, parley } = world;
    const first = await startBridgeProcess(world);
    const user = parley.createUser();
    await parley.handOver({ userId: user.id, to: parley.agentService.identification });
    const root = await slack.waitFor(() => slack.state.messages.at(-1));
    const call = "files.completeUploadExternal";
    slack.faults.add(call, { kind: "hang" }, 1);
    await parley.userWrites(user.id, { message: "Look", media: photo() });
    await expect.poll(() => slack.calls(call).length, PATIENCE).toBe(1);

    first.signal("SIGKILL");
    await first.exited;
    await world.startBridge();
    await allShown(world, user.id, root.ts);

    expect(shownIn(slack, root.ts)).toEqual(["Look", "[photo.png]", "The end"]);
  });
});
