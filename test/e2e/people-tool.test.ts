import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { recordsIn } from "../support/audit-tool.ts";
import { png } from "../support/files.ts";
import { runPeople } from "../support/people-tool.ts";
import { spawnBridge } from "../support/process.ts";
import { sentTo } from "../support/sent.ts";
import { handBack, handOver, lastCallbackHandled, PATIENCE, postTo } from "../support/steps.ts";
import { textOf, textsIn } from "../support/threads.ts";
import { everyRow } from "../support/whole-state.ts";
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
  // What a bridge leaves undone when it stops holds an erasure up.
  const isWaiting = (row: string) => /^(inbox|outbox|bot) .*"state":"waiting"/.test(row);
  await expect.poll(async () => (await everyRow(world)).filter(isWaiting), PATIENCE).toEqual([]);
  return { user, root, ts };
}

const inThread = ({ slack }: World, ts: string) =>
  slack.state.messages.filter((each) => each.ts === ts || each.thread_ts === ts);

/** Each starts the tool more than once, as a process. */
const BUSY = { timeout: 120_000 };

describe("npm run people", BUSY, () => {
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

describe("npm run people, where something is in the way", BUSY, () => {
  it("keeps Slack's pace, and goes on after what is no answer", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, ts } = await haveConversation(world);
    await world.stopBridge();
    const page = {
      kind: "other-answer",
      isDone: true,
      write: (response: ServerResponse) => void response.end("<html>Hello</html>"),
    } as const;
    slack.faults.add("chat.delete", { kind: "rate-limited", retryAfterSeconds: 1 }, 2);
    slack.faults.add("chat.delete", page, 1);
    slack.faults.add("files.delete", { kind: "lost-answer" }, 1);
    slack.faults.add("conversations.replies", { kind: "rate-limited", retryAfterSeconds: 1 }, 1);
    slack.faults.add("conversations.replies", { kind: "status", status: 502 }, 1);

    const { code, stdout } = await runPeople(world, "erase", user.id, "--yes");

    expect(code, stdout).toBe(0);
    expect(stdout).toContain("It is tried again");
    expect(stdout).toContain("Deleted in Slack: 4 messages and 1 file of ours.");
    expect(inThread(world, ts).filter(({ user: by }) => by === "U0ANNA")).toHaveLength(1);
    expect([...slack.state.files.values()].every(({ bytes }) => bytes === undefined)).toBe(true);
  });

  it("is killed in the middle, and the same command comes to the same end; so does a bridge in its place", async () => {
    const world = await startWorld();
    const { slack, env } = world;
    const first = await haveConversation(world);
    const second = await haveConversation(world, { ...MARIA, email: "2@muster.example" });
    await world.stopBridge();
    for (const { user } of [first, second]) {
      const before = slack.calls("chat.delete").length;
      const held = Promise.withResolvers<void>();
      slack.faults.add(/^chat.(delete|update)$/, { kind: "held", until: held.promise });
      const tool = spawnBridge(env, { args: ["people", "erase", user.id, "--yes"] });
      // A process takes its time to start.
      await slack.waitFor(() => slack.calls("chat.delete").length > before, 60_000);
      tool.signal("SIGKILL");
      await tool.exited;
      slack.faults.clear();
      held.resolve();
    }
    const { code, stdout } = await runPeople(world, "erase", first.user.id, "--yes");
    await world.startBridge();

    expect(code, stdout).toBe(0);
    // The other order was carried out on the way, or is by the bridge; its report waits for the command.
    expect(stdout).toContain("Deleted in Slack: 4 messages and 1 file of ours.");
    const isGone = async () => (await runPeople(world, "export", second.user.id)).code;
    await expect.poll(isGone, PATIENCE).toBe(1);
    const told = await runPeople(world, "erase", second.user.id, "--yes");
    expect(told.stdout).toContain("Deleted in Slack: 4 messages and 1 file of ours.");
    expect([told.code, (await runPeople(world, "erase", second.user.id, "--yes")).code]).toEqual([
      0, 1,
    ]);
    const deeds = (await recordsIn(world)).filter(({ what }) => what === "erase");
    expect(deeds.map(({ result }) => result)).toEqual(["done", "done"]);
  }, 180_000);

  it("leaves nothing of a rating that comes while the thread is being deleted", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, ts } = await haveConversation(world);
    const [row] = (await everyRow(world)).filter((each) => each.startsWith("conversations "));
    const conversation = /c_[0-9a-f]{24}/.exec(row ?? "")?.[0];
    const held = Promise.withResolvers<void>();
    slack.faults.add("chat.delete", { kind: "held", until: held.promise }, 1);
    const erasing = runPeople(world, "erase", user.id, "--yes");
    await slack.waitFor(() => slack.calls("chat.delete").length > 0, 60_000);
    await postTo(world, "/parley/ratings", { conversation, rating: 1, comment: "By Maria" });
    await slack.waitFor(() => textsIn(world, ts).some((text) => /has rated/.test(text)));
    held.resolve();

    const { code, stdout } = await erasing;

    expect(code, stdout).toBe(0);
    expect(textsIn(world, ts).filter((text) => /has rated|By Maria/.test(text))).toEqual([]);
    expect(stdout).toContain("Deleted in Slack: 5 messages and 1 file of ours.");
  });

  it("reads a thread of more than a thousand messages page by page", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, ts } = await haveConversation(world);
    await world.stopBridge();
    const [like] = inThread(world, ts).filter(({ bot_id, username }) => bot_id && !username);
    if (!like) throw new Error("no post");
    for (let index = 0; index < 1_100; index++) {
      const at = `${Number(ts.split(".")[0]) + 100}.${String(index).padStart(6, "0")}`;
      slack.state.messages.push({ ...like, ts: at, thread_ts: ts, text: `Post ${index}` });
    }

    const settings = { SLACK_POSTS_PER_SECOND: "1000" };
    const { stdout } = await runPeople({ env: { ...world.env, ...settings } }, "erase", user.id);

    expect(stdout).toContain("1106 messages and 1 file of ours, 1 message of people");
  });

  it("leaves a channel that keeps us out, and names it", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, ts } = await haveConversation(world);
    await world.stopBridge();
    slack.state.channels.get(slack.channel)?.members.delete(slack.botUserId);

    const { code, stdout } = await runPeople(world, "erase", user.id, "--yes");

    expect(code, stdout).toBe(0);
    expect(stdout).toContain("Slack does not let us see into");
    expect(stdout).toContain(`/p${ts.replace(".", "")}: not_in_channel`);
    expect((await runPeople(world, "export", user.id)).code).toBe(1);
  });

  it("waits for a scope that is missing, and is gone on with by the same command", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, ts } = await haveConversation(world);
    slack.state.scopes.delete("chat:write");
    const first = runPeople(world, "erase", user.id, "--yes");
    await slack.waitFor(
      () => slack.calls("chat.delete").some(({ error }) => error === "missing_scope"),
      60_000,
    );
    slack.state.scopes.add("chat:write");

    const { code, stdout } = await first;
    expect(code, stdout).toBe(0);
    expect(inThread(world, ts).filter(({ bot_id }) => bot_id === slack.botId)).toHaveLength(2);
  });

  it("refuses a User who has an open conversation, and says what to do", async () => {
    const world = await startWorld();
    const { user } = await handOver(world);

    const { code, stdout } = await runPeople(world, "erase", user.id, "--yes");

    expect([code, stdout]).toEqual([
      1,
      "The User has an open conversation: hand them back. Nothing was ordered; run this again then.\n",
    ]);
    const exported = JSON.parse((await runPeople(world, "export", user.id)).stdout);
    expect(exported).toMatchObject({ userIds: [user.id], conversations: [{ user_id: user.id }] });
  });

  it("names those who have the same address, and nobody who is not there", async () => {
    const world = await startWorld();
    const users = [MARIA, { ...MARIA, externalId: "customer-2" }].map(({ externalId, ...about }) =>
      world.parley.createUser({ uniqueIdentifier: externalId, additionalInformation: about }),
    );
    for (const user of users) await handOver(world, { user });

    const several = await runPeople(world, "erase", MARIA.email, "--yes");
    const unknown = await runPeople(world, "erase", "%", "--yes");
    const wrong = [
      ["erase"],
      ["erase", "a", "b"],
      ["export", "a", "--yes"],
      ["erase", "a", "--as", "x"],
    ];

    expect(several.code).toBe(1);
    for (const { id } of users) expect(several.stdout).toContain(`  ${id}\n`);
    expect([unknown.code, unknown.stdout]).toEqual([
      1,
      "Nothing is kept of a User who is named so.\n",
    ]);
    for (const args of wrong)
      expect((await runPeople(world, ...args)).code, args.join(" ")).toBe(64);
  });

  it("makes somebody new of a User who comes again", async () => {
    const world = await startWorld();
    const { user } = await haveConversation(world);
    await runPeople(world, "erase", user.id, "--yes");

    const { root } = await handOver(world, { user });

    expect(textOf(root)).not.toMatch(/earlier|previous/i);
    expect(
      JSON.parse((await runPeople(world, "export", user.id)).stdout).conversations,
    ).toHaveLength(1);
  });
});
