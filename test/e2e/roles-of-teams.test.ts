import { describe, expect, it } from "vitest";
import { isTried, keepWaiting, press } from "../support/replies.ts";
import { sentTo } from "../support/sent.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { postsIn, reactionsOn, rootsOf, textsTo, toldTo } from "../support/threads.ts";
import { startTeams } from "../support/two-teams.ts";
import type { World } from "../support/world.ts";

/** Support and Billing, with a thread each. */
async function openBoth() {
  const world = await startTeams();
  const support = await handOver(world);
  const billing = await handOverToBilling(world);
  return { ...world, world, support, billing };
}

/** A User whose thread is in the channel of Billing. */
async function handOverToBilling({ slack, parley }: World) {
  const user = parley.createUser();
  const to = parley.agentService.identification;
  await parley.handOver({ userId: user.id, to, metadata: { reason: "refund wanted" } });
  const root = await slack.waitFor(() =>
    slack.state.messages.find(({ channel, thread_ts }) => channel === "C0BILLING" && !thread_ts),
  );
  return { user, ts: root.ts, channel: "C0BILLING" };
}

/** What somebody is answered to the command, in time. */
async function ask({ slack }: World, user: string, text = ""): Promise<string> {
  const command = { user, channel: slack.channel, command: "/parley-owner", text };
  const { ack } = await slack.command(command);
  return ack?.text ?? "";
}

async function homeOf({ slack }: World, user: string): Promise<string> {
  await slack.openHome({ user });
  return JSON.stringify((await slack.waitFor(() => slack.state.homes.get(user))).blocks);
}

describe("an agent of another team", () => {
  it("advises in the thread, and answers only where they belong", async () => {
    const { world, slack, parley, support, billing } = await openBoth();
    const { ts } = await slack.post({ user: "U0BEN", threadTs: support.ts, text: "Ask them this" });
    await expect.poll(() => reactionsOn(slack, ts), PATIENCE).toEqual(["lock"]);
    const told = await slack.waitFor(() => toldTo(slack, "U0BEN", support.ts)[0]);
    expect(told.text).toMatch(/with the team Support.*@support-leads/);
    const { channel } = billing;
    await slack.post({ user: "U0BEN", channel, threadTs: billing.ts, text: "Hello" });
    await parley.until(() => sentTo(world, billing.user.id).includes("Hello"));
    expect(sentTo(world, support.user.id)).toEqual([]);
  });

  it("opens no form and presses no button in the thread", async () => {
    const { slack, parley, billing, support } = await openBoth();
    const { ts, channel } = billing;
    await slack.shortcut({ user: "U0ANNA", channel, ts, callbackId: "parley_hand_back" });
    await slack.waitFor(() => textsTo(slack, "U0ANNA")[0]);
    await slack.click({ user: "U0LEA", channel, ts, actionId: "parley_hand_back" });
    await slack.waitFor(() => textsTo(slack, "U0LEA")[0]);
    expect(textsTo(slack, "U0ANNA").join()).toMatch(/with the team Billing.*@billing, @Zoe/);
    expect(slack.state.views.size).toBe(0);

    parley.faults.add(
      `POST /users/${support.user.id}/messages`,
      { kind: "status", status: 400 },
      1,
    );
    await slack.post({ user: "U0ANNA", threadTs: support.ts, text: "Refused" });
    const failed = await slack.waitFor(() => postsIn(slack, support.ts)[0]);
    const at = { user: "U0BEN", channel: slack.channel, ts: failed.ts };
    await slack.click({ ...at, actionId: "parley_send_again" });
    await slack.waitFor(() => textsTo(slack, "U0BEN").at(-1));
    expect(textsTo(slack, "U0BEN").join()).toMatch(/with the team Support/);
    expect(sentTo({ parley }, support.user.id)).toEqual([]);
  });

  it("hands nobody back with a form that they have opened while they belonged there", async () => {
    const { slack, parley, world, billing } = await openBoth();
    const { ts, channel, user } = billing;
    await slack.click({ user: "U0BEN", channel, ts, actionId: "parley_hand_back" });
    const open = await slack.waitFor(() => [...slack.state.views.values()][0]);
    const group = slack.state.usergroups.find(({ id }) => id === "S0BILLING");
    if (group) group.users = [];
    const support = slack.state.usergroups.find(({ id }) => id === "S0SUPPORT");
    support?.users.push("U0BEN");
    world.advance(5 * 60_000);
    const outcome = await slack.submitView({ user: "U0BEN", viewId: open.view.id });
    expect(Object.values(outcome.errors ?? {}).join()).toMatch(/with the team Billing/);
    expect(parley.user(user.id).owner).toBe(parley.agentService.identification);
  });

  it("keeps no reply inside with a lock", async () => {
    const { world, slack, parley, support } = await openBoth();
    parley.faults.add(`GET /users/${support.user.id}/owner`, { kind: "status", status: 503 });
    const { ts } = await slack.post({ user: "U0ANNA", threadTs: support.ts, text: "For them" });
    await slack.react({ user: "U0BEN", ts, name: "lock" });
    parley.faults.clear();
    await parley.until(() => sentTo(world, support.user.id).includes("For them"));
  });
});

