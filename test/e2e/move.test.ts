import { describe, expect, it } from "vitest";
import { identity } from "../../fakes/slack/identity.ts";
import { NO_RULES } from "../../src/config/desk-rules.ts";
import { png } from "../support/files.ts";
import { pressEntry } from "../support/press-entry.ts";
import { type HandedOver, handOver, PATIENCE } from "../support/steps.ts";
import { postsIn, reactionsOn, shownOf, textOf, textsTo, toldTo } from "../support/threads.ts";
import { SUPPORT, startTeams } from "../support/two-teams.ts";
import { startWorld, type World, type WorldOptions } from "../support/world.ts";

const BILLING = "C0BILLING";
const TEAM = { agents: "workspace", leads: undefined, allowShared: true, rules: NO_RULES } as const;

const twoTeams = (options: WorldOptions = {}): Promise<World> =>
  startWorld({
    ...options,
    slack: {
      channels: [
        { id: BILLING, name: "billing", members: ["U0ANNA", "U0BEN", identity.botUserId] },
      ],
    },
    config: {
      teams: [
        { name: "Support", channel: "C0SUPPORT", ...TEAM, when: undefined },
        { name: "Billing", channel: BILLING, ...TEAM, when: [] },
      ],
    },
  });

/** The roots in the other channel, oldest first. */
const rootsThere = ({ slack }: World) =>
  slack.state.messages.filter(
    ({ channel, thread_ts, bot_id }) =>
      channel === BILLING && bot_id === slack.botId && thread_ts === undefined,
  );

async function openForm(
  { slack }: World,
  ts: string,
  by: "shortcut" | "button" = "button",
  user = "U0ANNA",
) {
  const known = new Set(slack.state.views.keys());
  const at = { user, channel: slack.channel, ts };
  if (by === "shortcut") await slack.shortcut({ ...at, callbackId: "parley_move" });
  else await pressEntry(slack, "move", at);
  const { view } = await slack.waitFor(() =>
    [...slack.state.views.values()].find(({ view: { id } }) => !known.has(id)),
  );
  return view;
}

async function move(world: World, { ts }: HandedOver, note?: string) {
  const { slack } = world;
  const { id } = await openForm(world, ts);
  const values = { destination: "Billing", ...(note !== undefined && { note }) };
  const outcome = await slack.submitView({ user: "U0ANNA", viewId: id, values });
  expect(outcome.errors).toBeUndefined();
  await slack.waitFor(() =>
    slack.state.messages.some(({ text }) => /moved this User to \*Billing\*/.test(text)),
  );
  const [root] = rootsThere(world);
  if (!root) throw new Error("nothing opened");
  await slack.waitFor(() =>
    postsIn(slack, root.ts).some(({ text }) => /The conversation so far/.test(text)),
  );
  return root;
}

