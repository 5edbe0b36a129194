import { describe, expect, it } from "vitest";
import { identity } from "../../fakes/slack/identity.ts";
import { DEFAULT_MEMBERS, type MemberOptions } from "../../fakes/slack/people.ts";
import { NO_RULES } from "../../src/config/desk-rules.ts";
import { attemptsIn } from "../support/attempts.ts";
import { recordsIn } from "../support/audit-tool.ts";
import { spawnBridge } from "../support/process.ts";
import { EAGER, press } from "../support/replies.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { changesAt, sentTo } from "../support/sent.ts";
import { openStateSql } from "../support/state-sql.ts";
import {
  type HandedOver,
  handBack,
  handOver,
  lastCallbackHandled,
  openModal,
  PATIENCE,
  submitHandBack,
} from "../support/steps.ts";
import { postsIn, reactionsOn, shownOf, textOf, toldTo } from "../support/threads.ts";
import { startWorld, type World, type WorldOptions } from "../support/world.ts";

const GUEST: MemberOptions = { id: "U0GUEST", name: "guest", displayName: "Gus", isGuest: true };
const EVIL: MemberOptions = { id: "U0EVIL", name: "evil", displayName: '=HYPERLINK("http://x";1)' };
const MEMBERS = [...DEFAULT_MEMBERS, GUEST, EVIL];

async function open(options: WorldOptions = {}): Promise<World & HandedOver> {
  const slack = { members: MEMBERS, ...options.slack };
  const world = await startWorld({ env: EAGER, ...options, slack });
  return { ...world, ...(await handOver(world)) };
}

/** The records of one kind, without what differs from run to run, once there are so many. */
async function recordsOf(world: World, kind: string, count = 1) {
  const find = async () => (await recordsIn(world)).filter(({ what }) => what === kind);
  // What came of it is recorded afterwards.
  const isDone = async () => (await find()).filter(({ result }) => result !== "begun").length;
  await expect.poll(isDone, PATIENCE).toBe(count);
  return (await find()).map(({ id: _id, time: _time, what: _what, ...record }) => record);
}

const ours = ({ parley }: World) => parley.agentService.identification;
const bots = ({ parley }: World) => parley.botService.identification;
const ANNA = { by: "U0ANNA", name: "Anna" };
const conversation = expect.stringMatching(/^c_/);

const command = ({ slack }: World, text: string, user = "U0ANNA") =>
  slack.command({ user, channel: slack.channel, command: "/parley-owner", text });

describe("a hand-back", () => {
  it("is recorded once, with who did it, and a line of the log", async () => {
    const world = await open();
    const { user, root, log } = world;
    await handBack(world, root);

    const record = { ...ANNA, user: user.id, conversation, from: ours(world), to: bots(world) };
    expect(await recordsOf(world, "hand-back")).toEqual([{ ...record, result: "done" }]);
    const lines = log.lines.filter(({ event }) => event === "audit.recorded");
    expect(lines.map(({ fields }) => [fields.deed, fields.agent, fields.user_id])).toEqual([
      ["hand-back", "U0ANNA", user.id],
    ]);
    expect(JSON.stringify(lines)).not.toContain('Anna"');
  });

  it("that Parley refuses is recorded with why", async () => {
    const world = await open();
    const { slack, parley, user, ts } = world;
    parley.faults.add(`PUT /users/${user.id}/owner`, { kind: "status", status: 400 });
    await submitHandBack(slack, ts, {}, "U0BEN");

    const record = { by: "U0BEN", name: "Ben", user: user.id, conversation };
    expect(await recordsOf(world, "hand-back")).toEqual([
      { ...record, from: ours(world), to: bots(world), result: "failed", why: "parley-api" },
    ]);
  });

  it("is tried again while it cannot be recorded, and done once", async () => {
    const world = await open();
    const { slack, user, ts, outbox, log, parley } = world;
    const state = await openStateSql(world);
    await state.ask("ALTER TABLE audit RENAME TO audit_elsewhere");
    await submitHandBack(slack, ts);
    const isDeferred = () =>
      attemptsIn(log, outbox).some(({ outcome, error_code: code }) => {
        return outcome === "deferred" && code === "storage";
      });
    await expect.poll(isDeferred, PATIENCE).toBe(true);
    expect(parley.user(user.id).owner).toBe(bots(world));

    await state.ask("ALTER TABLE audit_elsewhere RENAME TO audit");
    await state.close();

    expect(await recordsOf(world, "hand-back")).toMatchObject([{ by: "U0ANNA", result: "done" }]);
    await slack.waitFor(() => /Handed back/.test(textOf(world.root)));
    expect(changesAt(parley, user.id)).toEqual(["PUT agent/unset", "PUT owner"]);
  });
});

