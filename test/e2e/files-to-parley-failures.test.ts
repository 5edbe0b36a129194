import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { bytesAt, png } from "../support/files.ts";
import { startBridgeProcess } from "../support/process.ts";
import { sentTo } from "../support/sent.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { reactionsOn, toldTo } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

type Share = Parameters<World["slack"]["shareFile"]>[0];
type Told = ReturnType<typeof toldTo>[number];

const QUICK = { RETRY_FIRST_MS: "1", RETRY_CAP_MS: "20" };

const share = ({ slack }: World, threadTs: string, file: Partial<Share>) =>
  slack.shareFile({
    user: "U0ANNA",
    threadTs,
    name: "photo.png",
    mimetype: "image/png",
    bytes: png(5_000),
    text: "Look",
    ...file,
  });

async function followUp(world: World, userId: string, threadTs: string): Promise<void> {
  await world.slack.post({ user: "U0BEN", threadTs, text: "Next" });
  await world.parley.until(() => sentTo(world, userId).includes("Next"));
}

const sendAgain = ({ slack }: World, { channel, ts, user }: Told) =>
  slack.click({ user, channel, ts, actionId: "parley_send_again" });

/** A host that is not Slack's; tells what it was asked. */
async function startStranger() {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization);
    response.writeHead(200, { "content-type": "image/png" }).end(png(5_000));
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.close();
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.png` };
}

const PAGE = Buffer.from("<!DOCTYPE html><html><head><title>Sign in | Slack</title></head></html>");
/** As long as the file. */
const LONG_PAGE = Buffer.concat([PAGE, Buffer.alloc(5_000 - PAGE.length, " ")]);

describe("what comes in place of an agent's file", () => {
  it.each([
    ["a page to sign in", { contentType: "text/html", body: PAGE }, /sign in/],
    [
      "such a page under the file's own type",
      { contentType: "image/png", body: LONG_PAGE },
      /sign in/,
    ],
    ["more than Slack announced", { contentType: "image/png", body: png(5_001) }, /as long as/],
    ["less than Slack announced", { contentType: "image/png", body: png(4_999) }, /as long as/],
    ["another type", { contentType: "video/mp4" }, /what its type says/],
    [
      "other bytes",
      { contentType: "image/png", body: Buffer.alloc(5_000, "GIF89a") },
      /what its type says/,
    ],
    [
      "no bytes that the type has",
      { contentType: "image/png", body: Buffer.alloc(5_000, "x") },
      /what its type says/,
    ],
    ["a refusal", { status: 403, body: PAGE, contentType: "text/html" }, /could not be fetched/],
  ])("is not passed on, and its writer is told: %s", async (_, served, why) => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    const { ts } = await share(world, root.ts, { served });
    const told = await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts)[0]);
    await followUp(world, user.id, root.ts);

    expect(told.text).toMatch(/^:x: \*Not delivered\.\* About your file photo\.png: /);
    expect(told.text).toMatch(why);
    expect(sentTo(world, user.id)).toEqual(["Look", "Next"]);
    expect([...parley.state.media.values()]).toEqual([]);
    await slack.waitFor(() => reactionsOn(slack, ts).includes("x"));
  });

  it("is a page to sign in where the scope files:read is missing", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, root } = await handOver(world);
    slack.state.scopes.delete("files:read");

    await share(world, root.ts, {});
    const told = await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts)[0]);
    await followUp(world, user.id, root.ts);

    expect(told.text).toContain("check the scope files:read");
    expect(sentTo(world, user.id)).toEqual(["Look", "Next"]);
  });

  it("is never fetched from a host that is not Slack's", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, root } = await handOver(world);
    const stranger = await startStranger();

    await share(world, root.ts, { served: { status: 302, location: stranger.url } });
    const told = await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts)[0]);
    await followUp(world, user.id, root.ts);

    expect(told.text).toContain("could not be fetched");
    expect(stranger.asked).toEqual([]);
    expect(sentTo(world, user.id)).toEqual(["Look", "Next"]);
  });
});

describe("a file that Slack still works on", () => {
  it("goes in its place when it is ready", async () => {
    const world = await startWorld({ env: { RETRY_FIRST_MS: "50" } });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    const { fileId } = await share(world, root.ts, { pending: true });
    const isAsked = () => slack.calls("files.info").some(({ status }) => status === 200);
    await slack.waitFor(isAsked);
    await slack.post({ user: "U0BEN", threadTs: root.ts, text: "Next" });
    slack.finishFile(fileId);
    await parley.until(() => sentTo(world, user.id).includes("Next"));

    expect(sentTo(world, user.id)).toEqual(["Look", "[photo.png]", "Next"]);
    expect(bytesAt(world, user.id, "photo.png")?.equals(png(5_000))).toBe(true);
    expect(toldTo(slack, "U0ANNA", root.ts)).toEqual([]);
  });
});

describe("a transfer that breaks off", () => {
  it.each([
    ["Slack's download is cut", "files.download", { kind: "refused" }],
    ["Slack is not available", "files.download", { kind: "status", status: 503 }],
    ["Slack asks to wait", "files.download", { kind: "rate-limited", retryAfterSeconds: 0 }],
  ] as const)("is made again, and the User gets the file once: %s", async (_, call, fault) => {
    const world = await startWorld({ env: QUICK });
    const { slack } = world;
    const { user, root } = await handOver(world);
    slack.faults.add(call, fault, 2);

    await share(world, root.ts, {});
    await followUp(world, user.id, root.ts);

    expect(sentTo(world, user.id)).toEqual(["Look", "[photo.png]", "Next"]);
  });

  it.each([
    ["the upload is cut", { kind: "refused" }],
    ["its answer is lost", { kind: "lost-answer" }],
    ["Parley is not available", { kind: "status", status: 503 }],
  ] as const)("is made again, and the User gets the file once: %s", async (_, fault) => {
    const world = await startWorld({ env: QUICK });
    const { parley } = world;
    const { user, root } = await handOver(world);
    parley.faults.add("POST /media", fault, 2);

    await share(world, root.ts, { bytes: png(1_200_000) });
    await followUp(world, user.id, root.ts);

    expect(sentTo(world, user.id)).toEqual(["Look", "[photo.png]", "Next"]);
    expect(bytesAt(world, user.id, "photo.png")?.length).toBe(1_200_000);
  });

  it("half-way through the file leaves nothing of it with Parley", async () => {
    const world = await startWorld({ env: QUICK });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    const bytes = png(1_200_000);
    const served = { contentType: "image/png", cutAfter: 600_000 };
    const { fileId } = await share(world, root.ts, { bytes, served });
    const tried = () => slack.calls("files.download").length > 1;
    await slack.waitFor(tried);
    expect([...parley.state.media.values()]).toEqual([]);
    delete slack.state.files.get(fileId)?.served;
    await followUp(world, user.id, root.ts);

    expect(sentTo(world, user.id)).toEqual(["Look", "[photo.png]", "Next"]);
    expect(parley.state.media.size).toBe(1);
  });
});

describe("a file whose fate nobody knows", () => {
  it("is asked about after a kill while it was sent; what was sent before does not go again", async () => {
    const world = await startWorld({ stopped: true });
    const { slack, parley } = world;
    const first = await startBridgeProcess(world);
    const user = parley.createUser();
    await parley.handOver({ userId: user.id, to: parley.agentService.identification });
    const root = await slack.waitFor(() => slack.state.messages.at(-1));
    const send = `POST /users/${user.id}/messages`;
    parley.faults.add(send, { kind: "latency", ms: 0 }, 1);
    parley.faults.add(send, { kind: "hang" }, 1);
    await share(world, root.ts, {});
    await parley.until(() => sentTo(world, user.id).includes("[photo.png]"));

    first.signal("SIGKILL");
    await first.exited;
    await world.startBridge();

    const told = await slack.waitFor(() => toldTo(slack, "U0ANNA", root.ts)[0], PATIENCE.timeout);
    expect(told.text).toMatch(/^:grey_question: /);
    await followUp(world, user.id, root.ts);
    expect(sentTo(world, user.id)).toEqual(["Look", "[photo.png]", "Next"]);
    await sendAgain(world, told);
    await parley.until(() => sentTo(world, user.id).length === 4);
    expect(sentTo(world, user.id).at(-1)).toBe("[photo.png]");
  });
});