describe("moving a User to another team", () => {
  it("opens a thread in its channel, where the conversation goes on, and the User notices nothing", async () => {
    const world = await twoTeams();
    const { slack, parley } = world;
    const open = await handOver(world, {
      user: { additionalInformation: { name: "Ada" } },
      metadata: { reason: "refund", order: "A-1" },
    });
    const { user, ts } = open;
    await parley.userWrites(user.id, "Where is *my* money?");
    await parley.userWrites(user.id, {
      media: { name: "bill.png", mimeType: "image/png", bytes: png(500) },
    });
    await slack.waitFor(() =>
      slack.state.messages.some(({ files }) => files?.some(({ name }) => name === "bill.png")),
    );
    await slack.post({ user: "U0ANNA", threadTs: ts, text: "I ask my colleagues" });
    await parley.until(() => parley.sent(user.id).length === 1);
    await slack.post({ user: "U0BEN", threadTs: ts, text: "note: she is <!here> angry" });
    // A lock that comes too late changes nothing of what the User has.
    const { ts: sent } = await slack.post({ user: "U0ANNA", threadTs: ts, text: "One moment" });
    await expect.poll(() => reactionsOn(slack, sent), PATIENCE).toEqual(["white_check_mark"]);
    await slack.react({ user: "U0BEN", ts: sent, name: "lock" });

    const root = await move(world, open, "Please <b>look</b> at A-1");

    const words = shownOf(slack, root);
    expect(words).toContain("A-1");
    expect(words).toContain("from Support by <@U0ANNA>");
    expect(words).toContain(`/archives/${slack.channel}/p${ts.replace(".", "")}|earlier thread>`);
    const old = slack.state.messages.find((message) => message.ts === ts);
    expect(old && textOf(old)).toContain("*Moved* to Billing by <@U0ANNA>");
    expect(old && textOf(old)).not.toContain("Hand back");
    expect(postsIn(slack, ts).at(-1)?.text).toContain(
      `/archives/${BILLING}/p${root.ts.replace(".", "")}|a thread there>`,
    );
    const [note, soFar] = postsIn(slack, root.ts);
    expect(note?.text).toContain("Please &lt;b&gt;look&lt;/b&gt; at A-1");
    const shown = soFar ? textOf(soFar) : "";
    expect(shown).toMatch(/\*Ada\* ·.*\n>.*money\?/);
    expect(shown).toMatch(/:paperclip: <https?:[^|>]*\|bill\.png>/);
    expect(shown).toMatch(/\*Anna\* ·.*\n>I ask my colleagues/);
    expect(shown).toMatch(/\*Ben\* ·.*:lock: stayed inside\n>note: she is/);
    expect(shown).not.toContain("<!here>");
    expect(shown).toMatch(/\*Anna\* ·(?!.*:lock:).*\n>One moment/);

    await parley.userWrites(user.id, "Hello?");
    await slack.waitFor(() => postsIn(slack, root.ts).some(({ text }) => text === "Hello?"));
    const late = await slack.post({ user: "U0BEN", threadTs: ts, text: "Too late" });
    await slack.waitFor(() => toldTo(slack, "U0BEN", ts)[0]);
    expect(toldTo(slack, "U0BEN", ts)[0]?.text).toContain("was moved to Billing");
    await slack.post({ user: "U0BEN", channel: BILLING, threadTs: root.ts, text: "Hi, Ben here" });
    await parley.until(() => parley.sent(user.id).length === 3);
    expect(parley.sent(user.id).map(({ message }) => message)).toEqual([
      "I ask my colleagues",
      "One moment",
      "Hi, Ben here",
    ]);
    await expect
      .poll(
        () =>
          slack.state.messages
            .find(({ ts: own }) => own === late.ts)
            ?.reactions?.map(({ name }) => name),
        PATIENCE,
      )
      .toEqual(["x"]);
  });

  it("asks with a form whether by shortcut or button, which names the other teams only", async () => {
    const world = await twoTeams();
    const { ts } = await handOver(world);
    for (const by of ["button", "shortcut"] as const) {
      const { blocks } = await openForm(world, ts, by);
      const shown = JSON.stringify(blocks);
      expect(shown).toContain('"value":"Billing"');
      expect(shown).not.toContain('"value":"Support"');
    }
  });

  it("says in the old thread where to go on, to whoever wants something there", async () => {
    const world = await twoTeams();
    const { slack } = world;
    const open = await handOver(world);
    await world.parley.userWrites(open.user.id, "Hello");
    const form = await openForm(world, open.ts, "button", "U0BEN");
    await move(world, open);
    const values = { destination: "Billing", note: "Not lost" };
    const late = await slack.submitView({ user: "U0BEN", viewId: form.id, values });
    expect(late.errors?.destination).toContain("was moved to Billing");
    for (const callbackId of ["parley_hand_back", "parley_move"]) {
      await slack.shortcut({ user: "U0BEN", channel: slack.channel, ts: open.ts, callbackId });
    }
    await expect.poll(() => textsTo(slack, "U0BEN"), PATIENCE).toHaveLength(2);
    for (const text of textsTo(slack, "U0BEN")) expect(text).toContain("was moved to *Billing*");
  });
});

