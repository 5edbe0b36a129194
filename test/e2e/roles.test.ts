import { describe, expect, it } from "vitest";
import type { Fault } from "../../fakes/http/faults.ts";
import { allTold, envelopeOf, press } from "../support/replies.ts";
import { sentTo } from "../support/sent.ts";
import { type HandedOver, handOver, openModal, PATIENCE } from "../support/steps.ts";
import { postsIn, reactionsOn, textsTo, toldTo } from "../support/threads.ts";
import { PEOPLE, SUPPORT, startTeams, type TeamInFile } from "../support/two-teams.ts";
import { startWorld, type World, type WorldOptions } from "../support/world.ts";

type Opened = World & HandedOver;

/** One team, Support, with a thread. */
async function openSupport(
  team: TeamInFile = SUPPORT,
  options: WorldOptions = {},
): Promise<Opened> {
  const world = await startTeams([team], options);
  return { ...world, ...(await handOver(world)) };
}

const write = ({ slack, ts: threadTs }: Opened, user: string, text: string) =>
  slack.post({ user, threadTs, text });

/** A reply of somebody who may answer goes behind all that was written before it. */
async function answers(opened: Opened, user: string, text = `From ${user}`): Promise<void> {
  await write(opened, user, text);
  await opened.parley.until(() => sentTo(opened, opened.user.id).includes(text));
}

/** Writes something that must stay inside; resolves once it is marked. */
async function staysInside(opened: Opened, user: string, text = `From ${user}`) {
  const { ts } = await write(opened, user, text);
  await expect.poll(() => reactionsOn(opened.slack, ts), PATIENCE).toEqual(["lock"]);
  expect(sentTo(opened, opened.user.id)).not.toContain(text);
  return ts;
}

const groupOf = ({ slack }: Pick<World, "slack">, id: string) => {
  const group = slack.state.usergroups.find((each) => each.id === id);
  if (!group) throw new Error(`There is no group ${id}`);
  return group;
};

const MINUTES_5 = 5 * 60_000;
const SECONDS_5 = 5_000;

