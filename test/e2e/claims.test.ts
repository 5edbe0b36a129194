import { describe, expect, it } from "vitest";
import { pressEntry } from "../support/press-entry.ts";
import { allTold, press } from "../support/replies.ts";
import { sentTo } from "../support/sent.ts";
import { type HandedOver, handOver, PATIENCE, writeFirst } from "../support/steps.ts";
import { postsIn, reactionsOn, textOf, textsTo, toldTo } from "../support/threads.ts";
import { SUPPORT, startTeams, type TeamInFile } from "../support/two-teams.ts";
import type { World } from "../support/world.ts";

/** Support, whose agents are Anna and Ben, and whose lead is Lea. */
const TEAM = { ...SUPPORT, agents: ["S0SUPPORT", "U0BEN"] } satisfies TeamInFile;

type Opened = World & HandedOver;

async function openSupport(team: TeamInFile = TEAM): Promise<Opened> {
  const world = await startTeams([team]);
  return { ...world, ...(await handOver(world)) };
}

const rootOf = ({ slack, ts }: Opened) => {
  const root = slack.state.messages.find((message) => message.ts === ts);
  if (!root) throw new Error("There is no root");
  return root;
};

const at = ({ slack, ts }: Opened, user: string) => ({ user, channel: slack.channel, ts });

const click = (opened: Opened, user: string, actionId: string) =>
  opened.slack.click({ ...at(opened, user), actionId });

const says = (opened: Opened, what: RegExp) =>
  opened.slack.waitFor(() =>
    postsIn(opened.slack, opened.ts).find((post) => what.test(textOf(post))),
  );

const offers = (opened: Opened, actionId: string) =>
  expect
    .poll(() => JSON.stringify(rootOf(opened).blocks), PATIENCE)
    .toContain(`"action_id":"${actionId}"`);

async function openAssign(opened: Opened, user: string) {
  const known = new Set(opened.slack.state.views.keys());
  await pressEntry(opened.slack, "assign", at(opened, user));
  const { view } = await opened.slack.waitFor(() =>
    [...opened.slack.state.views.values()].find(({ view: { id } }) => !known.has(id)),
  );
  return view;
}

const assign = async (opened: Opened, user: string, to: string, note?: string) => {
  const { id } = await openAssign(opened, user);
  const values = { agent: to, ...(note !== undefined && { note }) };
  return await opened.slack.submitView({ user, viewId: id, values });
};

type Blocks = ReturnType<typeof rootOf>["blocks"];

/** Presses a button of a root that somebody's screen shows as it was. */
async function pressStale(opened: Opened, blocks: Blocks, user: string, actionId: string) {
  const root = rootOf(opened);
  const { blocks: current } = root;
  Object.assign(root, { blocks });
  await click(opened, user, actionId);
  Object.assign(root, { blocks: current });
}

/** Anna takes the User; Ben, whose screen does not show that yet, presses *Take* too. Resolves with what he is offered. */
async function takeAfterAnna(opened: Opened) {
  const { slack, ts } = opened;
  const { blocks } = rootOf(opened);
  await click(opened, "U0ANNA", "parley_take");
  await offers(opened, "parley_release");
  await pressStale(opened, blocks, "U0BEN", "parley_take");
  return await slack.waitFor(() => toldTo(slack, "U0BEN", ts)[0]);
}

