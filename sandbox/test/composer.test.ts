import { expect, it, onTestFinished } from "vitest";
import { startFakeParley } from "../../fakes/parley/fake-parley.ts";
import { startFakeSlack } from "../../fakes/slack/fake-slack.ts";
import { createActions } from "../page/actions.ts";
import { readAppManifest } from "../page/app-manifest.ts";

/** What Anna does on the sandbox's page, without a bridge behind it. */
async function openComposer() {
  const [slack, parley] = await Promise.all([
    startFakeSlack({ retryScale: 0.001 }),
    startFakeParley(),
  ]);
  onTestFinished(async () => {
    await Promise.all([slack.close(), parley.close()]);
  });
  const nothing = () => Promise.resolve();
  const act = createActions({
    slack,
    parley,
    bridge: {
      status: { state: "stopped" } as never,
      url: "",
      start: nothing,
      kill: nothing,
      stop: nothing,
    },
    troubles: { on: new Set(), switch: () => undefined, close: () => undefined },
    clock: undefined,
    deeds: new Set(),
    commands: (await readAppManifest()).commands,
  });
  const at = { user: "U0ANNA", channel: slack.channel };
  const write = async (text: string, threadTs?: string) =>
    (await act("post", { ...at, text, ...(threadTs && { threadTs }) })).problem;
  return { slack, act, write, at, texts: () => slack.state.messages.map(({ text }) => text) };
}

it("takes what begins with a slash for a command, and refuses one that nobody has", async () => {
  const { write, texts } = await openComposer();
  for (const typed of ["// a note", "/", "/shrug"]) {
    expect(await write(typed)).toMatch(/^“\/\S*” is not a valid command\. .*put a space in front/);
  }
  expect(texts()).toEqual([]);
});

it("sends it as a message with a space in front", async () => {
  const { write, texts } = await openComposer();
  expect(await write(" // a note")).toBe("");
  expect(await write("note: another")).toBe("");
  expect(texts()).toEqual(["// a note", "note: another"]);
});

it("gives a command of the app to the app, but not inside of a thread", async () => {
  const { slack, write, texts } = await openComposer();
  const { ts } = await slack.post({ user: "U0BEN", text: "root" });
  expect(await write("/parley-owner services", ts)).toContain("not supported in threads");
  // There is no bridge that could answer.
  expect(await write("/parley-owner services")).toContain("did not answer");
  expect(texts()).toEqual(["root"]);
});

it("puts a lock on a message and takes it off again", async () => {
  const { slack, act, at } = await openComposer();
  const { ts } = await slack.post({ ...at, text: "Hello" });
  const reactions = () => slack.state.messages[0]?.reactions?.map(({ name }) => name) ?? [];
  await act("react", { ...at, ts, name: "lock" });
  expect(reactions()).toEqual(["lock"]);
  await act("react", { ...at, ts, name: "lock" });
  expect(reactions()).toEqual([]);
});