describe("a reply", () => {
  it("goes from agents, by their group or by name, and from leads", async () => {
    const opened = await openSupport({ ...SUPPORT, agents: ["S0SUPPORT", "U0ZOE"] });
    for (const user of ["U0ANNA", "U0ZOE", "U0LEA"]) await answers(opened, user);
    expect(sentTo(opened, opened.user.id)).toHaveLength(3);
  });

  it("of anybody else stays inside with a lock, and they alone are told once why, and whom to ask", async () => {
    const opened = await openSupport();
    const { slack, ts } = opened;
    const written: string[] = [];
    for (let i = 0; i < 10; i++) written.push((await write(opened, "U0OTTO", `No ${i}`)).ts);
    for (const each of written) await slack.redeliver(envelopeOf(slack, each).event_id);
    await answers(opened, "U0ANNA");

    expect(sentTo(opened, opened.user.id)).toEqual(["From U0ANNA"]);
    for (const each of written) {
      await expect.poll(() => reactionsOn(slack, each), PATIENCE).toEqual(["lock"]);
    }
    const [told, ...more] = await allTold(opened, ts, "U0OTTO");
    expect(more).toEqual([]);
    expect(told).toMatch(/Not sent\..* with the team Support, and you are not one of its agents/);
    expect(told).toMatch(/You can ask @support-leads\..*stays inside/);
    expect(told).not.toMatch(/<[@!]/);
    expect(postsIn(slack, ts)).toEqual([]);
    expect(slack.state.ephemerals.map(({ user }) => user)).toEqual(["U0OTTO"]);
  });

  it("of the same person in another thread has them told there too", async () => {
    const opened = await openSupport();
    const other = { ...opened, ...(await handOver(opened)) };
    await staysInside(opened, "U0OTTO");
    await staysInside(other, "U0OTTO");
    for (const { ts } of [opened, other]) {
      expect(await allTold(opened, ts, "U0OTTO")).toHaveLength(1);
    }
  });

  it("goes from whoever has become an agent since, without another word", async () => {
    const opened = await openSupport();
    await staysInside(opened, "U0OTTO", "Before");
    groupOf(opened, "S0SUPPORT").users.push("U0OTTO");
    opened.advance(SECONDS_5);
    await answers(opened, "U0OTTO", "After");
    expect(sentTo(opened, opened.user.id)).toEqual(["After"]);
    expect(await allTold(opened, opened.ts, "U0OTTO")).toHaveLength(1);
  });

  it("goes from whoever was a guest and has become a member since, at whichever replica", async () => {
    const opened = await openSupport();
    await staysInside(opened, "U0GUEST", "As a guest");
    await staysInside(opened, "U0GUEST", "Still as a guest");
    Object.assign(opened.slack.state.users.get("U0GUEST") ?? {}, { isGuest: false });
    opened.advance(SECONDS_5);
    await answers(opened, "U0GUEST", "As a member");
    expect(sentTo(opened, opened.user.id)).toEqual(["As a member"]);
  });

  it("goes for some minutes from whoever is an agent no more, and then stays inside", async () => {
    const opened = await openSupport();
    await answers(opened, "U0ANNA", "First");
    groupOf(opened, "S0SUPPORT").users = ["U0BEN"];
    await answers(opened, "U0ANNA", "Second");
    opened.advance(MINUTES_5);
    await staysInside(opened, "U0ANNA", "Third");
    expect(await allTold(opened, opened.ts)).toEqual([expect.stringMatching(/@support-leads/)]);
    await answers(opened, "U0BEN");
  });

  it("of guests and people of other companies stays inside although they are in the group", async () => {
    const opened = await openSupport();
    await staysInside(opened, "U0GUEST");
    await staysInside(opened, "U0PARTNER");
    expect((await allTold(opened, opened.ts, "U0GUEST")).join()).toMatch(/Guests .*stays inside/);
    expect((await allTold(opened, opened.ts, "U0PARTNER")).join()).toMatch(/Only members/);
  });

  it("goes from the members of the channel where no agents are named, but from none of its guests", async () => {
    const opened = await openSupport(
      { name: "Support" },
      { slack: { limits: { membersPage: 2 } } },
    );
    for (const user of ["U0ANNA", "U0OTTO"]) await answers(opened, user);
    await staysInside(opened, "U0GUEST");
    await staysInside(opened, "U0PARTNER");
  });

  it("goes from nobody once the group has no members, which is said", async () => {
    const opened = await openSupport({ name: "Support", agents: ["S0SUPPORT"] });
    await answers(opened, "U0ANNA", "Before");
    groupOf(opened, "S0SUPPORT").users = [];
    opened.advance(MINUTES_5);
    await staysInside(opened, "U0ANNA");
    expect((await allTold(opened, opened.ts)).join()).toMatch(
      /nobody is an agent of that team now/,
    );
  });

  it("at the moment when the group loses its last member goes once or stays inside, and its writer sees which", async () => {
    const opened = await openSupport({ name: "Support", agents: ["S0SUPPORT"] });
    const { slack } = opened;
    await answers(opened, "U0ANNA", "Before");
    // What is known of the group has grown old, so it is asked for while the last one leaves.
    opened.advance(MINUTES_5);
    const writing = Promise.all(
      ["One", "Two", "Three"].map(async (text) => ({
        text,
        ...(await write(opened, "U0ANNA", text)),
      })),
    );
    groupOf(opened, "S0SUPPORT").users = [];
    const written = await writing;
    const isDecided = ({ ts }: { ts: string }) =>
      ["white_check_mark", "lock"].includes(reactionsOn(slack, ts).join());
    await expect.poll(() => written.every(isDecided), PATIENCE).toBe(true);
    const went = written.filter(({ ts }) => reactionsOn(slack, ts).join() === "white_check_mark");
    const inOrder = went.toSorted((a, b) => (a.ts < b.ts ? -1 : 1)).map(({ text }) => text);
    expect(sentTo(opened, opened.user.id)).toEqual(["Before", ...inOrder]);
    // Some minutes later none goes any more, on whichever replica.
    opened.advance(MINUTES_5);
    await staysInside(opened, "U0ANNA", "After");
    expect((await allTold(opened, opened.ts)).join()).toMatch(/nobody is an agent of that team/);
  });

  it("that was missed and is read back is judged as any other", async () => {
    const opened = await openSupport();
    const { slack } = opened;
    await answers(opened, "U0ANNA", "Before");
    const restore = slack.dropEvents(({ type }) => type === "message");
    const { ts } = await write(opened, "U0OTTO", "Missed");
    await write(opened, "U0ANNA", "Lost");
    restore();
    await opened.stopBridge();
    await opened.startBridge();
    await opened.parley.until(() => sentTo(opened, opened.user.id).includes("Lost"));
    expect(sentTo(opened, opened.user.id)).toEqual(["Before", "Lost"]);
    await expect.poll(() => reactionsOn(slack, ts), PATIENCE).toEqual(["lock"]);
    expect(await allTold(opened, opened.ts, "U0OTTO")).toHaveLength(1);
  });

  it("of a crowd of outsiders has Slack asked for the group hardly ever", async () => {
    const opened = await openSupport();
    await answers(opened, "U0ANNA");
    const before = opened.slack.calls("usergroups.users.list").length;
    for (let i = 0; i < 20; i++) await write(opened, "U0OTTO", `No ${i}`);
    await answers(opened, "U0ANNA", "Last");
    // Two groups, each once for each replica.
    const asked = opened.slack.calls("usergroups.users.list").length - before;
    expect(asked).toBeLessThanOrEqual(2 * opened.replicaUrls().length);
  });
});