describe("at the moment of a move", () => {
  it("one of two who move the same User does it, and the other is told by whom and where", async () => {
    const world = await twoTeams();
    const { slack } = world;
    const { ts, user } = await handOver(world);
    const forms = [
      await openForm(world, ts, "button", "U0ANNA"),
      await openForm(world, ts, "shortcut", "U0BEN"),
    ];
    const submits = ["U0ANNA", "U0BEN"].map((agent, index) =>
      slack.submitView({
        user: agent,
        viewId: forms[index]?.id ?? "",
        values: { destination: "Billing", note: `From ${agent}` },
      }),
    );
    const refused = (await Promise.all(submits)).filter(({ errors }) => errors !== undefined);
    const told = () => [...textsTo(slack, "U0ANNA"), ...textsTo(slack, "U0BEN")];
    // Whoever sends the form off when the other is done is told there.
    const losers = () => [
      ...told().filter((text) => /was faster and moved them to \*Billing\*: </.test(text)),
      ...refused.map(({ errors }) => errors?.destination),
    ];
    await expect.poll(losers, PATIENCE).toHaveLength(1);
    await world.parley.userWrites(user.id, "Hello");
    await slack.waitFor(() =>
      slack.state.messages.some(({ channel, text }) => channel === BILLING && text === "Hello"),
    );
    expect(rootsThere(world)).toHaveLength(1);
  });

  it("a reply in the old thread goes once, or its writer is told where the User is", async () => {
    const world = await twoTeams();
    const { slack, parley } = world;
    const { ts, user } = await handOver(world);
    const { id } = await openForm(world, ts);
    const write = (text: string) => slack.post({ user: "U0BEN", threadTs: ts, text });
    const [before] = await Promise.all([
      write("With the form"),
      slack.submitView({ user: "U0ANNA", viewId: id, values: { destination: "Billing" } }),
    ]);
    const root = await slack.waitFor(() => rootsThere(world)[0]);
    const after = await write("Behind the root");
    await slack.post({ user: "U0BEN", channel: BILLING, threadTs: root.ts, text: "There" });
    await parley.until(() => parley.sent(user.id).some(({ message }) => message === "There"));
    await expect.poll(() => reactionsOn(slack, after.ts), PATIENCE).toEqual(["x"]);
    // Which of both was first Slack's times tell.
    const isInTime = before.ts < root.ts;
    const mark = isInTime ? "white_check_mark" : "x";
    await expect.poll(() => reactionsOn(slack, before.ts), PATIENCE).toEqual([mark]);
    expect(parley.sent(user.id).map(({ message }) => message)).toEqual([
      ...(isInTime ? ["With the form"] : []),
      "There",
    ]);
    expect(rootsThere(world)).toHaveLength(1);
  });

  it("what waits in the old thread goes before what is written in the new one", async () => {
    const world = await twoTeams({ env: { RETRY_FIRST_MS: "100" } });
    const { slack, parley } = world;
    const open = await handOver(world);
    const { user, ts } = open;
    await parley.userWrites(user.id, "Hello");
    await slack.waitFor(() => postsIn(slack, ts).some(({ text }) => text === "Hello"));
    const owner = `GET /users/${user.id}/owner`;
    parley.faults.add(owner, { kind: "status", status: 503 });
    await slack.post({ user: "U0ANNA", threadTs: ts, text: "One" });
    await slack.post({ user: "U0ANNA", threadTs: ts, text: "Two" });
    const root = await move(world, open);
    const late = await slack.post({ user: "U0BEN", threadTs: ts, text: "Too late" });
    await slack.post({ user: "U0BEN", channel: BILLING, threadTs: root.ts, text: "Three" });
    expect(parley.sent(user.id)).toEqual([]);
    parley.faults.clear();
    await parley.until(() => parley.sent(user.id).length === 3);
    expect(parley.sent(user.id).map(({ message }) => message)).toEqual(["One", "Two", "Three"]);
    await expect.poll(() => reactionsOn(slack, late.ts), PATIENCE).toContain("x");
    // The mark comes first.
    await expect
      .poll(() => toldTo(slack, "U0BEN", ts).map(({ text }) => text), PATIENCE)
      .toEqual([expect.stringContaining("was moved to Billing")]);
  });

  it("nothing is lost or doubled when the bridge is stopped in the middle", async () => {
    const world = await twoTeams({ env: { RETRY_FIRST_MS: "100" } });
    const { slack, parley } = world;
    const open = await handOver(world);
    await parley.userWrites(open.user.id, "Hello");
    await slack.waitFor(() => postsIn(slack, open.ts).some(({ text }) => text === "Hello"));
    slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);
    const { id } = await openForm(world, open.ts);
    await slack.submitView({ user: "U0ANNA", viewId: id, values: { destination: "Billing" } });
    const root = await slack.waitFor(() => rootsThere(world)[0]);
    await world.stopBridge();
    await slack.post({ user: "U0BEN", channel: BILLING, threadTs: root.ts, text: "Already here" });
    await world.startBridge();
    await parley.userWrites(open.user.id, "Are you there?");
    await parley.until(() => parley.sent(open.user.id).length === 1);
    await slack.waitFor(() => postsIn(slack, root.ts).some(({ text }) => /Are you/.test(text)));
    expect(rootsThere(world)).toHaveLength(1);
    expect(postsIn(slack, open.ts).filter(({ text }) => /moved this User/.test(text))).toHaveLength(
      1,
    );
  });
});