describe("who answers a User", () => {
  it("is whoever presses Take until they release; the root offers what can be done", async () => {
    const opened = await openSupport();
    await offers(opened, "parley_take");
    await click(opened, "U0ANNA", "parley_take");
    await says(opened, /<@U0ANNA> answers this User\./);
    await offers(opened, "parley_release");
    expect(JSON.stringify(rootOf(opened).blocks)).not.toContain('"parley_take"');
    await click(opened, "U0ANNA", "parley_release");
    await says(opened, /<@U0ANNA> released this User: nobody answers now/);
    await offers(opened, "parley_take");
  });

  it("is one of several who press Take at the same moment, and the others are told who", async () => {
    const opened = await openSupport();
    const people = ["U0ANNA", "U0BEN", "U0LEA"];
    await Promise.all(people.map((user) => click(opened, user, "parley_take")));
    const post = await says(opened, /answers this User\./);
    const [, winner = ""] = /<@(\w+)>/.exec(textOf(post)) ?? [];
    for (const user of people.filter((each) => each !== winner)) {
      const told = await opened.slack.waitFor(() => toldTo(opened.slack, user, opened.ts)[0]);
      expect(told.text).toContain(`<@${winner}>`);
    }
    expect(toldTo(opened.slack, winner, opened.ts)).toEqual([]);
    const posts = postsIn(opened.slack, opened.ts).map(textOf);
    expect(posts.filter((text) => /answers this User/.test(text))).toHaveLength(1);
  });

  it("is whoever answers first, and a colleague who takes is asked whether to answer instead", async () => {
    const opened = await openSupport();
    const { slack, parley, ts, user } = opened;
    await slack.post({ user: "U0ANNA", threadTs: ts, text: "Hello" });
    await parley.until(() => sentTo(opened, user.id).includes("Hello"));
    await expect
      .poll(async () => {
        await click(opened, "U0BEN", "parley_take").catch(() => undefined);
        return toldTo(slack, "U0BEN", ts).length;
      }, PATIENCE)
      .toBeGreaterThan(0);
    const [told] = toldTo(slack, "U0BEN", ts);
    if (!told) throw new Error("nobody was told");
    expect(told.text).toContain("<@U0ANNA>");
    if (/already/.test(told.text)) {
      await press(opened, told, "parley_take_from");
      await says(opened, /<@U0BEN> answers this User instead of <@U0ANNA>/);
    }
  });

  it("is a colleague to whom somebody gives the User with a note", async () => {
    const opened = await openSupport();
    const { slack } = opened;
    expect(
      (await assign(opened, "U0ANNA", "U0BEN", "Knows <b>refunds</b>")).errors,
    ).toBeUndefined();
    const post = await says(opened, /<@U0ANNA> gave this User to <@U0BEN>/);
    expect(textOf(post)).toContain("Knows &lt;b&gt;refunds&lt;/b&gt;");
    const direct = await slack.waitFor(() =>
      slack.state.messages.find(({ text }) => /<@U0ANNA> asks you to answer/.test(text)),
    );
    expect(direct.text).toContain(`/p${opened.ts.replace(".", "")}|`);
  });

  it("is nobody who is no agent of the team, and nobody else lets a colleague's User go", async () => {
    const opened = await openSupport();
    const { slack, ts } = opened;
    for (const stranger of ["U0OTTO", "U0GUEST", "U0PARTNER"]) {
      const { errors } = await assign(opened, "U0ANNA", stranger);
      expect(errors?.agent, stranger).toMatch(/not one of the agents of the team Support/);
    }
    for (const stranger of ["U0OTTO", "U0GUEST", "U0PARTNER"]) {
      await click(opened, stranger, "parley_take");
      await slack.waitFor(() => textsTo(slack, stranger)[0]);
    }
    await click(opened, "U0ANNA", "parley_take");
    await offers(opened, "parley_release");
    await click(opened, "U0BEN", "parley_release");
    const told = await slack.waitFor(() => toldTo(slack, "U0BEN", ts)[0]);
    expect(told.text).toContain("those who lead the team Support");
    await click(opened, "U0LEA", "parley_release");
    await says(opened, /<@U0LEA> released this User, whom <@U0ANNA> had/);
  });

  it("is not changed by a form that was opened before somebody took the User", async () => {
    const opened = await openSupport();
    const { id } = await openAssign(opened, "U0BEN");
    await click(opened, "U0ANNA", "parley_take");
    await says(opened, /<@U0ANNA> answers this User/);
    const values = { agent: "U0LEA" };
    const outcome = await opened.slack.submitView({ user: "U0BEN", viewId: id, values });
    expect(outcome.errors?.agent).toMatch(/somebody has taken this User/);
  });

  it("is still a colleague who has taken the User since Release was shown to somebody", async () => {
    const opened = await openSupport({ name: "Support", agents: ["U0ANNA", "U0BEN"] });
    const { slack, ts } = opened;
    const told = await takeAfterAnna(opened);
    const { blocks } = rootOf(opened);
    await press(opened, told, "parley_take_from");
    await says(opened, /<@U0BEN> answers this User instead of <@U0ANNA>/);
    await pressStale(opened, blocks, "U0ANNA", "parley_release");
    const refused = await slack.waitFor(() => toldTo(slack, "U0ANNA", ts)[0]);
    expect(refused.text).toMatch(/somebody has taken this User/);
    expect(postsIn(slack, ts).map(textOf).join()).not.toContain("released this User");
  });

  it("is told in the thread that they came too late to answer instead", async () => {
    const opened = await openSupport();
    const { slack, ts } = opened;
    const told = await takeAfterAnna(opened);
    await click(opened, "U0ANNA", "parley_release");
    await says(opened, /<@U0ANNA> released this User/);
    await press(opened, told, "parley_take_from");
    const late = /somebody has taken this User or released them/;
    await slack.waitFor(() => toldTo(slack, "U0BEN", ts).some(({ text }) => late.test(text)));
  });

  it("may be whoever assigns the User to themselves, with the note that they wrote", async () => {
    const opened = await openSupport();
    await assign(opened, "U0ANNA", "U0ANNA", "I know the case");
    const post = await says(opened, /<@U0ANNA> answers this User\./);
    expect(textOf(post)).toContain("I know the case");
  });
});