describe("a change of owner", () => {
  it("by the command is recorded, to another Service and to us", async () => {
    const world = await startWorld({ env: EAGER });
    const { parley } = world;
    const user = parley.createUser();
    const sales = parley.addService({ name: "Sales" }).identification;

    await command(world, `${user.id} Sales`);
    await command(world, `${user.id} ${ours(world)}`);
    await lastCallbackHandled(world, user.id);
    // Nothing to do.
    await command(world, `${user.id} ${ours(world)}`);

    const record = { ...ANNA, user: user.id, result: "done" };
    expect(await recordsOf(world, "change-owner", 2)).toEqual([
      { ...record, from: bots(world), to: sales },
      { ...record, from: sales, to: ours(world) },
    ]);
    expect(await recordsIn(world)).toHaveLength(2);
  });

  it("by the command of an open conversation is one record, and no other Service's doing", async () => {
    const world = await open();
    await command(world, `${world.user.id} ${bots(world)}`);
    await lastCallbackHandled(world, world.user.id);

    const about = { user: world.user.id, conversation, from: ours(world), to: bots(world) };
    expect(await recordsOf(world, "change-owner")).toEqual([{ ...ANNA, ...about, result: "done" }]);
    expect(await recordsIn(world)).toHaveLength(1);
  });

  it("by a button is recorded once, however often it is pressed", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    parley.addService({ name: "Sales desk", identification: "de5c" });
    const user = parley.createUser();
    await command(world, `${user.id} desk`, "U0BEN");
    const question = await slack.waitFor(() => slack.state.ephemerals.at(-1));
    const at = { user: "U0BEN", channel: slack.channel, ts: question.ts };
    await slack.click({ ...at, actionId: "parley_give_user/0" });
    await slack.waitFor(() => /is with/.test(question.text));

    const record = { by: "U0BEN", name: "Ben", user: user.id, from: bots(world), to: "de5c" };
    expect(await recordsOf(world, "change-owner")).toEqual([{ ...record, result: "done" }]);
  });

  it("that Parley refuses is recorded as that", async () => {
    const world = await startWorld({ env: EAGER });
    const user = world.parley.createUser();
    world.parley.addService({ name: "Sales" });
    world.parley.faults.add(`PUT /users/${user.id}/owner`, { kind: "status", status: 400 });
    await command(world, `${user.id} Sales`);

    const [record] = await recordsOf(world, "change-owner");
    expect(record).toMatchObject({ by: "U0ANNA", result: "failed", why: "parley-api" });
  });

  it("that Parley reports is recorded once, of nobody of ours, however often it is told", async () => {
    const world = await open({ parley: { rules: { callbackNonOwners: true } } });
    const { parley, user } = world;
    const newOwner = bots(world);
    await parley.handOver({ userId: user.id, to: newOwner });
    for (const reason of ["first", "again"]) {
      await parley.callback(ours(world), {
        type: "action",
        body: { name: "handover", body: { newOwner, metadata: { reason } }, user: { id: user.id } },
      });
    }
    await lastCallbackHandled(world, user.id);

    expect(await recordsOf(world, "taken-away")).toEqual([
      { user: user.id, conversation, from: ours(world), to: newOwner, result: "done" },
    ]);
  });
});

it("a move to another team is recorded with both", async () => {
  const channels = [
    { id: "C0BILLING", name: "billing", members: ["U0ANNA", "U0GUEST", identity.botUserId] },
  ];
  const of = { agents: "workspace", leads: undefined, allowShared: true, rules: NO_RULES } as const;
  const world = await open({
    slack: { channels },
    config: {
      teams: [
        { name: "Support", channel: "C0SUPPORT", ...of, when: undefined },
        { name: "Billing", channel: "C0BILLING", ...of, when: [] },
      ],
    },
  });
  await command(world, `${world.user.id} move Billing`);

  const about = { user: world.user.id, conversation, from: "Support", to: "Billing" };
  expect(await recordsOf(world, "move")).toEqual([{ ...ANNA, ...about, result: "done" }]);
});

