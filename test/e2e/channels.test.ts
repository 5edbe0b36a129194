import { describe, expect, it } from "vitest";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import { DEFAULT_SCOPES, identity } from "../../fakes/slack/identity.ts";
import { NO_RULES } from "../../src/config/desk-rules.ts";
import type { TeamConfig } from "../../src/config/team-config.ts";
import { answering } from "../support/answers.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { textsIn } from "../support/threads.ts";
import { startWorld, type World, type WorldOptions } from "../support/world.ts";

const ANNA = "U0ANNA";
const BEN = "U0BEN";
const LEAD = "U0LEAD";
const MEMBERS = [
  { id: ANNA, name: "anna", realName: "Anna Berg" },
  { id: BEN, name: "ben", realName: "Ben Okafor" },
  { id: LEAD, name: "lea", realName: "Lea Lead" },
];
const EVERYBODY = [...MEMBERS.map(({ id }) => id), identity.botUserId];
const OTHER = { id: "C0OTHER", name: "other", members: EVERYBODY };

const team = (changes: Partial<TeamConfig> = {}): TeamConfig => ({
  name: "Support",
  channel: "C0SUPPORT",
  when: undefined,
  agents: "workspace",
  leads: [LEAD, ANNA],
  allowShared: false,
  rules: NO_RULES,
  ...changes,
});

type Teams = readonly [TeamConfig, ...TeamConfig[]];

const startTeams = (teams: Teams, options: WorldOptions = {}): Promise<World> =>
  startWorld({
    ...options,
    slack: { members: MEMBERS, channels: [OTHER], ...options.slack },
    env: { RETRY_FIRST_MS: "20", RETRY_CAP_MS: "50", ...options.env },
    config: { teams },
  });

/** What the bridge has written to somebody directly, oldest first. */
const directTo = (slack: FakeSlack, user: string): string[] =>
  slack.state.messages
    .filter(({ channel }) => channel === `D0${user.slice(2)}`)
    .map(({ text }) => text);

const isTold = ({ slack }: World, user: string, ...texts: readonly RegExp[]) =>
  expect
    .poll(() => directTo(slack, user), PATIENCE)
    .toEqual(texts.map((text) => expect.stringMatching(text) as unknown));

const trouble = (event: string, { log }: World) =>
  log.lines.filter((line) => line.event === event).length;

describe.each([
  ["over HTTP", false],
  ["over a socket", true],
])("a channel that is archived, %s", (_, socketMode) => {
  it("is told to the leads at once, and what waits goes on when it is back", async () => {
    const world = await startTeams([team()], { socketMode });
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);

    await slack.archive({ user: BEN });

    await isTold(
      world,
      LEAD,
      /#support .*\*Support\* is archived.*\n1 User is waiting.*\n.*unarchive/,
    );
    await isTold(world, ANNA, /is archived/);
    await parley.userWrites(user.id, "Are you there?");
    await slack.waitFor(() =>
      slack.calls("chat.postMessage").some(({ error }) => error === "is_archived"),
    );
    await slack.unarchive({ user: BEN });
    await slack.waitFor(() => textsIn(world, ts).includes("Are you there?"));
    await isTold(world, LEAD, /is archived/, /#support .*is back/);
    await isTold(world, ANNA, /is archived/, /is back/);
    expect(directTo(slack, BEN)).toEqual([]);
    expect(trouble("channel.trouble", world)).toBe(1);
  });
});

it("tells once of each time that a channel is archived, however often an event comes", async () => {
  const world = await startTeams([team({ leads: [LEAD] })]);
  const { slack } = world;

  const { eventId = "" } = await slack.archive({ user: BEN });
  await isTold(world, LEAD, /is archived/);
  await slack.redeliver(eventId);
  await slack.unarchive({ user: BEN });
  await isTold(world, LEAD, /is archived/, /is back/);
  await slack.redeliver(eventId);
  await slack.archive({ user: BEN });
  await isTold(world, LEAD, /is archived/, /is back/, /is archived/);
});

