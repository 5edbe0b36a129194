import { expect, it } from "vitest";
import type { Fault } from "../../fakes/http/faults.ts";
import { sentTo } from "../support/sent.ts";
import { handOver, submitHandBack } from "../support/steps.ts";
import { postsIn } from "../support/threads.ts";
import { type Env, startWorld } from "../support/world.ts";

/** Hands a User back with this last message; resolves with what the User then has. */
async function sayGoodbye(text: string, env: Env = {}) {
  const world = await startWorld({ env });
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  await submitHandBack(slack, ts, { last_message: text });
  await parley.until(() => parley.user(user.id).owner === parley.botService.identification);
  return { world, user, ts, sent: sentTo(world, user.id) };
}

it("says what was typed into the form, character by character, as a reply would", async () => {
  const { sent } = await sayGoodbye(
    "# 5 is <your-name> & 5*3*2 = 30 :wave:\nBye <!channel> [a](b) *truly*",
  );
  expect(sent).toEqual([
    "\\# 5 is \\<your-name> & 5\\*3\\*2 = 30 👋  \nBye \\<!channel> \\[a](b) **truly**",
  ]);
});

it("writes line breaks as they are wanted", async () => {
  const { sent } = await sayGoodbye("one\ntwo\n\nthree", { PARLEY_LINE_BREAK: "soft" });
  expect(sent).toEqual(["one\ntwo\n\nthree"]);
});

const PARAGRAPHS = ["a", "b", "c"].map((letter) => letter.repeat(80));
const LONG = PARAGRAPHS.join("\n\n");
const SHORT_MESSAGES = { PARLEY_MESSAGE_LENGTH: "100", RETRY_FIRST_MS: "5", RETRY_CAP_MS: "20" };

it("goes in several messages where it is long, counted once for the bot", async () => {
  const { world, user, sent } = await sayGoodbye(LONG, SHORT_MESSAGES);
  expect(sent).toEqual(PARAGRAPHS);
  const { metadata } = world.parley.user(user.id).handovers.at(-1) ?? {};
  expect(metadata).toMatchObject({ agentMessages: 1 });
});

/** A hand-back with a long last message, of which Parley takes the first part and meets the second with `fault`. */
async function withTrouble(fault: Fault, times?: number) {
  const world = await startWorld({ env: SHORT_MESSAGES });
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  const call = `POST /users/${user.id}/messages`;
  parley.faults.add(call, { kind: "latency", ms: 0 }, 1);
  parley.faults.add(call, fault, times);
  await submitHandBack(slack, ts, { last_message: LONG });
  return { world, user, ts };
}

it("goes on behind the part that went when Parley is away for a moment", async () => {
  const { world, user, ts } = await withTrouble({ kind: "status", status: 503 }, 1);
  const { slack, parley } = world;
  await parley.until(() => parley.user(user.id).owner === parley.botService.identification);
  expect(sentTo(world, user.id)).toEqual(PARAGRAPHS);
  await slack.waitFor(() => postsIn(slack, ts).length > 0);
  expect(postsIn(slack, ts).map(({ text }) => text)).toEqual([
    expect.stringContaining("handed this User back"),
  ]);
});

it.each<[Fault, string]>([
  [{ kind: "status", status: 400 }, "Only the beginning of your last message was sent"],
  [{ kind: "lost-answer" }, "Nobody can tell whether your last message arrived"],
])(
  "keeps the User and says how far it came when Parley meets a part with %j",
  async (fault, words) => {
    const { world, user, ts } = await withTrouble(fault);
    const { slack, parley } = world;
    const post = await slack.waitFor(() => postsIn(slack, ts)[0]);
    expect(post.text).toContain(words);
    expect(sentTo(world, user.id)[0]).toBe(PARAGRAPHS[0]);
    expect(sentTo(world, user.id).length).toBeLessThan(PARAGRAPHS.length);
    expect(parley.user(user.id).owner).toBe(parley.agentService.identification);
  },
);
