import { describe, expect, it } from "vitest";
import { DEFAULT_SCOPES } from "../../fakes/slack/identity.ts";
import { readyzNow } from "../support/readyz.ts";
import { sentTo } from "../support/sent.ts";
import { type HandedOver, handBack, handOver, PATIENCE } from "../support/steps.ts";
import { type Message, postsIn } from "../support/threads.ts";
import { startWorld, type World, type WorldOptions } from "../support/world.ts";

const MEMBERS = [
  { id: "U0ANNA", name: "anna", displayName: "Anna", imageUrl: "https://a.example/anna.png" },
  { id: "U0BEN", name: "ben", realName: "Ben Okafor", imageUrl: "https://a.example/ben.png" },
  { id: "U0CLEO", name: "cleo" },
];

/** Everybody writes one reply; resolves with who the User then sees, in order. */
async function everybodyWrites(world: World, userId: string, rootTs: string) {
  const { slack, parley } = world;
  const before = parley.sent(userId).length;
  for (const { id } of MEMBERS) await slack.post({ user: id, threadTs: rootTs, text: `by ${id}` });
  await parley.until(() => parley.sent(userId).length === before + MEMBERS.length);
  return parley
    .sent(userId)
    .slice(before)
    .map(({ agent }) => agent);
}

async function openThread(options: WorldOptions = {}) {
  const world = await startWorld({ ...options, slack: { members: MEMBERS, ...options.slack } });
  const { user, root } = await handOver(world);
  return { world, ...world, user, root };
}

describe("the agent whom a User sees", () => {
  it("has the name and picture of Slack, which is asked once for each", async () => {
    const { world, slack, user, root } = await openThread();
    const agents = await everybodyWrites(world, user.id, root.ts);
    expect(agents).toMatchObject([
      { name: "Anna", avatar: "https://a.example/anna.png" },
      { name: "Ben Okafor", avatar: "https://a.example/ben.png" },
      { name: "cleo" },
    ]);
    expect(await everybodyWrites(world, user.id, root.ts)).toEqual(agents);
    expect(slack.calls("users.info")).toHaveLength(MEMBERS.length);
  });

  it("has an alias where there is one, with the same id always", async () => {
    const aliases = {
      U0ANNA: "Support Fairy",
      U0BEN: { name: "Ben", avatar: "https://example.com/ben.png" },
    };
    const { world, parley, user, root } = await openThread({
      env: { AGENT_ALIASES: JSON.stringify(aliases) },
    });
    const agents = await everybodyWrites(world, user.id, root.ts);
    expect(agents.map((agent) => [agent?.name, agent?.avatar ?? null])).toEqual([
      ["Support Fairy", null],
      ["Ben", "https://example.com/ben.png"],
      ["cleo", expect.stringMatching(/^https:/)],
    ]);
    expect(new Set(agents.map((agent) => agent?.id)).size).toBe(3);
    await world.stopBridge();
    await world.startBridge({ AGENT_ALIASES: "" });
    const [anna] = await everybodyWrites(world, user.id, root.ts);
    expect(anna).toMatchObject({ name: "Anna", id: agents[0]?.id });
    await handBack(world, root);
    expect(parley.user(user.id).handovers.at(-1)?.metadata).toMatchObject({ handedBackBy: "Anna" });
  });

  it("is the same for the whole team if that is wanted, whatever the aliases say", async () => {
    const team = { name: "Acme Support", avatar: "https://example.com/acme.png" };
    const { world, parley, user, root } = await openThread({
      env: { TEAM_IDENTITY: JSON.stringify(team), AGENT_ALIASES: '{"U0ANNA": "Anna"}' },
    });
    const agents = await everybodyWrites(world, user.id, root.ts);
    expect(agents).toMatchObject([team, team, team]);
    expect(new Set(agents.map((agent) => agent?.id)).size).toBe(1);
    await handBack(world, root);
    expect(parley.user(user.id).handovers.at(-1)?.metadata).toMatchObject({
      handedBackBy: "Acme Support",
    });
  });

  it("has a whole number for an id, which Parley's iOS app needs, or none if that is wanted", async () => {
    const { world, parley, user, root } = await openThread();
    const sends = () =>
      parley.requests.filter(({ method, path }) => method === "POST" && path.endsWith("/messages"));
    const bodies = () =>
      sends().map(({ body }) => (body as { readonly agent: { readonly id?: unknown } }).agent);
    await everybodyWrites(world, user.id, root.ts);
    expect(bodies().every(({ id }) => Number.isInteger(id))).toBe(true);

    await world.stopBridge();
    await world.startBridge({ PARLEY_AGENT_FIELDS: "object-without-id" });
    await everybodyWrites(world, user.id, root.ts);
    expect(bodies().slice(MEMBERS.length)).toMatchObject([
      { name: "Anna", avatar: "https://a.example/anna.png" },
      { name: "Ben Okafor" },
      { name: "cleo" },
    ]);
    expect(bodies().filter((agent) => "id" in agent)).toHaveLength(MEMBERS.length);

    await world.stopBridge();
    await world.startBridge({ PARLEY_AGENT_FIELDS: "flat" });
    await everybodyWrites(world, user.id, root.ts);
    expect(sends().at(-1)?.body).toMatchObject({
      agentId: expect.any(Number),
      agentName: "cleo",
    });
  });

  it("has a name of one short line, whoever chose it, which is no Markdown in front of a text", async () => {
    const names = [
      "*Anna*\n\u202e# [x](https://evil.example)",
      `Ben ${"n".repeat(5_000)}`,
      "\u2060",
    ];
    const members = names.map((displayName, index) => ({
      id: `U${index}`,
      name: "m",
      displayName,
    }));
    const { world, slack, parley, user, root } = await openThread({
      slack: { members },
      env: { PARLEY_AGENT_FIELDS: "none" },
    });
    const write = async (agent: string, text: string) => {
      await slack.post({ user: agent, threadTs: root.ts, text });
      return await parley.until(() => sentTo(world, user.id).find((sent) => sent?.includes(text)));
    };
    expect(await write("U0", "one")).toBe(
      "\\*Anna\\* \\# \\[x\\](https:\u2060//evil.example): one",
    );
    const long = await write("U1", "two");
    expect(long).toMatch(/^Ben n+…: two$/);
    expect(long?.length).toBeLessThan(100);
    expect(await write("U2", "three")).toBe("m: three");

    await world.stopBridge();
    await world.startBridge({ PARLEY_AGENT_FIELDS: "object" });
    await slack.post({ user: "U0", threadTs: root.ts, text: "four" });
    await parley.until(() => sentTo(world, user.id).includes("four"));
    expect(parley.sent(user.id).at(-1)?.agent?.name).toBe("*Anna* # [x](https://evil.example)");
  });

  it("is a neutral one while Slack does not tell, and the reply goes all the same", async () => {
    const { slack, parley, user, root } = await openThread();
    slack.faults.add("users.info", { kind: "status", status: 500 });
    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Hello" });
    await parley.until(() => parley.sent(user.id)[0]);
    expect(parley.sent(user.id)[0]).toMatchObject({ message: "Hello", agent: { name: "Support" } });
  });
});