describe("a channel of which no event tells", () => {
  it("is told because Slack refuses a post there", async () => {
    const world = await startTeams([team({ leads: [LEAD] })]);
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    const listen = slack.dropEvents(({ type }) => type.startsWith("channel_"));
    await slack.archive({ user: BEN });

    await parley.userWrites(user.id, "Hello?");

    await isTold(world, LEAD, /is archived/);
    await slack.unarchive({ user: BEN });
    listen();
    await slack.waitFor(() => textsIn(world, ts).includes("Hello?"));
    expect(trouble("channel.trouble", world)).toBe(1);
  });

  it("is told because a check finds it, and so is that it is back", async () => {
    const world = await startTeams([team({ leads: [LEAD] })]);
    const { slack } = world;
    slack.dropEvents(({ type }) => type.startsWith("channel_"));
    const check = async () => {
      world.advance(61_000);
      await fetch(`${world.bridgeUrl()}/readyz`);
    };

    await slack.archive({ user: BEN });
    await check();
    await isTold(world, LEAD, /is archived/);
    await check();
    await slack.unarchive({ user: BEN });
    await check();

    await isTold(world, LEAD, /is archived/, /is back/);
  });

  it("is told after a start, which it does not stop", async () => {
    const world = await startTeams([team({ leads: [LEAD] })]);
    const { slack } = world;
    await world.stopBridge();
    await slack.archive({ user: BEN });

    await world.startBridge();

    await isTold(world, LEAD, /is archived/);
    expect(world.log.lines.some(({ event }) => event === "start.from-memory")).toBe(true);
  });
});