describe("what is decided about a reply", () => {
  it("is recorded when somebody takes the User over for it", async () => {
    const world = await open();
    const { slack, parley, user, root, ts } = world;
    await handBack(world, root);
    await slack.post({ user: "U0BEN", threadTs: ts, text: "It ships today" });
    const told = await slack.waitFor(() => toldTo(slack, "U0BEN", ts)[0]);
    await press(world, told, "parley_take_over");
    await parley.until(() => sentTo(world, user.id).includes("It ships today"));

    expect(await recordsOf(world, "take-over")).toEqual([
      {
        by: "U0BEN",
        name: "Ben",
        user: user.id,
        from: bots(world),
        to: ours(world),
        result: "done",
      },
    ]);
  });

  it.each([
    ["send-again", "parley_send_again", { kind: "status", status: 400 }],
    ["dismiss", "parley_dismiss", { kind: "status", status: 400 }],
    ["confirm", "parley_it_arrived", { kind: "lost-answer" }],
  ] as const)("is recorded when somebody presses %s", async (what, actionId, fault) => {
    const world = await open();
    const { slack, parley, user, ts } = world;
    parley.faults.add(`POST /users/${user.id}/messages`, fault, 1);
    await slack.post({ user: "U0ANNA", threadTs: ts, text: "Perhaps" });
    const question = await slack.waitFor(() =>
      postsIn(slack, ts).find(({ text }) => /by <@U0ANNA>/.test(text)),
    );
    const told = await slack.waitFor(() => toldTo(slack, "U0ANNA", ts)[0]);
    await slack.click({ user: "U0BEN", channel: slack.channel, ts: question.ts, actionId });

    const about = { by: "U0BEN", name: "Ben", user: user.id, conversation };
    expect(await recordsOf(world, what)).toEqual([{ ...about, result: "done" }]);
    // It is settled.
    await press(world, told, actionId);
    expect(await recordsIn(world)).toHaveLength(1);
  });
});

describe("an attempt of somebody who may not", () => {
  it("is recorded once for each kind and thread, however often it is made", async () => {
    const world = await open();
    const { slack, user, ts, parley } = world;
    const at = { user: "U0GUEST", channel: slack.channel, ts };
    const waiting = `GET /users/${user.id}/owner`;
    parley.faults.add(waiting, { kind: "status", status: 503 });
    const kept = await slack.post({ user: "U0ANNA", threadTs: ts, text: "For the User" });
    await kept.delivered;
    for (const _ of [1, 2, 3]) {
      await slack.click({ ...at, actionId: "parley_hand_back" });
      await slack.shortcut({ ...at, callbackId: "parley_hand_back" });
      await command(world, `${user.id} bot`, "U0GUEST");
      await slack.openHome({ user: "U0GUEST" });
    }
    await slack.react({ user: "U0GUEST", ts: kept.ts, name: "lock" });
    await expect.poll(async () => (await recordsIn(world)).length, PATIENCE).toBe(5);
    parley.faults.clear();
    await parley.until(() => sentTo(world, user.id).includes("For the User"));
    for (const text of ["One", "Two"]) {
      const refused = await slack.post({ user: "U0GUEST", threadTs: ts, text });
      await slack.waitFor(() => reactionsOn(slack, refused.ts).includes("lock"));
    }

    const records = await recordsIn(world);

    const told = records.map(({ what, user: about, result, why }) =>
      [what, about, result, why].join(" "),
    );
    const refused = (what: string, about = "") => `${what} ${about} refused guest`;
    expect(told.toSorted()).toEqual([
      refused("button", user.id),
      refused("command"),
      refused("home"),
      refused("lock", user.id),
      refused("reply", user.id),
      refused("shortcut", user.id),
    ]);
    expect(new Set(records.map(({ by, name }) => `${by} ${name}`))).toEqual(
      new Set(["U0GUEST Gus"]),
    );
  });

  it("to send a form off is recorded with its User", async () => {
    const world = await open();
    const { slack, user, ts } = world;
    const view = await openModal(slack, ts);
    Object.assign(slack.state.users.get("U0ANNA") ?? {}, { teamId: "T0OTHER" });
    await slack.submitView({ user: "U0ANNA", viewId: view.id });

    const [record] = await recordsOf(world, "form");
    expect(record).toMatchObject({ user: user.id, result: "refused", why: "other-company" });
  });
});

it("holds no word of any message, note, or reason, nor a name of a User", async () => {
  const given = { additionalInformation: { name: "Secretname" } };
  const world = await startWorld({ env: EAGER, slack: { members: MEMBERS } });
  const { slack, parley } = world;
  const handedOver = await handOver(world, { user: given, metadata: { reason: "Secretreason" } });
  const { user, ts } = handedOver;
  parley.faults.add(`POST /users/${user.id}/messages`, { kind: "status", status: 400 }, 1);
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Secretreply" });
  const question = await slack.waitFor(() =>
    postsIn(slack, ts).find(({ text }) => /by <@U0ANNA>/.test(text)),
  );
  const at = { user: "U0ANNA", channel: slack.channel, ts: question.ts };
  await slack.click({ ...at, actionId: "parley_send_again" });
  await slack.post({ user: "U0GUEST", threadTs: ts, text: "Secretattempt" });
  await command(world, "Secretcommand", "U0GUEST");
  await submitHandBack(slack, ts, { last_message: "Secretgoodbye", note: "Secretnote" });
  await recordsOf(world, "hand-back");
  await recordsOf(world, "reply");

  const state = await openStateSql(world);
  const rows = await state.ask<object>("SELECT * FROM audit");
  await state.close();

  expect(rows).toHaveLength(4);
  expect(JSON.stringify(rows)).not.toMatch(/Secret/);
});

