import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { answering, bomb, cutOff, endless } from "../support/answers.ts";
import { settledIn } from "../support/attempts.ts";
import { REPLICAS } from "../support/replicas.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { postsIn, rootsOf } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

const SECRET = "words of a User that nobody may quote";
/** Retries within the patience of a test. */
const env = { RETRY_FIRST_MS: "20", RETRY_CAP_MS: "100" };

const allThatIsSaid = ({ log, slack }: World): string =>
  JSON.stringify([log.lines, slack.state.messages, slack.state.ephemerals]);

const answersThatAreNone: readonly [string, (response: ServerResponse) => void][] = [
  ["a page", answering(`<html>${SECRET}</html>`, "text/html")],
  ["a proxy's words", answering(`upstream connect error: ${SECRET}`, "text/plain")],
  ["nothing", answering("")],
  ["an answer that was cut off", cutOff(`{"ok":true,"text":"${SECRET}`)],
  ["half of an answer", answering(`{"ok":true,"text":"${SECRET}`)],
  ["a list", answering(`["${SECRET}"]`)],
  ["null", answering("null")],
  ["an empty object", answering("{}")],
  ["a refusal without a code", answering('{"ok":false}')],
  ["a refusal with words for a code", answering(`{"ok":false,"error":"${SECRET}"}`)],
  ["a refusal with more than a code", answering('{"ok":false,"error":{"code":"invalid_auth"}}')],
  ["what is packed twice", answering(`{"ok":true,"text":"${SECRET}"}`, "application/gzip")],
  ["no ts", answering('{"ok":true}')],
  ["an empty ts", answering('{"ok":true,"ts":""}')],
  ["another success", (response) => void response.writeHead(202).end(SECRET)],
  ["a timeout of a gateway", (response) => void response.writeHead(408).end(SECRET)],
];

describe("an answer of Slack that is none", () => {
  it.each(answersThatAreNone)("is unclear after the post was made: %s", async (_, write) => {
    const world = await startWorld({ env });
    const { slack, parley } = world;
    const { user, ts, inbox } = await handOver(world);
    slack.faults.add("chat.postMessage", { kind: "other-answer", isDone: true, write }, 1);
    await parley.userWrites(user.id, SECRET);
    await expect.poll(() => settledIn(world.log, inbox), PATIENCE).toHaveLength(2);
    expect(postsIn(slack, ts).map(({ text }) => text)).toEqual([SECRET]);
    expect(slack.calls("conversations.replies")).not.toHaveLength(0);
    expect(JSON.stringify(world.log.lines)).not.toContain(SECRET);
  });

  it.each(answersThatAreNone)("is unclear before the post was made: %s", async (_, write) => {
    const world = await startWorld({ env });
    const { slack } = world;
    slack.faults.add("chat.postMessage", { kind: "other-answer", isDone: false, write }, 1);
    await handOver(world);
    expect(rootsOf(slack)).toHaveLength(1);
    expect(allThatIsSaid(world)).not.toContain(SECRET);
  });

  it.each([
    ["an answer without its messages", answering('{"ok":true}')],
    ["a page", answering(SECRET)],
    ["a proxy's refusal", (response: ServerResponse) => void response.writeHead(403).end(SECRET)],
  ])("says nothing about what is in a thread: %s", async (_, write) => {
    const world = await startWorld({ env });
    const { slack, parley, log } = world;
    const { user, ts, inbox } = await handOver(world);
    slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);
    slack.faults.add("conversations.replies", { kind: "other-answer", isDone: true, write }, 2);
    await parley.userWrites(user.id, "Once");
    await expect.poll(() => settledIn(log, inbox), PATIENCE).toHaveLength(2);
    expect(postsIn(slack, ts).map(({ text }) => text)).toEqual(["Once"]);
  });
});

describe("an answer of Slack to a post that was made", () => {
  it.each([
    ["null for the message", { ts: "1.000001", message: null }],
    ["null for its metadata", { ts: "1.000001", message: { metadata: null, thread_ts: "?" } }],
    ["null for the rest", { ts: "1.000001", response_metadata: null, message: null }],
  ])("is not the cause of a second one: %s", async (_, given) => {
    const world = await startWorld({ env });
    const { slack, parley, log } = world;
    const { user, ts, inbox } = await handOver(world);
    const body = JSON.stringify({ ok: true, ...given }).replace("?", ts);
    const fault = { kind: "other-answer", isDone: true, write: answering(body) } as const;
    slack.faults.add("chat.postMessage", fault, 3);

    await parley.userWrites(user.id, "Once");

    await expect.poll(() => settledIn(log, inbox), PATIENCE).toHaveLength(2);
    expect(postsIn(slack, ts).map(({ text }) => text)).toEqual(["Once"]);
  });
});

// To make so much takes the process of the test, and the replicas in it, longer than the database waits for them.
describe.skipIf(REPLICAS !== undefined)("an answer of Slack without end", () => {
  it.each([
    ["endless", endless],
    ["small, but huge when unpacked", bomb({ ok: true, ts: "1.000001" }, 50e6)],
  ])("is left, and its post is made once: %s", async (_, write) => {
    const world = await startWorld({ env });
    const { slack, parley, log } = world;
    const { user, ts, inbox } = await handOver(world);
    slack.faults.add("chat.postMessage", { kind: "other-answer", isDone: false, write }, 1);
    await parley.userWrites(user.id, "Once");
    await expect.poll(() => settledIn(log, inbox), PATIENCE).toHaveLength(2);
    expect(postsIn(slack, ts).map(({ text }) => text)).toEqual(["Once"]);
    expect(JSON.stringify(log.lines)).toContain("ANSWER_TOO_LONG");
  });

  it.each([
    ["auth.test", false],
    ["conversations.info", false],
    ["apps.connections.open", true],
  ])("is left at the start too: %s, in Socket Mode: %s", async (method, socketMode) => {
    const world = await startWorld({ env, socketMode, stopped: true });
    const { slack } = world;
    slack.faults.add(method, { kind: "other-answer", isDone: false, write: endless }, 2);
    await expect(world.startBridge()).rejects.toThrow("ANSWER_TOO_LONG");
    slack.faults.clear();
    await world.startBridge();
    await world.stopBridge();
    slack.faults.add(method, { kind: "other-answer", isDone: false, write: endless }, 1);
    await world.startBridge();
    await handOver(world);
    expect(rootsOf(slack)).toHaveLength(1);
  });
});