describe("the bot put out of the channel", () => {
  it.each([
    ["public", false],
    ["private", true],
  ])("says so, a %s one, until it is invited again", async (_, isPrivate) => {
    const channels = [{ ...OTHER, isPrivate }];
    const world = await startTeams([team({ channel: OTHER.id, leads: [LEAD] })], {
      slack: { channels },
    });
    const { slack } = world;
    const user = slack.botUserId;

    await slack.removeFromChannel({ user, channel: OTHER.id });
    await isTold(world, LEAD, /I am not in the channel #other .*\n.*\n.*\/invite/);
    await slack.joinChannel({ user, channel: OTHER.id });

    await isTold(world, LEAD, /I am not in/, /#other .*is back/);
  });
});

describe("a channel that is deleted", () => {
  it("lets its conversations go on in the one that the configuration names then", async () => {
    const world = await startTeams([team({ leads: [LEAD] })]);
    const { slack, parley } = world;
    const writer = await handOver(world);
    const quiet = await handOver(world);
    await slack.deleteChannel({ user: BEN });
    await isTold(world, LEAD, /is deleted\.\n2 Users are waiting/);
    const { delivered } = await parley.userWrites(writer.user.id, "Still there?");
    await delivered;
    await world.stopBridge();

    await world.startBridge({}, { teams: [team({ channel: OTHER.id, leads: [LEAD] })] });

    const roots = () =>
      slack.state.messages.filter(({ channel, thread_ts }) => channel === OTHER.id && !thread_ts);
    await expect.poll(() => roots().length, PATIENCE).toBe(2);
    const wholeChannel = () =>
      JSON.stringify(slack.state.messages.filter(({ channel }) => channel === OTHER.id));
    await expect.poll(wholeChannel, PATIENCE).toContain("Still there?");
    for (const { ts } of [writer, quiet]) {
      expect(wholeChannel()).toContain(`p${ts.replace(".", "")}|its earlier thread>`);
    }
  });
});

it("calls a renamed channel by its new name", async () => {
  const world = await startTeams([team({ leads: [LEAD] })]);
  const { slack } = world;

  await slack.rename({ name: "help" });
  await slack.archive({ user: BEN });

  await isTold(world, LEAD, /#help /);
});

describe("a channel that gets another id", () => {
  const NEW = "C0RENEWED";

  it("goes on under it at once, after restarts, and whichever of them the configuration names", async () => {
    const world = await startTeams([team({ leads: [LEAD], allowShared: true })]);
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);

    await slack.changeId({ to: NEW });
    await parley.userWrites(user.id, "One");
    await slack.waitFor(() => textsIn(world, ts).includes("One"));
    await slack.post({ user: ANNA, channel: NEW, threadTs: ts, text: "Two" });
    await parley.until(() => parley.sent(user.id).length === 1);
    await slack.waitFor(() =>
      slack
        .calls("reactions.add")
        .some(({ args }) => (args as { channel?: string }).channel === NEW),
    );
    expect(world.log.lines.filter(({ event }) => event === "channel.renumbered")).toHaveLength(1);
    expect(directTo(slack, LEAD)).toEqual([]);

    for (const channel of ["C0SUPPORT", NEW]) {
      await world.stopBridge();
      await world.startBridge({}, { teams: [team({ channel, leads: [LEAD], allowShared: true })] });
      const before = parley.sent(user.id).length;
      await parley.userWrites(user.id, `Through ${channel}`);
      await slack.waitFor(() => textsIn(world, ts).includes(`Through ${channel}`));
      await slack.post({ user: ANNA, channel: NEW, threadTs: ts, text: `Back ${channel}` });
      await parley.until(() => parley.sent(user.id).length === before + 1);
    }
    const roots = slack.state.messages.filter(
      ({ channel, thread_ts }) => channel === NEW && !thread_ts,
    );
    expect(roots).toHaveLength(1);
  });
});

it("is known by its threads where Slack tells of another id too late, or never", async () => {
  const world = await startTeams([team({ leads: [LEAD], allowShared: true })]);
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  slack.dropEvents(({ type }) => type === "channel_id_changed");
  await slack.changeId({ to: "C0RENEWED" });

  await slack.post({ user: ANNA, channel: "C0RENEWED", threadTs: ts, text: "Hello" });

  await parley.until(() => parley.sent(user.id).length === 1);
  await parley.userWrites(user.id, "Hi");
  await slack.waitFor(() => textsIn(world, ts).includes("Hi"));
});

it("keeps its id when it is made private", async () => {
  const world = await startTeams([team({ leads: [LEAD] })]);
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);

  await slack.makePrivate({ user: BEN });
  await parley.userWrites(user.id, "Hello");
  await slack.waitFor(() => textsIn(world, ts).includes("Hello"));
  await slack.post({ user: ANNA, threadTs: ts, text: "Hi" });

  await parley.until(() => parley.sent(user.id).length === 1);
  expect(directTo(slack, LEAD)).toEqual([]);
});

describe("a channel that is shared with another company", () => {
  it("is told where the team does not allow it, and goes on", async () => {
    const world = await startTeams([team({ leads: [LEAD] })]);
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);

    await slack.shareChannel({});
    await isTold(
      world,
      LEAD,
      /is shared with another company.*\nConversations go on.*\n.*allow-shared/,
    );
    await parley.userWrites(user.id, "Hello");
    await slack.waitFor(() => textsIn(world, ts).includes("Hello"));
    await slack.unshareChannel({});

    await isTold(world, LEAD, /is shared/, /is not shared with another company any more/);
  });

  it.each([
    ["allowed", { allowShared: true }, "ext"],
    ["another workspace of our own", {}, "org"],
  ] as const)("is told to nobody where it is %s", async (_, changes, as) => {
    const world = await startTeams([team({ leads: [LEAD], ...changes })]);
    const { slack } = world;

    await slack.shareChannel({ as });
    await slack.archive({ user: BEN });

    await isTold(world, LEAD, /is archived/);
  });

  it.each([
    [false, [/is shared with another company/, /is archived/]],
    [true, [/is archived/]],
  ])(
    "is told by its event alone where Slack does not let us look; allowed: %s",
    async (...given) => {
      const [allowShared, news] = given;
      const world = await startTeams([team({ leads: [LEAD], allowShared })]);
      const { slack } = world;
      slack.faults.add("conversations.info", {
        kind: "other-answer",
        isDone: false,
        write: answering(JSON.stringify({ ok: false, error: "missing_scope" })),
      });

      await slack.shareChannel({});
      await slack.archive({ user: BEN });

      await isTold(world, LEAD, ...news);
    },
  );
});