describe("with people who have roles", () => {
  const LED = { name: "Billing", channel: BILLING, agents: ["S0BILLING"], leads: ["U0ZOE"] };
  const withRoles = () => startTeams([{ ...LED, when: [{ reason: ["refund*"] }] }, SUPPORT]);

  it("agents of the team that has the User may, and leads of the one that gets them; others are told whom to ask", async () => {
    const world = await withRoles();
    const { slack } = world;
    const { ts } = await handOver(world);
    const submit = async (user: string) => {
      const { id } = await openForm(world, ts, "button", user);
      return await slack.submitView({ user, viewId: id, values: { destination: "Billing" } });
    };
    // Whoever is of no team sees no form, and no more does an agent of another one.
    for (const user of ["U0OTTO", "U0BEN"]) {
      await pressEntry(slack, "move", { user, channel: slack.channel, ts });
      await expect.poll(() => textsTo(slack, user), PATIENCE).toHaveLength(1);
    }
    expect(textsTo(slack, "U0BEN").join()).toMatch(/with the team Support.*@support/);
    expect(slack.state.views.size).toBe(0);
    const refused = world.log.lines.filter(({ event }) => event === "audit.recorded");
    expect(refused.map(({ fields }) => fields)).toContainEqual(
      expect.objectContaining({ deed: "button", agent: "U0BEN", result: "refused" }),
    );
    expect((await submit("U0ZOE")).errors).toBeUndefined();
    await slack.waitFor(() => rootsThere(world)[0]);
  });

  it("nobody may who has the form open and is no agent any more", async () => {
    const world = await withRoles();
    const { slack } = world;
    const { ts } = await handOver(world);
    const { id } = await openForm(world, ts);
    const group = slack.state.usergroups.find((each) => each.id === "S0SUPPORT");
    if (group) group.users = ["U0LEA"];
    slack.state.usergroups.find((each) => each.id === "S0BILLING")?.users.push("U0ANNA");
    world.advance(5 * 60_000);
    const values = { destination: "Billing" };
    const { errors } = await slack.submitView({ user: "U0ANNA", viewId: id, values });
    expect(errors?.destination).toMatch(/with the team Support.*@support/);
    expect(rootsThere(world)).toEqual([]);
  });

  it("leads of another team are offered that one only", async () => {
    const night = { name: "Night", agents: ["S0BILLING"], when: [{ reason: ["night*"] }] };
    const world = await startTeams(
      [{ ...LED, when: [{ reason: ["refund*"] }] }, { ...night, channel: "C0NIGHT" }, SUPPORT],
      {
        slack: {
          channels: [
            { id: BILLING, name: "billing", members: [identity.botUserId] },
            { id: "C0NIGHT", name: "night", members: [identity.botUserId] },
          ],
        },
      },
    );
    const { ts } = await handOver(world);
    const offered = async (user: string) =>
      JSON.stringify(await openForm(world, ts, "button", user)).match(/Billing|Night/g);
    expect(new Set(await offered("U0ZOE"))).toEqual(new Set(["Billing"]));
    expect(new Set(await offered("U0ANNA"))).toEqual(new Set(["Billing", "Night"]));
  });

  it("what an agent wrote before the move goes, though another team has the User when its turn comes", async () => {
    const world = await withRoles();
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    parley.faults.add(`GET /users/${user.id}/owner`, { kind: "status", status: 503 });
    await slack.post({ user: "U0ANNA", threadTs: ts, text: "From Support" });
    const { id } = await openForm(world, ts);
    await slack.submitView({ user: "U0ANNA", viewId: id, values: { destination: "Billing" } });
    const root = await slack.waitFor(() => rootsThere(world)[0]);
    await slack.waitFor(() => postsIn(slack, ts).some(({ text }) => /moved this User/.test(text)));
    const inside = await slack.post({
      user: "U0ANNA",
      channel: BILLING,
      threadTs: root.ts,
      text: "An advice",
    });
    await slack.post({ user: "U0BEN", channel: BILLING, threadTs: root.ts, text: "From Billing" });
    parley.faults.clear();
    await parley.until(() => parley.sent(user.id).length === 2);
    expect(parley.sent(user.id).map(({ message }) => message)).toEqual([
      "From Support",
      "From Billing",
    ]);
    await expect.poll(() => reactionsOn(slack, inside.ts), PATIENCE).toContain("lock");
  });
});