describe("two who answer the same User", () => {
  it("are both told where the team has it so", async () => {
    const opened = await openSupport({ ...TEAM, collision: "warn" });
    const { slack, parley, ts, user } = opened;
    await writeFirst(slack, { user: "U0ANNA", threadTs: ts, text: "Anna" });
    await slack.post({ user: "U0BEN", threadTs: ts, text: "Ben" });
    await parley.until(() => sentTo(opened, user.id).length === 2);
    await slack.waitFor(() => toldTo(slack, "U0BEN", ts)[0]);
    await slack.waitFor(() => toldTo(slack, "U0ANNA", ts)[0]);
    expect((await allTold(opened, ts, "U0BEN")).join()).toContain("<@U0ANNA> answers this User");
    expect((await allTold(opened, ts)).join()).toContain("<@U0BEN> has written to this User too");
  });

  it("are one where the team holds the second back, until its writer says so, also after a restart", async () => {
    const opened = await openSupport({ ...TEAM, collision: "hold" });
    const { slack, parley, ts, user } = opened;
    await writeFirst(slack, { user: "U0ANNA", threadTs: ts, text: "Anna" });
    const { ts: second } = await slack.post({ user: "U0BEN", threadTs: ts, text: "Ben" });
    const told = await slack.waitFor(() => toldTo(slack, "U0BEN", ts)[0]);
    expect(told.text).toContain("Not sent: <@U0ANNA> answers this User");
    await expect.poll(() => reactionsOn(slack, second), PATIENCE).toEqual(["lock"]);
    await slack.edit({ user: "U0BEN", ts: second, text: "Ben, better" });
    await opened.stopBridge();
    await opened.startBridge();
    expect(sentTo(opened, user.id)).toEqual(["Anna"]);
    await press(opened, told, "parley_send_again");
    await parley.until(() => sentTo(opened, user.id).length === 2);
    expect(sentTo(opened, user.id)).toEqual(["Anna", "Ben, better"]);
    await expect.poll(() => reactionsOn(slack, second), PATIENCE).toEqual(["white_check_mark"]);
  });
});