describe("the App Home and the command", () => {
  it("show everybody the Users and channels of their teams", async () => {
    const { world, slack, support, billing } = await openBoth();
    for (const [user, own, other] of [
      ["U0ANNA", support, billing],
      ["U0LEA", support, billing],
      ["U0BEN", billing, support],
      ["U0ZOE", billing, support],
    ] as const) {
      for (const shown of [await homeOf(world, user), await ask(world, user)]) {
        expect(shown).toContain(own.user.id);
        expect(shown).not.toContain(other.user.id);
      }
    }
    expect(await homeOf(world, "U0BEN")).toContain("<#C0BILLING>");
    expect(await homeOf(world, "U0BEN")).not.toContain(`<#${slack.channel}>`);
  });

  it("say nothing of another team's User, but whom to ask", async () => {
    const { world, parley, billing, support } = await openBoth();
    const to = parley.botService.identification;
    for (const text of [
      billing.user.id,
      `${billing.user.id} ${to}`,
      `${billing.user.id} nowhere`,
    ]) {
      for (const user of ["U0ANNA", "U0LEA"]) {
        const answer = await ask(world, user, text);
        expect(answer).toMatch(/with the team Billing.*You can ask @billing, @Zoe/);
      }
    }
    expect(await ask(world, "U0BEN", support.user.id)).toMatch(/with the team Support/);
    expect(parley.user(billing.user.id).owner).toBe(parley.agentService.identification);
  });

  it("move the Users in threads of their teams for agents", async () => {
    const { world, parley, billing } = await openBoth();
    const to = parley.botService;
    expect(await ask(world, "U0BEN", `${billing.user.id} ${to.identification}`)).toContain(to.name);
    expect(parley.user(billing.user.id).owner).toBe(to.identification);
  });
});

describe("a User who is in no thread", () => {
  it("is moved by those who lead a team only, also with the button that asks which Service is meant", async () => {
    const world = await startTeams([
      { name: "Support", agents: ["S0SUPPORT"], leads: ["S0LEADS"] },
    ]);
    const { slack, parley } = world;
    const { id } = parley.createUser();
    const us = parley.agentService;
    expect(await ask(world, "U0ANNA", id)).toContain(id);
    const refused = await ask(world, "U0ANNA", `${id} ${us.identification}`);
    expect(refused).toMatch(/in none of your threads.*@support-leads/);
    expect(parley.user(id).owner).not.toBe(us.identification);

    await ask(world, "U0LEA", `${id} ${us.name.slice(0, 4)}`);
    const choice = slack.state.ephemerals.at(-1);
    if (!choice) throw new Error("Nobody was asked");
    const group = slack.state.usergroups.find((each) => each.id === "S0LEADS");
    if (group) group.users = [];
    slack.state.usergroups.find((each) => each.id === "S0SUPPORT")?.users.push("U0LEA");
    world.advance(5 * 60_000);
    await press(world, choice, "parley_give_user/0");
    await expect.poll(() => textsTo(slack, "U0LEA").join(), PATIENCE).toMatch(/lead a team/);
    expect(parley.user(id).owner).not.toBe(us.identification);

    group?.users.push("U0LEA");
    world.advance(5_000);
    await ask(world, "U0LEA", `${id} ${us.identification}`);
    await slack.waitFor(() => rootsOf(slack)[0]);
    expect(parley.user(id).owner).toBe(us.identification);
  });

  it("is moved by agents where nobody leads a team", async () => {
    const world = await startTeams([{ name: "Support", agents: ["S0SUPPORT"] }]);
    const { id } = world.parley.createUser();
    const us = world.parley.agentService.identification;
    await ask(world, "U0ANNA", `${id} ${us}`);
    expect(world.parley.user(id).owner).toBe(us);
  });
});