describe("/parley-owner … move", () => {
  const ask = async ({ slack }: World, text: string, user = "U0ANNA"): Promise<string> => {
    const before = slack.state.ephemerals.length;
    await slack.command({ user, channel: slack.channel, command: "/parley-owner", text });
    return slack.state.ephemerals[before]?.text ?? "";
  };

  it("moves by the whole name of a team, however it is written", async () => {
    const world = await twoTeams();
    const { user, ts } = await handOver(world);
    expect(await ask(world, `${user.id} MOVE  billing`)).toContain("goes to *Billing*");
    await world.slack.waitFor(() =>
      postsIn(world.slack, ts).some(({ text }) => /moved this User/.test(text)),
    );
    expect(await ask(world, `${user.id} move Billing`)).toContain("is with Billing already");
  });

  it("offers those that are near, and moves at a click", async () => {
    const world = await twoTeams();
    const { slack } = world;
    const { user } = await handOver(world);
    expect(await ask(world, `${user.id} move night`)).toContain("Teams: *Support*, *Billing*");
    expect(await ask(world, `${user.id} move bill`)).toContain("Was this one meant");
    expect(rootsThere(world)).toEqual([]);
    const offer = slack.state.ephemerals.at(-1);
    await slack.click({
      user: "U0ANNA",
      channel: slack.channel,
      ts: offer?.ts ?? "",
      actionId: "parley_move_to/0",
    });
    await slack.waitFor(() => rootsThere(world)[0]);
    expect(slack.state.ephemerals.at(-1)?.text).toContain("goes to *Billing*");
  });

  it("says so where nothing can be moved", async () => {
    const world = await twoTeams();
    const { user } = await handOver(world);
    expect(await ask(world, "99999 move Billing")).toContain("no open conversation");
    expect(await ask(world, `${user.id} move Support`)).toContain("is with Support already");
  });

  it("says that there is only one team, unless that is the name of a Service", async () => {
    const world = await startWorld();
    const { parley } = world;
    const service = parley.addService({ name: "Move Billing" });
    const { user, root, ts } = await handOver(world);
    expect(textOf(root)).not.toContain("Move…");
    expect(await ask(world, `${user.id} move somewhere`)).toContain("only one team");
    await world.slack.shortcut({
      user: "U0BEN",
      channel: world.slack.channel,
      ts,
      callbackId: "parley_move",
    });
    await expect.poll(() => textsTo(world.slack, "U0BEN"), PATIENCE).toHaveLength(1);
    expect(textsTo(world.slack, "U0BEN")[0]).toContain("only one team");
    await ask(world, `${user.id} move billing`);
    await expect.poll(() => parley.user(user.id).owner, PATIENCE).toBe(service.identification);
  });
});
