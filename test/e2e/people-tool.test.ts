import { describe, expect, it } from "vitest";
import { recordsIn } from "../support/audit-tool.ts";
import { png } from "../support/files.ts";
import { runPeople } from "../support/people-tool.ts";
import { sentTo } from "../support/sent.ts";
import { handBack, handOver, lastCallbackHandled } from "../support/steps.ts";
import { startWorld, type World } from "../support/world.ts";

const MARIA = { name: "Maria Muster", email: "maria@muster.example", externalId: "customer-4711" };

/** A User with a whole conversation behind them: a message, a picture, an answer, a note. */
async function haveConversation(world: World, given = MARIA) {
  const { slack, parley } = world;
  const { name, email, externalId } = given;
  const user = parley.createUser({
    uniqueIdentifier: externalId,
    additionalInformation: { name, email },
  });
  const { root, ts } = await handOver(world, {
    user,
    metadata: { reason: "Asked about order 99" },
  });
  await parley.userWrites(user.id, "My parcel is late");
  await parley.userWrites(user.id, {
    message: "See here",
    media: { name: "parcel.png", mimeType: "image/png", bytes: png(5_000) },
  });
  await lastCallbackHandled(world, user.id);
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "It will come tomorrow" });
  await parley.until(() => sentTo(world, user.id).length === 1);
  await handBack(world, root);
  return { user, root, ts };
}

const inThread = ({ slack }: World, ts: string) =>
  slack.state.messages.filter((each) => each.ts === ts || each.thread_ts === ts);

describe("npm run people", () => {
  it("erases a User beside a running bridge, in Slack and in the state, and tells what people have to do", async () => {
    const world = await startWorld();
    const { user, ts } = await haveConversation(world);
    const other = await haveConversation(world, {
      name: "Otto",
      email: "otto@muster.example",
      externalId: "customer-1",
    });
    const before = inThread(world, other.ts).length;

    const shown = await runPeople(world, "erase", MARIA.email);
    const { code, stdout, stderr } = await runPeople(world, "erase", MARIA.email, "--yes");

    expect([code, stderr]).toEqual([0, ""]);
    expect(shown.stdout).toContain("6 messages and 1 file of ours, 1 message of people");
    expect(shown.stdout).toContain("Nothing was changed.");
    expect(stdout).toContain("Deleted in Slack: 4 messages and 1 file of ours.");
    expect(inThread(world, ts).map(({ user: by, text }) => [by, text])).toEqual([
      ["USLACKBOT", "This message was deleted."],
      ["U0ANNA", "It will come tomorrow"],
      // Posts under the User's name cannot be deleted with the bot's token.
      [undefined, "Erased, because somebody asked for it."],
      [undefined, "Erased, because somebody asked for it."],
    ]);
    expect(inThread(world, other.ts)).toHaveLength(before);
    expect((await runPeople(world, "export", user.id)).code).toBe(1);
    const records = (await recordsIn(world)).map(({ what, user: about }) => [what, about]);
    const pseudonym = expect.stringMatching(/^erased-[0-9a-f]{24}$/);
    expect(records).toEqual([
      ["hand-back", pseudonym],
      ["hand-back", other.user.id],
      ["erase", records[0]?.[1]],
    ]);
  });
});