describe("a lock on a reply", () => {
  const locked = ({ log }: World) => log.lines.filter(({ event }) => event === "reply.locked");

  it("counts, where the thread is read back, of whom it counts otherwise", async () => {
    const world = await startTeams([{ name: "Support", agents: ["S0SUPPORT", "U0ZOE"] }]);
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    const restore = slack.dropEvents(() => true);
    const inThread = { user: "U0ANNA", threadTs: ts };
    const lockedBy = async (text: string, ...people: string[]) => {
      const written = await slack.post({ ...inThread, text });
      for (const person of people) {
        await slack.react({ user: person, ts: written.ts, name: "lock" });
      }
    };
    await lockedBy("By outsiders", "U0OTTO", "U0BEN");
    await lockedBy("By a colleague too", "U0OTTO", "U0ZOE");
    await lockedBy("By its writer", "U0ANNA");
    await lockedBy("By nobody");
    restore();
    await world.stopBridge();
    await world.startBridge();
    await parley.until(() => sentTo(world, user.id).includes("By nobody"));
    expect(sentTo(world, user.id)).toEqual(["By outsiders", "By nobody"]);
    const refused = world.log.lines.filter(({ event }) => event === "audit.recorded");
    expect(refused.map(({ fields }) => fields)).toContainEqual(
      expect.objectContaining({ deed: "lock", agent: "U0OTTO", result: "refused" }),
    );
  });

  it("counts while Slack does not say who is an agent", async () => {
    const world = await startTeams([{ name: "Support", agents: ["S0SUPPORT"] }], { stopped: true });
    const { slack, parley } = world;
    slack.faults.add("usergroups.users.list", { kind: "status", status: 503 });
    await world.startBridge();
    const { user, ts } = await handOver(world);
    const inThread = { user: "U0ANNA", threadTs: ts };
    const secret = await slack.post({ ...inThread, text: "secret" });
    await slack.react({ user: "U0BEN", ts: secret.ts, name: "lock" });
    await expect.poll(() => locked(world), PATIENCE).toHaveLength(1);
    slack.faults.clear();
    world.advance(30_000);
    await slack.post({ ...inThread, text: "Next" });
    await parley.until(() => sentTo(world, user.id).includes("Next"));
    expect(sentTo(world, user.id)).toEqual(["Next"]);
  });

  it("counts if its writer has put it there, even one who may not answer any more", async () => {
    const world = await startTeams([{ name: "Support", agents: ["S0SUPPORT"] }]);
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    const goOn = keepWaiting(world, user.id);
    const inThread = { user: "U0ANNA", threadTs: ts };
    const secret = await slack.post({ ...inThread, text: "secret" });
    await isTried(world, user.id);
    const group = slack.state.usergroups.find(({ id }) => id === "S0SUPPORT");
    if (group) group.users = [];
    world.advance(5 * 60_000);
    await slack.react({ user: "U0ANNA", ts: secret.ts, name: "lock" });
    await expect.poll(() => locked(world), PATIENCE).toHaveLength(1);
    group?.users.push("U0ANNA");
    world.advance(5 * 60_000);
    goOn();
    await slack.post({ ...inThread, text: "Next" });
    await parley.until(() => sentTo(world, user.id).includes("Next"));
    expect(sentTo(world, user.id)).toEqual(["Next"]);
  });
});