describe("words that stay inside because their writer may not answer", () => {
  it("may be changed and deleted, without any question or word", async () => {
    const opened = await openSupport();
    const { slack } = opened;
    const ts = await staysInside(opened, "U0OTTO");
    await slack.edit({ user: "U0OTTO", ts, text: "Better" });
    await slack.edit({ user: "U0OTTO", ts, text: "note: better" });
    await slack.edit({ user: "U0OTTO", ts, text: "Best" });
    await slack.remove({ user: "U0OTTO", ts });
    await answers(opened, "U0ANNA");
    expect(sentTo(opened, opened.user.id)).toEqual(["From U0ANNA"]);
    expect(await allTold(opened, opened.ts, "U0OTTO")).toHaveLength(1);
  });

  it("are so too where they change what went while they were an agent, which they are told", async () => {
    const opened = await openSupport();
    const { slack, user, ts: thread } = opened;
    const { ts } = await write(opened, "U0ANNA", "At nine");
    await expect.poll(() => reactionsOn(slack, ts), PATIENCE).toEqual(["white_check_mark"]);
    groupOf(opened, "S0SUPPORT").users = ["U0BEN"];
    opened.advance(MINUTES_5);
    await slack.edit({ user: "U0ANNA", ts, text: "At ten" });
    const told = await slack.waitFor(() => toldTo(slack, "U0ANNA", thread)[0]);
    expect(told.text).toMatch(/with the team Support.*@support-leads.*stays inside/);
    await slack.edit({ user: "U0ANNA", ts, text: "At eleven" });
    await answers(opened, "U0BEN");
    expect(sentTo(opened, user.id)).toEqual(["At nine", "From U0BEN"]);
    expect(await allTold(opened, thread)).toHaveLength(1);
    // The User has what it says.
    expect(reactionsOn(slack, ts)).toEqual(["white_check_mark"]);
    const recorded = opened.log.lines.filter(({ event }) => event === "audit.recorded");
    expect(recorded.map(({ fields }) => fields)).toContainEqual(
      expect.objectContaining({ deed: "reply", agent: "U0ANNA", result: "refused" }),
    );
  });

  it("are offered for sending to whoever changes them as an agent", async () => {
    const opened = await openSupport();
    const ts = await staysInside(opened, "U0OTTO");
    groupOf(opened, "S0SUPPORT").users.push("U0OTTO");
    opened.advance(MINUTES_5);
    await opened.slack.edit({ user: "U0OTTO", ts, text: "Now" });
    const offered = await opened.slack.waitFor(() => toldTo(opened.slack, "U0OTTO", opened.ts)[1]);
    await press(opened, offered, "parley_send_again");
    await opened.parley.until(() => sentTo(opened, opened.user.id).includes("Now"));
  });

  it("are marked, and their writer is told once, where replies go on purpose only", async () => {
    const opened = await openSupport(SUPPORT, { env: { REPLY_MODE: "explicit" } });
    await staysInside(opened, "U0OTTO", "Just so");
    expect(await allTold(opened, opened.ts, "U0OTTO")).toEqual([
      expect.stringContaining("@support-leads"),
    ]);
    const recorded = opened.log.lines.filter(({ event }) => event === "audit.recorded");
    expect(recorded.map(({ fields }) => fields)).toContainEqual(
      expect.objectContaining({ deed: "reply", agent: "U0OTTO", result: "refused" }),
    );
    await staysInside(opened, "U0OTTO", "&gt;&gt; On purpose");
    await staysInside(opened, "U0OTTO", "&gt;&gt; Again");
    expect(await allTold(opened, opened.ts, "U0OTTO")).toEqual([
      expect.stringContaining("@support-leads"),
    ]);
    await write(opened, "U0ANNA", "&gt;&gt; Yes");
    await opened.parley.until(() => sentTo(opened, opened.user.id).includes("Yes"));
    expect(sentTo(opened, opened.user.id)).toEqual(["Yes"]);
  });

  it("offer nothing to undo", async () => {
    const opened = await openSupport(SUPPORT, { env: { UNDO_SECONDS: "1" } });
    await staysInside(opened, "U0OTTO");
    expect(await allTold(opened, opened.ts, "U0OTTO")).toEqual([
      expect.stringContaining("Not sent"),
    ]);
  });
});