it("finds a merged User's records under both ids", async () => {
  const world = await startWorld({ env: EAGER });
  const { parley } = world;
  const first = await handOver(world);
  await handBack(world, first.root);
  const second = await handOver(world, { user: first.user });
  const registered = parley.createUser();
  await Promise.all((await parley.mergeUsers(first.user.id, registered.id)).delivered);
  await world.slack.waitFor(() =>
    shownOf(world.slack, second.root).includes(`\`${registered.id}\``),
  );
  await handBack(world, second.root);
  const other = await handOver(world);
  await handBack(world, other.root);
  await recordsOf(world, "hand-back", 3);

  for (const id of [first.user.id, registered.id]) {
    const users = (await recordsIn(world, "--user", id)).map(({ user }) => user);
    expect(users).toEqual([first.user.id, registered.id]);
  }
});

it("is kept for as many days as the configuration says", async () => {
  const world = await open({ config: { auditDays: 7 } });
  await command(world, `${world.user.id} ${bots(world)}`);
  const younger = await handOver(world);
  await handBack(world, younger.root);
  await recordsOf(world, "hand-back");
  const state = await openStateSql(world);
  const days = (count: number) => count * 86_400_000;
  await state.ask("UPDATE audit SET at = at - ? WHERE what = 'change-owner'", days(8));
  await state.ask("UPDATE audit SET at = at - ? WHERE what = 'hand-back'", days(6));
  await state.close();
  expect(await recordsIn(world)).toHaveLength(2);

  await world.stopBridge();
  await world.startBridge();

  await expect.poll(async () => (await recordsIn(world)).length, PATIENCE).toBe(1);
  expect(await recordsIn(world)).toMatchObject([{ what: "hand-back" }]);
});

describe("npm run audit", () => {
  it("works beside a running bridge, as a process that knows nothing but the state", async () => {
    const world = await open();
    await submitHandBack(world.slack, world.ts, {}, "U0EVIL");
    await recordsOf(world, "hand-back");
    const { STATE_URL = "" } = world.env;

    const args = ["audit", "--user", world.user.id, "--by", "U0EVIL", "--format", "csv"];
    const tool = spawnBridge({ STATE_URL }, { args });

    expect(await tool.exited).toMatchObject({ code: 0 });
    const [head, row, ...more] = tool.stdout.split("\n");
    expect(head).toBe("time,what,result,why,by,name,user,conversation,from,to,id");
    expect(row).toContain(`,U0EVIL,"'=HYPERLINK(""http://x"";1)",${world.user.id},`);
    expect(more).toEqual([""]);
    expect(tool.stderr).toBe("");
    // The bridge goes on.
    await handOver(world);
  });

  it("prints a table of the last 30 days, unless it is asked for something else", async () => {
    const world = await open();
    await handBack(world, world.root);
    await recordsOf(world, "hand-back");
    const state = await openStateSql(world);
    await state.ask("UPDATE audit SET at = at - ?", 40 * 86_400_000);
    await state.close();
    const { STATE_URL = "" } = world.env;
    const print = async (...args: string[]) =>
      (await runToEnd({ STATE_URL }, "audit", ...args)).stdout.trim().split("\n");

    expect(await print()).toEqual(["0 records"]);
    const [line, count] = await print("--since", "50d");
    expect(line).toContain(`hand-back     User ${world.user.id}`);
    expect(line).toContain(`Anna (U0ANNA)  ${ours(world)} → ${bots(world)}  done`);
    expect(count).toBe("1 record");
    expect(await print("--since", "50d", "--until", "45d")).toEqual(["0 records"]);
    expect(await print("--since", "50d", "--by", "U0BEN")).toEqual(["0 records"]);
  });

  it.each([
    [["--help"], 0],
    [["--since", "yesterday"], 64],
    [["--until", "2026-13-01"], 64],
    [["--format", "xml"], 64],
    [["--format", "constructor"], 64],
    [["--user", ".."], 64],
    [["--user"], 64],
    [["list"], 64],
  ])("explains itself for %j", async (args, code) => {
    const ended = await runToEnd({}, "audit", ...args);
    expect(ended.code).toBe(code);
    expect(ended.stdout).toMatch(/^Usage: npm run audit/);
  });

  it("exits with 66 where there is no state, and with 78 for an address that is none", async () => {
    const none = await runToEnd({ STATE_URL: "sqlite:/nowhere/bridge.sqlite" }, "audit");
    expect(none).toMatchObject({ code: 66, stdout: expect.stringMatching(/^There is no state/) });
    const wrong = await runToEnd({ STATE_URL: "mysql://localhost/bridge" }, "audit");
    expect(wrong).toMatchObject({ code: 78, stdout: "" });
  });
});
