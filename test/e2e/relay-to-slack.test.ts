import { describe, expect, it } from "vitest";
import type { OwnerShape } from "../../fakes/parley/options.ts";
import type { ParleyUser } from "../../fakes/parley/state.ts";
import { attemptsIn } from "../support/attempts.ts";
import { numbered } from "../support/numbered.ts";
import { handOver, PATIENCE, postTo } from "../support/steps.ts";
import { activeMarkup, postsIn, rootsAbout, rootsOf, textOf, textsIn } from "../support/threads.ts";
import { startWorld } from "../support/world.ts";

describe("what a User writes", () => {
  it("comes into the thread in order, each User's into their own", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const [ada, eve] = await Promise.all([handOver(world), handOver(world)]);

    for (let n = 0; n < 15; n++) {
      await parley.userWrites(ada.user.id, `ada ${n}`);
      await parley.userWrites(eve.user.id, `eve ${n}`);
    }

    await slack.waitFor(() => postsIn(slack, ada.root.ts).at(-1)?.text.endsWith("ada 14"));
    await slack.waitFor(() => postsIn(slack, eve.root.ts).at(-1)?.text.endsWith("eve 14"));
    expect(textsIn(world, ada.root.ts).join("\n").split("\n")).toEqual(numbered("ada", 15));
    expect(textsIn(world, eve.root.ts).join("\n").split("\n")).toEqual(numbered("eve", 15));
  });

  it("pings nobody, disguises nothing and unfurls nothing", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    await parley.userWrites(user.id, "<!channel> <https://evil.example|https://bank.example>");

    const post = await slack.waitFor(() => postsIn(slack, root.ts)[0]);
    expect(post.text).toBe("&lt;!channel&gt; &lt;https://evil.example|https://bank.example&gt;");
    expect(activeMarkup(post)).toEqual([]);
    expect(slack.calls("chat.postMessage").at(-1)?.args).toMatchObject({
      unfurl_links: "false",
      unfurl_media: "false",
    });
  });

  it("appears once when Parley sends it again after a restart", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    await (await parley.userWrites(user.id, "Hello")).delivered;
    const callback = parley.callbacks.at(-1);
    await slack.waitFor(() => postsIn(slack, root.ts).length === 1);
    await world.stopBridge();
    await world.startBridge();

    expect(await parley.redeliver(callback)).toMatchObject({ delivered: true });

    await parley.userWrites(user.id, "Hello");
    await parley.userWrites(user.id, "Still there?");
    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text === "Still there?");
    expect(textsIn(world, root.ts)).toEqual(["Hello", "Hello", "Still there?"]);
  });

  it("is known by its bytes for ten seconds where Parley gives it no id", async () => {
    const world = await startWorld();
    const { slack } = world;
    const { user, root } = await handOver(world);
    const tell = (text: string) =>
      postTo(world, "/parley/callback", {
        type: "message",
        userId: user.id,
        message: { typeId: 1, message: text },
      });
    world.advance(10_000 - (Date.now() % 10_000));

    await tell("ok");
    await tell("ok");
    world.advance(10_000);
    await tell("ok");
    await tell("That was it");

    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text.endsWith("That was it"));
    expect(textsIn(world, root.ts).join("\n").match(/ok/g)).toHaveLength(2);
  });

  it("goes on in the same thread after a restart", async () => {
    const world = await startWorld({ parley: { retryScale: 0.1 } });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    await world.stopBridge();
    const { delivered } = await parley.userWrites(user.id, "Written while the bridge was down");
    await world.startBridge();

    expect(await delivered).toMatchObject({ delivered: true });
    const post = await slack.waitFor(() => postsIn(slack, root.ts)[0]);
    expect(post.text).toBe("Written while the bridge was down");
    expect(rootsOf(slack)).toHaveLength(1);
  });

  it.each([
    ["body", "string"],
    ["body.message", "number"],
  ] as const)("is found at %s, with ids as %s", async (message, id) => {
    const world = await startWorld({
      parley: { shapes: { message, userId: id, messageId: id } },
    });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    await parley.userWrites(user.id, "Hello");

    const post = await slack.waitFor(() => postsIn(slack, root.ts)[0]);
    expect(post.text).toBe("Hello");
  });
});

