import { describe, expect, it } from "vitest";
import type { FakeParleyOptions, OwnerShape } from "../../fakes/parley/options.ts";
import type { ParleyUser } from "../../fakes/parley/state.ts";
import { unescapeText } from "../../src/convert/text/slack-text.ts";
import { attemptsIn } from "../support/attempts.ts";
import { numbered } from "../support/numbered.ts";
import { handOver, openState, PATIENCE } from "../support/steps.ts";
import { activeMarkup, postsIn, rootsAbout, rootsOf, textOf, textsIn } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

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

  it.each([
    ["<!channel> <!here> <!everyone>", "&lt;!channel&gt; &lt;!here&gt; &lt;!everyone&gt;"],
    [
      "<@U0ANNA> <#C0SUPPORT> <!subteam^S0SUPPORT>",
      "&lt;@U0ANNA&gt; &lt;#C0SUPPORT&gt; &lt;!subteam^S0SUPPORT&gt;",
    ],
    [
      "<https://evil.example|https://bank.example>",
      "&lt;https://evil.example|https://bank.example&gt;",
    ],
    ["Tom & Jerry &lt;!channel&gt;", "Tom &amp; Jerry &amp;lt;!channel&amp;gt;"],
  ])("is escaped: %s", async (written, shown) => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);

    await parley.userWrites(user.id, {
      message: written,
      title: written,
      buttons: [{ type: "reply", title: written, payload: "x" }],
    });

    const post = await slack.waitFor(() => postsIn(slack, root.ts)[0]);
    expect(post.text).toBe(`${shown}\n${shown}\n[${shown}]`);
    expect(activeMarkup(post)).toEqual([]);
    expect(slack.calls("chat.postMessage").at(-1)?.args).toMatchObject({
      unfurl_links: "false",
      unfurl_media: "false",
    });
  });

  it("is split without loss when it is long", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    const long = `${"One & two <three>. 👩‍👩‍👧‍👦 ".repeat(150)}\n\n${"x".repeat(4_500)}${"\n- point".repeat(300)}`;

    await parley.userWrites(user.id, long);
    await parley.userWrites(user.id, "done");

    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text === "done");
    const pieces = textsIn(world, root.ts).slice(0, -1);
    expect(pieces.length).toBeGreaterThan(4);
    expect(Math.max(...pieces.map((piece) => unescapeText(piece).length))).toBeLessThanOrEqual(
      4_000,
    );
    expect(pieces.map(unescapeText).join("")).toBe(long);
  });

  it.each(["while the bridge runs", "after a restart"])(
    "appears once when Parley sends it again %s",
    async (when) => {
      const world = await startWorld();
      const { slack, parley } = world;
      const { user, root } = await handOver(world);
      await (await parley.userWrites(user.id, "Hello")).delivered;
      const callback = parley.callbacks.at(-1);
      await slack.waitFor(() => postsIn(slack, root.ts).length === 1);
      if (when === "after a restart") {
        await world.stopBridge();
        await world.startBridge();
      }

      expect(await parley.redeliver(callback)).toMatchObject({ delivered: true });

      await parley.userWrites(user.id, "Hello");
      await parley.userWrites(user.id, "Still there?");
      await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text === "Still there?");
      expect(textsIn(world, root.ts)).toEqual(["Hello", "Hello", "Still there?"]);
    },
  );

  it("goes on in the same thread after a restart", async () => {
    const world = await startWorld();
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

  it.each(
    (["body", "body.body", "body.message"] as const).flatMap((message) =>
      (["string", "number"] as const).map((id) => [message, id] as const),
    ),
  )("is found at %s, with ids as %s", async (message, id) => {
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
  const unannounced: FakeParleyOptions = { shapes: { handover: "none" } };

  it.each([
    "data",
    "data.owner",
    "data.owner.identification",
    "data.identification",
    "data.service",
    "data.service.identification",
    "data.services",
  ] satisfies OwnerShape[])(
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

  it("gets a thread with a warning when Parley does not tell the owner", async () => {
    const world = await startWorld({ parley: unannounced });
    const { user } = await writeWhileOwnerIsUnknown(world);

    const root = await world.slack.waitFor(() => rootsAbout(world.slack, user.id)[0]);
    expect(textOf(root)).toContain(":warning: Parley did not say whether this User is ours.");
  });

  it("gets none then if the operator wants that", async () => {
    const world = await startWorld({
      parley: unannounced,
      env: { PARLEY_OWNER_UNKNOWN: "ignore" },
    });
    const { user } = await writeWhileOwnerIsUnknown(world);

    await expect.poll(() => attemptsIn(world.log, `user/${user.id}`).length, PATIENCE).toBe(1);
    expect(rootsOf(world.slack)).toEqual([]);
  });

  async function writeWhileOwnerIsUnknown({ parley }: World): Promise<{ user: ParleyUser }> {
    const user = parley.createUser();
    await parley.handOver({ userId: user.id, to: parley.agentService.identification });
    parley.faults.add(`GET /users/${user.id}/owner`, { kind: "status", status: 400 });
    await parley.userWrites(user.id, "Hello?");
    return { user };
  }
});

describe("what nobody typed", () => {
  const SYSTEM = [
    ["an info message", 3, "Chat started"],
    ["a system message of the User", 4, "app opened"],
    ["a system message of the account", 5, "Chat closed"],
    ["user_registered", 1, "user_registered"],
  ] as const;

  it.each(SYSTEM)("opens no thread: %s", async (_what, typeId, message) => {
    const world = await startWorld();
    const user = ownedUser(world);

    await tell(world, user, { id: 1, typeId, message });

    await expect.poll(() => attemptsIn(world.log, `user/${user.id}`).length, PATIENCE).toBe(1);
    expect(rootsOf(world.slack)).toEqual([]);
    await tell(world, user, { id: 2, typeId: 1, message: "A person" });
    await world.slack.waitFor(() => rootsAbout(world.slack, user.id)[0]);
  });

  it.each(SYSTEM)("is a quiet line in an open thread: %s", async (_what, typeId, message) => {
    const world = await startWorld();
    const { user, root } = await handOver(world);

    await tell(world, user, { id: 1, typeId, message });

    const post = await world.slack.waitFor(() => postsIn(world.slack, root.ts)[0]);
    expect(post.blocks).toEqual([
      expect.objectContaining({
        type: "context",
        elements: [expect.objectContaining({ type: "mrkdwn", text: `:gear: ${message}` })],
      }),
    ]);
  });

  it("includes what the account itself sent: it appears nowhere", async () => {
    const world = await startWorld();
    const { user, root } = await handOver(world);
    const stranger = ownedUser(world);

    await tell(world, stranger, { id: 1, typeId: 2, message: "From the account" });
    await tell(world, user, { id: 2, typeId: 2, message: "From the account" });
    await tell(world, user, { id: 3, typeId: 1, message: "From the User" });

    await world.slack.waitFor(() => postsIn(world.slack, root.ts)[0]);
    await expect.poll(() => attemptsIn(world.log, `user/${stranger.id}`).length, PATIENCE).toBe(1);
    expect(textsIn(world, root.ts)).toEqual(["From the User"]);
    expect(rootsOf(world.slack)).toHaveLength(1);
  });

  function ownedUser({ parley }: World): ParleyUser {
    const user = parley.createUser();
    user.owner = parley.agentService.identification;
    return user;
  }

  const tell = ({ parley }: World, user: ParleyUser, message: object) =>
    parley.callback(parley.agentService.identification, {
      type: "message",
      body: { ...message, user: { id: user.id } },
    });
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

  it("of a User without a conversation shows nowhere", async () => {
    const world = await startWorld();
    const user = world.parley.createUser();
    user.owner = world.parley.agentService.identification;

    await world.parley.userTypes(user.id, "startTyping");

    await expect.poll(() => attemptsIn(world.log, `user/${user.id}`).length, PATIENCE).toBe(1);
    expect(world.slack.calls("assistant.threads.setStatus")).toEqual([]);
    expect(rootsOf(world.slack)).toEqual([]);
  });

  it("that Slack refuses to show holds up nothing", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    slack.faults.add("assistant.threads.setStatus", { kind: "status", status: 500 });

    await parley.userTypes(user.id, "startTyping");
    await parley.userWrites(user.id, "Hello");

    await slack.waitFor(() => postsIn(slack, root.ts)[0]);
    expect(slack.calls("assistant.threads.setStatus")).toHaveLength(1);
    expect(world.log.lines.filter(({ level }) => level === "error" || level === "warn")).toEqual(
      [],
    );
  });

  it("is not shown any more when the bridge comes to it too late", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    // The lane waits behind a message that Slack does not take.
    slack.faults.add("chat.postMessage", { kind: "refused" });
    await parley.userWrites(user.id, "Hello");
    await parley.userTypes(user.id, "startTyping");
    await world.stopBridge();
    slack.faults.clear();
    const database = await openState(world);
    const aged = await database.write(
      `UPDATE inbox SET body = json_set(body, '$.receivedAt', ?)
       WHERE state = 'waiting' AND body LIKE '%startTyping%' RETURNING seq`,
      Date.now() - 21_000,
    );
    await database.close();
    expect(aged).toHaveLength(1);

    await world.startBridge();
    await parley.userWrites(user.id, "Anybody?");

    await slack.waitFor(() => postsIn(slack, root.ts).at(-1)?.text === "Anybody?");
    expect(textsIn(world, root.ts)).toEqual(["Hello", "Anybody?"]);
    expect(slack.calls("assistant.threads.setStatus")).toEqual([]);
  });
});

describe("a User whom another Service takes", () => {
  it.each(["while the bridge runs", "after a restart"])(
    "is marked in root and thread, once, also when Parley says it again %s",
    async (when) => {
      const world = await startWorld({ parley: { rules: { callbackNonOwners: true } } });
      const { slack, parley } = world;
      const other = parley.addService({ name: "Night <shift>" });
      const { user, root } = await handOver(world);
      await parley.handOver({ userId: user.id, to: other.identification });
      const taken = {
        type: "action",
        body: {
          name: "handover",
          body: { newOwner: other.identification, metadata: { reason: "night" } },
          user: { id: user.id },
        },
      };
      const { callback } = await parley.callback(parley.agentService.identification, taken);

      await slack.waitFor(() => /\*Taken over\* by Night &lt;shift&gt;/.test(textOf(root)));
      expect(root.text).toMatch(/^Taken over: /);
      expect(textOf(root)).not.toContain("Hand back");
      await slack.waitFor(() => postsIn(slack, root.ts).length > 0);
      expect(textsIn(world, root.ts)).toEqual([
        ":arrow_right: This User is now with *Night &lt;shift&gt;*. Replies here no longer reach them.",
      ]);
      if (when === "after a restart") {
        await world.stopBridge();
        await world.startBridge();
      }

      await parley.redeliver(callback);
      await parley.userWrites(user.id, "To the night shift");

      await expect.poll(() => attemptsIn(world.log, `user/${user.id}`).length, PATIENCE).toBe(4);
      expect(postsIn(slack, root.ts)).toHaveLength(1);
      expect(rootsOf(slack)).toHaveLength(1);
    },
  );
});
