import { expect, it } from "vitest";
import { sentTo } from "../support/sent.ts";
import { handOver, submitHandBack } from "../support/steps.ts";
import { type Env, startWorld } from "../support/world.ts";

/** Hands a User back with this last message; resolves with what the User then has. */
async function sayGoodbye(text: string, env: Env = {}) {
  const world = await startWorld({ env });
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  await submitHandBack(slack, ts, { last_message: text });
  await parley.until(() => parley.user(user.id).owner === parley.botService.identification);
  return sentTo(world, user.id);
}

it("says what was typed into the form, character by character, as a reply would", async () => {
  const sent = await sayGoodbye(
    "# 5 is <your-name> & 5*3*2 = 30 :wave:\nBye <!channel> [a](b) *truly*",
  );
  expect(sent).toEqual([
    "\\# 5 is \\<your-name> & 5\\*3\\*2 = 30 👋  \nBye \\<!channel> \\[a](b) **truly**",
  ]);
});

it("writes line breaks as they are wanted", async () => {
  const sent = await sayGoodbye("one\ntwo\n\nthree", { PARLEY_LINE_BREAK: "soft" });
  expect(sent).toEqual(["one\ntwo\n\nthree"]);
});