describe("the name of a User above their posts", () => {
  const SCOPE = "chat:write.customize";
  const authorsIn = ({ slack }: World, rootTs: string) =>
    postsIn(slack, rootTs).map(({ username, icons }) => [username, icons?.emoji]);

  it("cannot ping, and comes with a picture that stays the same", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const ada = await handOver(world, {
      user: parley.createUser({ additionalInformation: { name: "Ada <!channel>" } }),
    });
    const anonymous = await handOver(world);

    await parley.userWrites(ada.user.id, "one");
    await slack.waitFor(() => postsIn(slack, ada.root.ts).length === 1);
    await world.stopBridge();
    await world.startBridge();
    await parley.userWrites(ada.user.id, "two");
    await parley.userWrites(anonymous.user.id, "three");
    await slack.waitFor(() => postsIn(slack, ada.root.ts).length === 2);
    await slack.waitFor(() => postsIn(slack, anonymous.root.ts).length === 1);

    const [first, second] = authorsIn(world, ada.root.ts);
    expect(first).toEqual(["Ada &lt;!channel&gt;", expect.stringMatching(/^:[a-z_]+:$/)]);
    expect(second).toEqual(first);
    const [other] = authorsIn(world, anonymous.root.ts);
    expect(other?.[0]).toContain(anonymous.user.id);
    expect(slack.calls("chat.postMessage").filter(({ error }) => error)).toEqual([]);
  });

  it("makes no post a reply, nor has it read back as one", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    await parley.userWrites(user.id, "Hello?");
    await slack.waitFor(() => postsIn(slack, root.ts).length === 1);
    await world.stopBridge();
    await world.startBridge();
    await slack.post({ user: "U0ANNA", threadTs: root.ts, text: "Hello!" });
    await parley.until(() => sentTo(world, user.id).includes("Hello!"));
    expect(sentTo(world, user.id)).toEqual(["Hello!"]);
  });

  // Each replica finds out by itself, and says so.
  const featuresIn = ({ log }: World) =>
    log.lines.filter(({ event }) => event === "feature.off" || event === "feature.on");
  const refusedPosts = ({ slack }: World) =>
    slack.calls("chat.postMessage").filter(({ error }) => error);
  const write = async (world: World, { user, ts }: HandedOver, text: string) => {
    await world.parley.userWrites(user.id, text);
    const isIt = (post: Message) => post.text === text;
    const { username } = await world.slack.waitFor(() => postsIn(world.slack, ts).find(isIt));
    return username;
  };

  it("is missing where the app lacks the scope; a warning at the start says so, and all else works", async () => {
    const scopes = DEFAULT_SCOPES.filter((scope) => scope !== SCOPE);
    const world = await startWorld({ slack: { scopes }, replicas: 1 });
    const opened = await handOver(world);
    expect([await write(world, opened, "one"), await write(world, opened, "two")]).toEqual([
      undefined,
      undefined,
    ]);
    expect((await readyzNow(world)).status).toBe(200);
    expect(featuresIn(world)).toMatchObject([
      {
        level: "warn",
        event: "feature.off",
        fields: { scope: SCOPE, advice: expect.stringMatching(/SHOW_USER_IDENTITY=false\.$/) },
      },
    ]);
    expect(refusedPosts(world)).toEqual([]);
  });

  it("goes when the scope is taken away, with a warning and one post that Slack refuses, and comes back with it", async () => {
    const world = await startWorld({ replicas: 1 });
    const { slack, log } = world;
    const opened = await handOver(world);
    expect(await write(world, opened, "one")).toContain(opened.user.id);
    slack.state.scopes.delete(SCOPE);
    expect(await write(world, opened, "two")).toBeUndefined();
    expect(await write(world, opened, "three")).toBeUndefined();
    expect(refusedPosts(world)).toHaveLength(1);
    expect((await readyzNow(world)).status).toBe(200);
    expect(featuresIn(world).map(({ event }) => event)).toEqual(["feature.off"]);
    slack.state.scopes.add(SCOPE);
    expect((await readyzNow(world)).status).toBe(200);
    await slack.waitFor(() => featuresIn(world).some(({ event }) => event === "feature.on"));
    expect(await write(world, opened, "four")).toContain(opened.user.id);
    expect(log.lines.filter(({ event }) => event === "alarm.raised")).toEqual([]);
  });

  it("is not shown with SHOW_USER_IDENTITY=false, and its scope is not missed", async () => {
    const scopes = DEFAULT_SCOPES.filter((scope) => scope !== SCOPE);
    const world = await startWorld({ env: { SHOW_USER_IDENTITY: "false" }, slack: { scopes } });
    const opened = await handOver(world);
    expect(await write(world, opened, "one")).toBeUndefined();
    world.slack.state.scopes.add(SCOPE);
    await readyzNow(world);
    expect(await write(world, opened, "two")).toBeUndefined();
    expect(featuresIn(world).filter(({ level }) => level === "warn")).toEqual([]);
  });
});