describe("/parley-owner with a User and a word", () => {
  /** Resolves with what only they see, and where it offers something to press. */
  async function type({ slack }: Opened, user: string, text: string) {
    const before = textsTo(slack, user).length;
    const channel = slack.channel;
    await slack.command({ user, channel, command: "/parley-owner", text });
    return await slack.waitFor(() => {
      const told = slack.state.ephemerals.filter((each) => each.user === user)[before];
      return told && !/is slow right now/.test(told.text) ? told : undefined;
    });
  }

  it("takes and releases as the buttons do, and says where that shows", async () => {
    const opened = await openSupport();
    const { user, ts } = opened;
    const heard = await type(opened, "U0ANNA", `${user.id} take`);
    expect(heard.text).toContain(`the thread of User ${user.id} says in a moment`);
    expect(heard.text).toContain(`p${ts.replace(".", "")}|open thread>`);
    await says(opened, /<@U0ANNA> answers this User\./);
    expect((await type(opened, "U0ANNA", `${user.id} TAKE`)).text).toMatch(/You answer this User/);
    await type(opened, "U0ANNA", `${user.id} release`);
    await says(opened, /<@U0ANNA> released this User: nobody answers now/);
    expect((await type(opened, "U0ANNA", `${user.id} release`)).text).toMatch(/nothing to release/);
  });

  it("offers to answer in the place of a colleague, and lets only leads release them", async () => {
    const opened = await openSupport();
    const { user } = opened;
    await type(opened, "U0ANNA", `${user.id} take`);
    await says(opened, /<@U0ANNA> answers this User\./);
    const refused = await type(opened, "U0BEN", `${user.id} release`);
    expect(refused.text).toContain("those who lead the team Support");
    const offer = await type(opened, "U0BEN", `${user.id} take`);
    expect(offer.text).toContain("<@U0ANNA> answers this User already");
    await press(opened, offer, "parley_take_from");
    await says(opened, /<@U0BEN> answers this User instead of <@U0ANNA>/);
    await type(opened, "U0LEA", `${user.id} release`);
    await says(opened, /<@U0LEA> released this User, whom <@U0BEN> had/);
  });

  it("lets one of several win who take at the same moment, and tells the others who", async () => {
    const opened = await openSupport();
    const { user, slack, ts } = opened;
    const people = ["U0ANNA", "U0BEN", "U0LEA"];
    const channel = slack.channel;
    const text = `${user.id} take`;
    await Promise.all(
      people.map((each) => slack.command({ user: each, channel, command: "/parley-owner", text })),
    );
    const post = await says(opened, /answers this User\./);
    const [, winner = ""] = /<@(\w+)>/.exec(textOf(post)) ?? [];
    for (const loser of people.filter((each) => each !== winner)) {
      await slack.waitFor(() => textsTo(slack, loser).some((told) => told.includes(winner)));
    }
    const posts = postsIn(slack, ts).map(textOf);
    expect(posts.filter((each) => /answers this User/.test(each))).toHaveLength(1);
  });

  it.each(["U0BEN", "<@U0BEN|ben>", "Ben", "@ben"])("assigns to %s, who is told", async (whom) => {
    const opened = await openSupport();
    await type(opened, "U0ANNA", `${opened.user.id} assign ${whom}`);
    await says(opened, /<@U0ANNA> gave this User to <@U0BEN>/);
    await opened.slack.waitFor(() =>
      opened.slack.state.messages.find(({ text }) => /<@U0ANNA> asks you to answer/.test(text)),
    );
  });

  it("assigns to nobody on a guess, and to nobody who is no agent of the team", async () => {
    const opened = await openSupport();
    const { user, slack } = opened;
    const answers = async (by: string, whom: string) =>
      (await type(opened, by, `${user.id} assign ${whom}`)).text;
    expect(await answers("U0ANNA", "Be")).toMatch(/Nobody of \*Support\* is called Be, or/);
    expect(await answers("U0ANNA", "otto")).toMatch(/Nobody of \*Support\* is called otto, or/);
    expect(await answers("U0ANNA", "U0OTTO")).toMatch(/not one of the agents of the team Support/);
    expect(await answers("U0OTTO", "U0BEN")).toMatch(/for agents of a team/);
    const [last] = slack.state.messages.filter(({ text }) => /gave this User/.test(text));
    expect(last).toBeUndefined();
  });

  it("says so of a User who is with nobody here", async () => {
    const opened = await openSupport();
    const { id } = opened.parley.createUser();
    expect((await type(opened, "U0ANNA", `${id} take`)).text).toMatch(
      /no open conversation with us/,
    );
  });

  it("lists the same with list as without a word", async () => {
    const opened = await openSupport();
    const { text } = await type(opened, "U0ANNA", "list");
    expect(text).toContain("1 open conversation");
    expect((await type(opened, "U0ANNA", "")).text).toBe(text);
  });
});