describe("a User without a handover callback", () => {
  it.each(["data.owner.identification", "data.services"] satisfies OwnerShape[])(
    "gets a thread with the first message iff we own the User, whom Parley names at %s",
    async (owner) => {
      const world = await startWorld({
        parley: { shapes: { handover: "none", owner }, rules: { callbackNonOwners: true } },
      });
      const { slack, parley } = world;
      const user = parley.createUser();
      await parley.userWrites(user.id, "To the bot");
      await expect.poll(() => attemptsIn(world.log, `user/${user.id}`).length, PATIENCE).toBe(1);
      expect(rootsOf(slack)).toEqual([]);

      await parley.handOver({ userId: user.id, to: parley.agentService.identification });
      await parley.userWrites(user.id, "To the agents");

      const root = await slack.waitFor(() => rootsAbout(slack, user.id)[0]);
      await slack.waitFor(() => postsIn(slack, root.ts).length > 0);
      expect(textsIn(world, root.ts)).toEqual(["To the agents"]);
      expect(textOf(root)).toContain("New conversation");
      expect(textOf(root)).not.toContain(":warning:");
    },
  );

  it("gets none when Parley does not tell the owner, if the operator wants that", async () => {
    const world = await startWorld({
      parley: { shapes: { handover: "none" } },
      env: { PARLEY_OWNER_UNKNOWN: "ignore" },
    });
    const { parley } = world;
    const user = parley.createUser();
    await parley.handOver({ userId: user.id, to: parley.agentService.identification });
    parley.faults.add(`GET /users/${user.id}/owner`, { kind: "status", status: 400 });

    await parley.userWrites(user.id, "Hello?");

    await expect.poll(() => attemptsIn(world.log, `user/${user.id}`).length, PATIENCE).toBe(1);
    expect(rootsOf(world.slack)).toEqual([]);
  });
});

it("shows nothing that the account itself sent, and opens no thread for it", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const { user, root } = await handOver(world);
  const stranger = parley.createUser();
  stranger.owner = parley.agentService.identification;
  const tell = (to: ParleyUser, message: object) =>
    parley.callback(parley.agentService.identification, {
      type: "message",
      body: { ...message, user: { id: to.id } },
    });

  await tell(stranger, { id: 1, typeId: 2, message: "From the account" });
  await tell(user, { id: 2, typeId: 2, message: "From the account" });
  await tell(user, { id: 3, typeId: 1, message: "From the User" });

  await slack.waitFor(() => postsIn(slack, root.ts)[0]);
  await expect.poll(() => attemptsIn(world.log, `user/${stranger.id}`).length, PATIENCE).toBe(1);
  expect(textsIn(world, root.ts)).toEqual(["From the User"]);
  expect(rootsOf(slack)).toHaveLength(1);
});

describe("typing", () => {
  it("is the status of the thread until it stops, never a message", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const status = () => slack.state.statuses.get(`${slack.channel}:${root.ts}`)?.status;

    await parley.userTypes(user.id, "startTyping");
    await expect.poll(status, PATIENCE).toBe("customer is typing…");
    await parley.userTypes(user.id, "stopTyping");
    await expect.poll(status, PATIENCE).toBeUndefined();

    await parley.userTypes(user.id, "startTyping");
    await parley.userWrites(user.id, "Hello");
    await slack.waitFor(() => postsIn(slack, root.ts).length > 0);
    expect(status()).toBeUndefined();
    expect(textsIn(world, root.ts)).toEqual(["Hello"]);
  });

  it("that Slack refuses to show holds up nothing", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    slack.faults.add("assistant.threads.setStatus", { kind: "status", status: 500 });

    await parley.userTypes(user.id, "startTyping");
    await slack.waitFor(() => slack.calls("assistant.threads.setStatus").length > 0);
    await parley.userWrites(user.id, "Hello");

    await slack.waitFor(() => postsIn(slack, root.ts)[0]);
    expect(slack.calls("assistant.threads.setStatus")).toHaveLength(1);
    expect(world.log.lines.filter(({ level }) => level === "error" || level === "warn")).toEqual(
      [],
    );
  });
});

it("marks a User whom another Service takes in root and thread, once, also when Parley says it again", async () => {
  const world = await startWorld({ parley: { rules: { callbackNonOwners: true } } });
  const { slack, parley } = world;
  const other = parley.addService({ name: "Night <shift>" });
  const { user, root } = await handOver(world);
  await parley.handOver({ userId: user.id, to: other.identification });
  const { callback } = await parley.callback(parley.agentService.identification, {
    type: "action",
    body: {
      name: "handover",
      body: { newOwner: other.identification, metadata: { reason: "night" } },
      user: { id: user.id },
    },
  });

  await slack.waitFor(() => /\*Taken over\* by Night &lt;shift&gt;/.test(textOf(root)));
  expect(root.text).toMatch(/^Taken over: /);
  expect(textOf(root)).not.toContain("Hand back");
  await slack.waitFor(() => postsIn(slack, root.ts).length > 0);
  expect(textsIn(world, root.ts)).toEqual([
    ":arrow_right: This User is now with *Night &lt;shift&gt;*. Replies here no longer reach them.",
  ]);

  await parley.redeliver(callback);
  await parley.userWrites(user.id, "To the night shift");

  await expect.poll(() => attemptsIn(world.log, `user/${user.id}`).length, PATIENCE).toBe(4);
  expect(postsIn(slack, root.ts)).toHaveLength(1);
  expect(rootsOf(slack)).toHaveLength(1);
});