/** All that can be the matter with the groups. */
const OUTAGES: readonly (readonly [string, (world: World) => void])[] = [
  ["answers 503", fault({ kind: "status", status: 503 })],
  ["asks to wait", fault({ kind: "rate-limited", retryAfterSeconds: 3_600 })],
  ["breaks the connection", fault({ kind: "refused" })],
  [
    "gives a page",
    fault({
      kind: "other-answer",
      isDone: false,
      write: (response) => void response.end("<html>Sign in</html>"),
    }),
  ],
  ["lacks the scope", ({ slack }) => void slack.state.scopes.delete("usergroups:read")],
  ["has a group no more", ({ slack }) => void slack.state.usergroups.splice(0)],
  [
    "has disabled the group",
    (world) => {
      groupOf(world, "S0SUPPORT").isDisabled = true;
    },
  ],
];

function fault(given: Fault): (world: World) => void {
  return ({ slack }) => slack.faults.add("usergroups.users.list", given);
}

describe.each(OUTAGES)("while Slack %s", (_, begin) => {
  it("those who were in stay in, and nobody else comes in, also after a restart", async () => {
    const opened = await openSupport();
    await answers(opened, "U0ANNA", "Before");
    begin(opened);
    opened.advance(MINUTES_5);
    await answers(opened, "U0ANNA", "During");
    await staysInside(opened, "U0OTTO");
    await opened.stopBridge();
    await opened.startBridge();
    await answers(opened, "U0ANNA", "After a restart");
    await staysInside(opened, "U0OTTO", "Again");
  });
});