describe("people who cannot be written to", () => {
  it("do not hold up others", async () => {
    const gone = { id: "U0GONE", name: "gone", deleted: true };
    const world = await startTeams([team({ leads: ["U0GONE", "U0NOBODY", LEAD] })], {
      slack: { members: [...MEMBERS, gone] },
    });
    const { slack } = world;

    await slack.archive({ user: BEN });

    await isTold(world, LEAD, /is archived/);
    await expect.poll(() => trouble("direct.refused", world), PATIENCE).toBe(2);
  });

  it("are all of them where the app has no messages tab; an alarm says so", async () => {
    const world = await startTeams([team({ leads: [LEAD] })], { slack: { messagesTab: false } });
    const { slack, log } = world;

    await slack.archive({ user: BEN });

    await expect.poll(() => trouble("direct.refused", world), PATIENCE).toBe(1);
    const alarms = log.lines.filter(({ event }) => event === "alarm.raised");
    expect(JSON.stringify(alarms)).toMatch(/Messages Tab .*App Home/);
  });

  it("are all of them where the app lacks the scope; nothing else breaks", async () => {
    const scopes = DEFAULT_SCOPES.filter((scope) => scope !== "im:write");
    const world = await startTeams([team({ leads: [LEAD] })], { slack: { scopes } });
    const { slack, parley, log } = world;
    const { user, ts } = await handOver(world);

    await slack.archive({ user: BEN });
    await expect.poll(() => trouble("direct.refused", world), PATIENCE).toBe(1);
    await slack.unarchive({ user: BEN });
    await parley.userWrites(user.id, "Hello");
    await slack.waitFor(() => textsIn(world, ts).includes("Hello"));

    const alarms = log.lines.filter(({ event }) => event === "alarm.raised");
    expect(JSON.stringify(alarms)).toMatch(/lacks the scope im:write/);
  });
});

it.each([
  ["de", /ist archiviert\.\nKein Nutzer wartet/, /ist wieder da/],
  ["nl", /is gearchiveerd\.\nEr wacht geen gebruiker/, /is er weer/],
] as const)("speaks the team's language: %s", async (language, archived, back) => {
  const world = await startTeams([team({ leads: [LEAD] })], { env: { TEAM_LANGUAGE: language } });
  const { slack } = world;

  await slack.archive({ user: BEN });
  await isTold(world, LEAD, archived);
  await slack.unarchive({ user: BEN });

  await isTold(world, LEAD, archived, back);
});

it("says that news may be a repeat where Slack gave no clear answer", async () => {
  const world = await startTeams([team({ leads: [LEAD] })]);
  const { slack } = world;
  slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);

  await slack.archive({ user: BEN });

  await isTold(world, LEAD, /is archived[^_]*$/, /is archived.*\n.*\n.*\n_\(.*repeat.*\)_$/);
});

it("tells the agents whom a team names where nobody leads it", async () => {
  const world = await startTeams([team({ agents: [BEN], leads: undefined })]);

  await world.slack.archive({ user: ANNA });

  await isTold(world, BEN, /is archived/);
  expect(directTo(world.slack, ANNA)).toEqual([]);
});