describe("with GROUP_SECONDS", () => {
  const GROUPED = { GROUP_SECONDS: "1" };

  it("what a User writes within seconds is one post, each message with its time", async () => {
    const world = await startWorld({ env: GROUPED });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    for (const text of ["one", "two", "three"]) {
      await parley.userTypes(user.id, "startTyping");
      await parley.userWrites(user.id, text);
      await parley.userTypes(user.id, "stopTyping");
    }
    const post = await slack.waitFor(() => postsIn(slack, root.ts)[0]);
    expect(post.text).toBe("one\ntwo\nthree");
    expect(JSON.stringify(post.blocks).match(/<!date\^\d+\^\{time_secs\}/g)).toHaveLength(3);
    expect(post.username).toContain(user.id);
    // What the next wait ends with comes behind it, and alone.
    await parley.userWrites(user.id, "four");
    await slack.waitFor(() => postsIn(slack, root.ts).length === 2);
    expect(postsIn(slack, root.ts).map(({ text }) => text)).toEqual(["one\ntwo\nthree", "four"]);
  });

  it("messages of two Users never share a post", async () => {
    const world = await startWorld({ env: GROUPED });
    const { slack, parley } = world;
    const [ada, eve] = [await handOver(world), await handOver(world)];
    for (const n of [1, 2]) {
      await parley.userWrites(ada.user.id, `ada ${n}`);
      await parley.userWrites(eve.user.id, `eve ${n}`);
    }
    await slack.waitFor(() => postsIn(slack, ada.root.ts).length === 1);
    await slack.waitFor(() => postsIn(slack, eve.root.ts).length === 1);
    expect(postsIn(slack, ada.root.ts)[0]?.text).toBe("ada 1\nada 2");
    expect(postsIn(slack, eve.root.ts)[0]?.text).toBe("eve 1\neve 2");
  });

  it("what waits is posted once after a restart", async () => {
    const world = await startWorld({ env: { GROUP_SECONDS: "2" } });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    await (await parley.userWrites(user.id, "one")).delivered;
    await (await parley.userWrites(user.id, "two")).delivered;
    await world.stopBridge();
    expect(postsIn(slack, root.ts)).toEqual([]);
    await world.startBridge();
    await slack.waitFor(() => postsIn(slack, root.ts).length > 0, PATIENCE.timeout);
    expect(postsIn(slack, root.ts).map(({ text }) => text)).toEqual(["one\ntwo"]);
  });

  it("0, each message is a post of its own", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    for (const text of ["one", "two"]) await parley.userWrites(user.id, text);
    await slack.waitFor(() => postsIn(slack, root.ts).length === 2);
    expect(JSON.stringify(postsIn(slack, root.ts))).not.toContain("time_secs");
  });
});