describe("while Slack has never said who is in the groups", () => {
  it("those who are named may answer, and others are asked to try again", async () => {
    const teams = [{ name: "Support", agents: ["S0SUPPORT", "U0ZOE"] }];
    const world = await startTeams(teams, { stopped: true });
    const { slack } = world;
    slack.faults.add("usergroups.users.list", { kind: "status", status: 503 });
    await world.startBridge();
    const opened = { ...world, ...(await handOver(world)) };
    await answers(opened, "U0ZOE");

    const command = { channel: slack.channel, command: "/parley-owner", text: "" };
    const { ack } = await slack.command({ ...command, user: "U0ANNA" });
    expect(ack?.text).toMatch(/Slack does not say .* Try again/);
    expect(ack?.text).not.toContain(opened.user.id);

    const { ts } = await write(opened, "U0ANNA", "Wait for me");
    await expect
      .poll(() => world.log.lines.some(({ event }) => event === "members.not-read"), PATIENCE)
      .toBe(true);
    slack.faults.clear();
    opened.advance(30_000);
    await opened.parley.until(() => sentTo(opened, opened.user.id).includes("Wait for me"));
    await expect.poll(() => reactionsOn(slack, ts), PATIENCE).toContain("white_check_mark");
  });
});

describe("while Slack does not answer in time", () => {
  it("those act who were known to be in, and nobody else", async () => {
    const opened = await openSupport();
    const { slack, ts, user } = opened;
    await answers(opened, "U0ANNA");
    opened.advance(MINUTES_5);
    slack.faults.add("usergroups.users.list", { kind: "hang" });
    slack.faults.add("users.info", { kind: "hang" });
    const command = { channel: slack.channel, command: "/parley-owner", text: "" };

    expect((await slack.command({ ...command, user: "U0ANNA" })).ack?.text).toContain(user.id);
    const refused = await slack.command({ ...command, user: "U0OTTO" });
    expect(refused.status).toBe("delivered");
    expect(refused.ack?.text).not.toContain(user.id);
    const at = { channel: slack.channel, ts, callbackId: "parley_hand_back" };
    await slack.shortcut({ ...at, user: "U0OTTO" });
    await slack.waitFor(() => textsTo(slack, "U0OTTO")[1]);
    expect(slack.state.views.size).toBe(0);
    await openModal(slack, ts, { user: "U0ANNA" });
  });

  it("those act who were known before a restart", async () => {
    const opened = await openSupport();
    const { slack, user } = opened;
    await answers(opened, "U0ANNA");
    await opened.stopBridge();
    slack.faults.add("usergroups.users.list", { kind: "hang" });
    await opened.startBridge();
    const command = { channel: slack.channel, command: "/parley-owner", text: "" };
    expect((await slack.command({ ...command, user: "U0ANNA" })).ack?.text).toContain(user.id);
    const refused = await slack.command({ ...command, user: "U0OTTO" });
    expect(refused.ack?.text).toMatch(/Slack does not say right now/);
    expect(refused.ack?.text).not.toContain(user.id);
  });

  it("guests who were known before a restart see nothing, and are asked to try again", async () => {
    const opened = await openSupport();
    const { slack, user } = opened;
    await staysInside(opened, "U0GUEST");
    await opened.stopBridge();
    slack.faults.add("users.info", { kind: "hang" });
    await opened.startBridge();
    const command = { channel: slack.channel, command: "/parley-owner", text: "" };
    const { ack } = await slack.command({ ...command, user: "U0GUEST" });
    expect(ack?.text).toMatch(/Slack does not say right now/);
    expect(ack?.text).not.toContain(user.id);
  });

  it("guests of the channel stay out after a restart", async () => {
    const opened = await openSupport({ name: "Support" });
    const { slack } = opened;
    await answers(opened, "U0ANNA");
    await staysInside(opened, "U0GUEST");
    await opened.stopBridge();
    slack.faults.add("users.info", { kind: "status", status: 503 });
    await opened.startBridge();
    await staysInside(opened, "U0GUEST", "Again");
    await answers(opened, "U0ANNA", "Still here");
  });
});