it("tells each member of a user group once, and the named agents where the group is empty", async () => {
  const leads = { id: "S0LEADS", handle: "leads", users: [LEAD, ANNA] };
  const empty = { id: "S0EMPTY", handle: "empty", users: [] };
  const first = team({ leads: ["S0LEADS", ANNA], agents: [BEN] });
  const second = team({
    name: "Other",
    channel: OTHER.id,
    when: [{ reason: ["other"] }],
    leads: ["S0EMPTY"],
    agents: [BEN],
  });
  const world = await startTeams([first, second], { slack: { usergroups: [leads, empty] } });
  const { slack } = world;

  await slack.archive({ user: BEN });
  await isTold(world, LEAD, /#support .* is archived/);
  await isTold(world, ANNA, /#support .* is archived/);
  await slack.archive({ user: ANNA, channel: OTHER.id });

  await isTold(world, BEN, /#other .* is archived/);
  expect(directTo(slack, ANNA)).toHaveLength(1);
});

it("tells the leads as soon as Slack says who is in their group, which it had never said", async () => {
  const leads = { id: "S0LEADS", handle: "leads", users: [LEAD] };
  const support = team({ leads: ["S0LEADS", ANNA] });
  const world = await startTeams([support], { slack: { usergroups: [leads] }, stopped: true });
  const { slack } = world;
  slack.faults.add("usergroups.users.list", { kind: "status", status: 503 });
  await world.startBridge();

  await slack.archive({ user: BEN });
  await isTold(world, ANNA, /is archived/);
  slack.faults.clear();
  await expect
    .poll(() => {
      world.advance(60_000);
      return directTo(slack, LEAD);
    }, PATIENCE)
    .toEqual([expect.stringMatching(/is archived/)]);
  await slack.unarchive({ user: BEN });

  await isTold(world, ANNA, /is archived/, /is back/);
  await isTold(world, LEAD, /is archived/, /is back/);
});

it("does nothing about what somebody writes to the bot directly", async () => {
  const world = await startTeams([team({ leads: [LEAD] })]);
  const { slack, log } = world;
  await slack.archive({ user: BEN });
  await isTold(world, LEAD, /is archived/);
  const [news] = slack.state.messages.filter(({ channel }) => channel.startsWith("D"));
  const about = { channel: news?.channel, channel_type: "im", user: LEAD, text: "What now?" };
  const asked = { ts: "1795608001.000100", thread_ts: news?.ts, parent_user_id: slack.botUserId };

  const outcome = await slack.sendEvent({ type: "message", ...about, ...asked });

  expect(outcome.status).toBe("delivered");
  expect(log.lines.filter(({ event }) => event === "reply.stored")).toEqual([]);
  expect(log.lines.filter(({ event }) => event === "reply.unreadable")).toEqual([]);
});

it("tells nobody but the log and the alarm where a team names nobody", async () => {
  const world = await startTeams([team({ leads: undefined })]);

  await world.slack.archive({ user: ANNA });

  await expect.poll(() => trouble("channel.trouble", world), PATIENCE).toBe(1);
  await expect
    .poll(
      () => JSON.stringify(world.log.lines.filter(({ event }) => event === "alarm.raised")),
      PATIENCE,
    )
    .toMatch(/C0SUPPORT is archived/);
  expect(world.slack.calls("conversations.open")).toEqual([]);
});

describe("in the middle of something", () => {
  it("is told that a channel is archived, and back, while the first news is on its way", async () => {
    const world = await startTeams([team({ leads: [LEAD] })]);
    const { slack } = world;
    const { promise: until, resolve: release } = Promise.withResolvers<void>();
    slack.faults.add("conversations.open", { kind: "held", until }, 1);

    await slack.archive({ user: BEN });
    await slack.waitFor(() => slack.calls("conversations.open").length === 1);
    await slack.unarchive({ user: BEN });
    await expect.poll(() => trouble("channel.back", world), PATIENCE).toBe(1);
    release();

    await isTold(world, LEAD, /is archived/, /is back/);
  });

  it("posts once what was about to be posted when the channel was archived", async () => {
    const world = await startTeams([team({ leads: [LEAD] })]);
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    const { promise: until, resolve: release } = Promise.withResolvers<void>();
    slack.faults.add("chat.postMessage", { kind: "held", until }, 1);

    await parley.userWrites(user.id, "Hello");
    await slack.waitFor(() => slack.calls("chat.postMessage").length === 2);
    await slack.archive({ user: BEN });
    release();
    await isTold(world, LEAD, /is archived/);
    await slack.unarchive({ user: BEN });

    await slack.waitFor(() => textsIn(world, ts).includes("Hello"));
    await isTold(world, LEAD, /is archived/, /is back/);
    expect(textsIn(world, ts)).toEqual(["Hello"]);
  });
});

it("says in App Home in which channel each conversation is, where there are several", async () => {
  const world = await startTeams([team()]);
  const { slack } = world;
  const homeOf = async (user: string) => {
    slack.state.homes.delete(user);
    await slack.openHome({ user });
    return JSON.stringify(await slack.waitFor(() => slack.state.homes.get(user)));
  };
  const old = await handOver(world);
  expect(await homeOf(ANNA)).toMatch(new RegExp(`User ${old.user.id}[^<]*"`));
  await world.stopBridge();

  await world.startBridge({}, { teams: [team({ name: "Billing", channel: OTHER.id }), team()] });

  expect(await homeOf(ANNA)).toMatch(new RegExp(`User ${old.user.id}[^<]*<#C0SUPPORT>`));
});

describe("the start", () => {
  const broken = (): Teams => [
    team({ name: "Nowhere", channel: "C0NOWHERE", writtenAt: "teams[0].channel" }),
    team({ name: "Shared", channel: "C0SHARED", writtenAt: "teams[1].channel" }),
    team({ name: "Support" }),
    team({ name: "Alone", channel: "C0ALONE", writtenAt: "SLACK_CHANNEL" }),
  ];
  const channels = [
    { id: "C0SHARED", name: "shared", isShared: true, members: EVERYBODY },
    { id: "C0ALONE", name: "alone", members: [BEN] },
  ];

  it("is refused with all that is wrong with channels, by team and place", async () => {
    const failure = await startTeams(broken(), { slack: { channels } }).then(
      () => undefined,
      (error: unknown) => error,
    );

    expect(failure).toMatchObject({
      problems: [
        expect.stringMatching(/^Team Nowhere, teams\[0\]\.channel C0NOWHERE cannot be seen/),
        expect.stringMatching(
          /^Team Shared, teams\[1\]\.channel .* is shared .*allow-shared: true/,
        ),
        expect.stringMatching(/^Team Alone, SLACK_CHANNEL C0ALONE: the bot is not in it/),
      ],
    });
  });

  it("goes on without a channel that was in order before, but not without one that never was", async () => {
    const world = await startTeams([team({ leads: [LEAD] })]);
    const { slack } = world;
    await world.stopBridge();
    await slack.archive({ user: BEN });
    const other = team({ name: "Other", channel: OTHER.id });
    const mistyped = team({ name: "Mistyped", channel: "C0MISTYPED" });

    await expect(
      world.startBridge({}, { teams: [team({ leads: [LEAD] }), mistyped] }),
    ).rejects.toThrow(/C0MISTYPED cannot be seen/);
    await world.startBridge({}, { teams: [team({ leads: [LEAD] }), other] });

    await isTold(world, LEAD, /is archived/);
  });

  it.each([
    ["without bridge.yaml", { allowShared: true }],
    ["with allow-shared: true", { allowShared: true, writtenAt: "SLACK_CHANNEL" }],
  ])("is refused for a shared channel that was in order %s", async (_, earlier) => {
    const world = await startTeams([team({ leads: undefined, ...earlier })]);
    await world.slack.shareChannel({});
    await world.stopBridge();
    await world.startBridge();
    await world.stopBridge();
    const now = [team({ leads: undefined, writtenAt: "SLACK_CHANNEL" })] as const;

    await expect(world.startBridge({}, { teams: now })).rejects.toThrow(
      /^[^;]*C0SUPPORT is shared with another company; .*allow-shared: true/,
    );
    await world.slack.unshareChannel({});
    await world.startBridge({}, { teams: now });
  });

  it("goes on where a channel was shared that was not before, under the same rule", async () => {
    const world = await startTeams([team({ leads: [LEAD] })]);
    await world.stopBridge();
    await world.slack.shareChannel({});

    await world.startBridge();

    await isTold(world, LEAD, /is shared with another company/);
  });

  it("goes by memory for each channel while Slack is away", async () => {
    const other = team({ name: "Other", channel: OTHER.id });
    const world = await startTeams([team(), other]);
    await world.stopBridge();
    world.slack.faults.add("*", { kind: "status", status: 503 });

    await world.startBridge({}, { teams: [other] });

    expect(world.log.lines.some(({ event }) => event === "start.from-memory")).toBe(true);
  });
});

it("lets the other teams work while one has no channel", async () => {
  const support = team({ leads: [LEAD] });
  const world = await startTeams([support]);
  const { slack, parley } = world;
  const old = await handOver(world);
  await slack.archive({ user: BEN });
  await isTold(world, LEAD, /is archived/);
  await world.stopBridge();

  const billing = team({ name: "Billing", channel: OTHER.id, leads: [BEN] });
  await world.startBridge({}, { teams: [billing, support] });
  await parley.userWrites(old.user.id, "Waits");
  const user = parley.createUser();
  await parley.handOver({ userId: user.id, to: parley.agentService.identification });

  await slack.waitFor(() => slack.state.messages.some(({ channel }) => channel === OTHER.id));
  await slack.unarchive({ user: BEN });
  await slack.waitFor(() => textsIn(world, old.ts).includes("Waits"));
  await isTold(world, LEAD, /is archived/, /is back/);
  expect(directTo(slack, BEN)).toEqual([]);
});
