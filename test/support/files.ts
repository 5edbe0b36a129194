import { expect } from "vitest";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import { PATIENCE } from "./steps.ts";
import { isDetails, postsIn } from "./threads.ts";
import type { World } from "./world.ts";

/** A picture of exactly so many bytes, as far as anybody looks: the mark of PNG, a header, and filling. */
export function png(size: number): Buffer {
  const head = Buffer.from("89504e470d0a1a0a0000000d4948445200000001000000010806000000", "hex");
  const check = Buffer.from("1f15c489", "hex");
  const filling = Buffer.from("7fffffff49444154", "hex");
  return Buffer.concat([head, check, filling, Buffer.alloc(Math.max(0, size))]).subarray(0, size);
}

/** The bytes of a User's file with that description, as Parley has them. */
export function bytesAt({ parley }: World, userId: string, description: string) {
  const message = parley.sent(userId).find(({ media }) => media?.description === description);
  return [...parley.state.media.values()].find(({ id }) => id === message?.media?.id)?.bytes;
}

/** What a thread shows below the details, oldest first: texts, and the names of files. */
export const shownIn = (slack: FakeSlack, rootTs: string): string[] =>
  slack.state.messages
    .filter((message) => message.thread_ts === rootTs && message.ts !== rootTs)
    .filter((message) => !isDetails(message))
    .filter(({ user, bot_id }) => user === slack.botUserId || bot_id === slack.botId)
    .map(({ text, files }) => (files ? files.map(({ name }) => `[${name}]`).join() : text));

/** The bytes of a file in Slack. */
export const bytesIn = (slack: FakeSlack, name: string): Buffer | undefined =>
  [...slack.state.files.values()].find(
    ({ object, shares }) => object.name === name && shares.length > 0,
  )?.bytes;

/** Resolves once the thread shows everything that the User wrote before. */
export async function allShown({ slack, parley }: World, userId: string, rootTs: string) {
  await parley.userWrites(userId, "The end");
  await expect
    .poll(() => postsIn(slack, rootTs).map(({ text }) => text), PATIENCE)
    .toContain("The end");
}