it("nobody comes in of whom Slack has never told who they are, and they are asked to try again", async () => {
  const opened = await openSupport({ ...SUPPORT, agents: ["S0SUPPORT", "U0ZOE"] });
  const { slack, user } = opened;
  await answers(opened, "U0ANNA");
  slack.faults.add("users.info", { kind: "status", status: 503 });
  const ask = async (who: string) => {
    const command = { user: who, channel: slack.channel, command: "/parley-owner", text: user.id };
    return (await slack.command(command)).ack?.text;
  };
  for (const who of ["U0GUEST", "U0ZOE"]) expect(await ask(who)).toMatch(/Slack does not say/);
  expect(await ask("U0ANNA")).toContain(user.id);
  await answers(opened, "U0ANNA", "Still here");
});

describe("somebody who is in no team", () => {
  it("opens no form and presses no button", async () => {
    const opened = await openSupport();
    const { slack, parley, ts, user } = opened;
    const at = { user: "U0OTTO", channel: slack.channel, ts };
    await slack.shortcut({ ...at, callbackId: "parley_hand_back" });
    await slack.waitFor(() => textsTo(slack, "U0OTTO")[0]);
    await slack.click({ ...at, actionId: "parley_hand_back" });
    await slack.waitFor(() => textsTo(slack, "U0OTTO")[1]);
    expect(slack.state.views.size).toBe(0);
    // Where they pressed, not in the channel.
    const threads = slack.state.ephemerals.map(({ thread_ts }) => thread_ts);
    expect(threads).toEqual([ts, ts]);

    parley.faults.add(`POST /users/${user.id}/messages`, { kind: "status", status: 400 }, 1);
    await write(opened, "U0ANNA", "Refused");
    const failed = await slack.waitFor(() => postsIn(slack, ts)[0]);
    for (const actionId of ["parley_send_again", "parley_dismiss"]) {
      await slack.click({ ...at, ts: failed.ts, actionId });
    }
    await slack.waitFor(() => textsTo(slack, "U0OTTO")[3]);
    // The same as to what they write there.
    expect(new Set(textsTo(slack, "U0OTTO"))).toEqual(
      new Set([
        "This User is with the team Support, and you are not one of its agents. You can ask @support-leads.",
      ]),
    );
    await slack.click({
      user: "U0LEA",
      channel: slack.channel,
      ts: failed.ts,
      actionId: "parley_send_again",
    });
    await parley.until(() => sentTo(opened, user.id).includes("Refused"));
  });

  it("sees no User in the App Home, nor by the command", async () => {
    const { slack, user } = await openSupport();
    await slack.openHome({ user: "U0OTTO" });
    const home = await slack.waitFor(() => slack.state.homes.get("U0OTTO"));
    expect(JSON.stringify(home.blocks)).toMatch(/in none/);
    for (const text of ["", user.id, "services"]) {
      const command = { user: "U0OTTO", channel: slack.channel, command: "/parley-owner", text };
      const { ack } = await slack.command(command);
      expect(ack?.text).toMatch(/in none/);
      expect(ack?.text).not.toContain(user.id);
    }
  });

  it("keeps no reply inside with a lock", async () => {
    const opened = await openSupport();
    const { slack, parley, user } = opened;
    parley.faults.add(`GET /users/${user.id}/owner`, { kind: "status", status: 503 });
    const { ts } = await write(opened, "U0ANNA", "For the User");
    await slack.react({ user: "U0OTTO", ts, name: "lock" });
    parley.faults.clear();
    await parley.until(() => sentTo(opened, user.id).includes("For the User"));
  });
});

it("is all as it was without roles: whoever is in the workspace answers, and Slack is asked for nobody's groups", async () => {
  const world = await startWorld({ slack: PEOPLE });
  const opened = { ...world, ...(await handOver(world)) };
  await answers(opened, "U0OTTO");
  await staysInside(opened, "U0GUEST");
  expect(world.slack.calls("usergroups.users.list")).toEqual([]);
  expect(world.slack.calls("conversations.members")).toEqual([]);
});
