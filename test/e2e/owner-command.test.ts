import { expect, it, onTestFinished, vi } from "vitest";
import type { Fault } from "../../fakes/http/faults.ts";
import { settledIn } from "../support/attempts.ts";
import { EAGER } from "../support/replies.ts";
import { changesAt } from "../support/sent.ts";
import { handOver, PATIENCE, submitHandBack } from "../support/steps.ts";
import { postsIn, rootsOf, textOf, textsTo } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

/** Types the command as Anna; returns what only she sees, in time. */
async function type({ slack }: Pick<World, "slack">, text: string): Promise<string> {
  const before = slack.state.ephemerals.length;
  const outcome = await slack.command({
    user: "U0ANNA",
    channel: slack.channel,
    command: "/parley-owner",
    text,
  });
  expect(outcome.status).toBe("delivered");
  expect(outcome.ack?.response_type).toBe("ephemeral");
  const told = slack.state.ephemerals[before];
  expect(told).toMatchObject({ user: "U0ANNA", channel: slack.channel, via: "command" });
  return told?.text ?? "";
}

/** The same; returns the answer, which a busy machine may give too late for the command's own. */
async function ask({ slack }: Pick<World, "slack">, text: string): Promise<string> {
  const before = slack.state.ephemerals.length;
  const told = await type({ slack }, text);
  if (!/is slow right now/.test(told)) return told;
  return (await slack.waitFor(() => slack.state.ephemerals[before + 1])).text ?? "";
}

interface Button {
  readonly action_id: string;
  readonly text: { readonly text: string };
}

const buttonsOf = (blocks: readonly unknown[] = []): Button[] =>
  (blocks as { type: string; elements?: Button[] }[]).flatMap(({ type, elements }) =>
    type === "actions" ? (elements ?? []) : [],
  );

/** As Slack's client copies it. */
const linkOf = ({ slack }: World, ts: string, rootTs?: string): string =>
  `https://parley-support.slack.com/archives/${slack.channel}/p${ts.replace(".", "")}${
    rootTs ? `?thread_ts=${rootTs}&cid=${slack.channel}` : ""
  }`;

it("says that there are no open conversations", async () => {
  expect(await ask(await startWorld(), "")).toBe("No open conversations.");
});

it("lists open conversations with links and waiting time: nobody's first, those who wait longest", async () => {
  const minutesPass = (minutes: number) => vi.setSystemTime(Date.now() + minutes * 60_000);
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const world = await startWorld();
  const { slack, log } = world;
  const open = (name: string) => handOver(world, { user: { additionalInformation: { name } } });
  const first = await open("Ada");
  minutesPass(180);
  const answered = await open("Bob");
  const last = await open("<!here> Eve");
  const gone = await open("Gone");
  await slack.post({ user: "U0BEN", threadTs: answered.ts, text: "Hello Bob" });
  await expect.poll(() => settledIn(log, answered.outbox), PATIENCE).toHaveLength(1);
  await submitHandBack(slack, gone.ts);
  await expect.poll(() => settledIn(log, gone.outbox), PATIENCE).toHaveLength(1);
  minutesPass(7);

  const line = ({ user, ts }: typeof first, name: string, state: string) =>
    `• <${slack.url}/archives/${slack.channel}/p${ts.replace(".", "")}|${name}> · User ${user.id} · ${state}`;
  expect((await ask(world, "")).split("\n")).toEqual([
    "*3 open conversations*",
    line(first, "Ada", "*waiting 3 h* · nobody answers yet"),
    line(last, "&lt;!here&gt; Eve", "*waiting 7 min* · nobody answers yet"),
    line(answered, "Bob", "answered · <@U0BEN> answers"),
  ]);
});

it("shows the owner by name, live from Parley", async () => {
  const world = await startWorld();
  const { parley } = world;
  const user = parley.createUser();

  expect(await ask(world, user.id)).toBe(`User ${user.id} is with *Bot Service*`);

  await parley.handOver({
    userId: user.id,
    to: parley.addService({ name: "Sales & Co" }).identification,
  });
  expect(await ask(world, `  ${user.id}  `)).toBe(`User ${user.id} is with *Sales &amp; Co*`);
});

it("links to the open thread of a User who is with us", async () => {
  const world = await startWorld();
  const { user, ts } = await handOver(world);

  const answer = await ask(world, user.id);

  expect(answer).toContain("is with *Agent Service* (this bridge)");
  expect(answer).toContain(`p${ts.replace(".", "")}|open thread>`);
});

it("lists the Services with the default and itself marked", async () => {
  const world = await startWorld();
  const { botService, agentService, ...parley } = world.parley;
  const sales = parley.addService({ name: "Sales *desk*" });

  expect((await ask(world, "services")).split("\n")).toEqual([
    `• *Bot Service* \`${botService.identification}\` (default)`,
    `• *Agent Service* \`${agentService.identification}\` (this bridge)`,
    `• *Sales ∗desk∗* \`${sales.identification}\``,
  ]);
});

it.each(["help", "HELP"])("explains itself for %s", async (text) => {
  const help = await ask(await startWorld(), text);
  for (const form of ["list", "<user>", "<user> <service>", "<user> take", "services"]) {
    expect(help).toContain(`/parley-owner ${form}`.replaceAll("<", "&lt;").replaceAll(">", "&gt;"));
  }
});

it.each(["assign", "Decline", "move"])("explains itself where %s stands alone", async (word) => {
  const world = await startWorld();
  const user = world.parley.createUser();
  expect(await ask(world, `${user.id} ${word}`)).toContain("/parley-owner list");
  const named = world.parley.addService({ name: word });
  expect(await ask(world, `${user.id} ${word}`)).toContain("is with");
  expect(world.parley.user(user.id).owner).toBe(named.identification);
});

it.each([
  ["its whole name with spaces", "Sales desk"],
  ["its name in other letters", "sALES DESK"],
  ["its id", "5a1e5"],
])("gives a User to a Service by %s", async (_, wanted) => {
  const world = await startWorld();
  const { parley } = world;
  parley.addService({ name: "Sales desk", identification: "5a1e5" });
  const user = parley.createUser();

  expect(await ask(world, `${user.id} ${wanted}`)).toBe(
    `User ${user.id} is with *Sales desk* now.`,
  );

  expect(parley.user(user.id).owner).toBe("5a1e5");
  expect(parley.user(user.id).handovers.at(-1)?.metadata).toMatchObject({ changedBy: "Anna" });
});

it("knows a whole name however its spaces and accents are written", async () => {
  const world = await startWorld();
  const { parley } = world;
  parley.addService({ name: "Cafe\u0301  de\u00a0nuit ", identification: "5a1e5" });
  const user = parley.createUser();

  await ask(world, `${user.id} CAF\u00c9 de nuit`);

  expect(parley.user(user.id).owner).toBe("5a1e5");
});

it("prefers a whole name to a part of another", async () => {
  const world = await startWorld();
  const { parley } = world;
  parley.addService({ name: "Sales desk", identification: "de5c" });
  parley.addService({ name: "Sales", identification: "5a1e5" });
  const user = parley.createUser();

  await ask(world, `${user.id} sales`);

  expect(parley.user(user.id).owner).toBe("5a1e5");
});

it.each([
  ["one", "desk", ["Sales desk"]],
  ["several", "sales", ["Sales desk", "Sales phone"]],
])(
  "asks with buttons for a part of a name that %s has, and acts when one is pressed",
  async (_, part, names) => {
    const world = await startWorld();
    const { slack, parley } = world;
    parley.addService({ name: "Sales desk", identification: "de5c" });
    parley.addService({ name: "Sales phone", identification: "f0e" });
    const user = parley.createUser();

    expect(await ask(world, `${user.id} ${part}`)).toContain(`No Service is called “${part}”`);

    expect(changesAt(parley, user.id)).toEqual([]);
    const question = slack.state.ephemerals.at(-1);
    const buttons = buttonsOf(question?.blocks);
    expect(buttons.map(({ text }) => text.text)).toEqual(names);
    const pressed = buttons.find(({ text }) => text.text === "Sales desk");
    const press = () =>
      slack.click({
        user: "U0ANNA",
        channel: slack.channel,
        ts: question?.ts ?? "",
        actionId: pressed?.action_id ?? "",
      });
    expect((await press()).status).toBe("delivered");
    await slack.waitFor(() => /is with \*Sales desk\* now/.test(question?.text ?? ""));
    expect(parley.user(user.id).owner).toBe("de5c");
    expect(changesAt(parley, user.id)).toEqual(["PUT owner"]);
    expect(buttonsOf(question?.blocks)).toEqual([]);
  },
);

it("asks which of two Services is meant that have the same name", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  parley.addService({ name: "Sales", identification: "5a1" });
  parley.addService({ name: "Sales", identification: "5a2" });
  const user = parley.createUser();

  await ask(world, `${user.id} sales`);

  expect(changesAt(parley, user.id)).toEqual([]);
  const labels = buttonsOf(slack.state.ephemerals.at(-1)?.blocks).map(({ text }) => text.text);
  expect(labels).toEqual(["Sales (5a1)", "Sales (5a2)"]);
});

it.each([
  ["an unknown", "<!channel>", /There is no Service “&lt;!channel&gt;”/],
  ["one of too many", "sales", /Many Services match “sales”/],
])("changes nothing for %s Service and names all", async (_, wanted, answer) => {
  const world = await startWorld();
  const { parley } = world;
  for (let n = 1; n <= 6; n++) parley.addService({ name: `Sales ${n}` });
  const user = parley.createUser();

  const told = await ask(world, `${user.id} ${wanted}`);

  expect(told).toMatch(answer);
  expect(told).toContain("*Bot Service*, *Agent Service*, *Sales 1*");
  expect(changesAt(parley, user.id)).toEqual([]);
});

const BAD_IDS: readonly [what: string, id: string][] = [
  ["dots", ".."],
  ["one dot", "."],
  ["a path of dots", "../services"],
  ["a control character", "7\u0007"],
  ["a sign that turns the text around", "7\u202e"],
  ["more than 200 characters", "7".repeat(201)],
];

it.each(
  BAD_IDS.flatMap(([what, id]) =>
    ["", "user:", "customer:"].map((kind) => [kind, what, id] as const),
  ),
)("refuses %s%s for an id, and asks Parley nothing", async (kind, _, id) => {
  const world = await startWorld();
  const before = world.parley.requests.length;

  expect(await ask(world, `${kind}${id} bot service`)).toMatch(/^That is no id/);
  expect(await ask(world, `${kind}${id}`)).toMatch(/^That is no id/);

  expect(world.parley.requests.slice(before)).toEqual([]);
});

it("finds a Service with an ampersand, which Slack escapes", async () => {
  const world = await startWorld();
  const { parley } = world;
  const sales = parley.addService({ name: "Sales & Co" });
  const user = parley.createUser();

  expect(await ask(world, `${user.id} sales &amp; co`)).toContain("*Sales &amp; Co* now");

  expect(parley.user(user.id).owner).toBe(sales.identification);
});

it("changes nothing when the User is with that Service already", async () => {
  const world = await startWorld();
  const { parley } = world;
  const user = parley.createUser();

  expect(await ask(world, `${user.id} bot service`)).toBe(
    `User ${user.id} is with *Bot Service* already.`,
  );
  expect(changesAt(parley, user.id)).toEqual([]);
});

it("ends the open conversation of a User who is given away", async () => {
  const world = await startWorld();
  const { slack, parley, log } = world;
  const { user, ts, outbox } = await handOver(world);

  await ask(world, `${user.id} bot service`);

  expect(parley.user(user.id).owner).toBe(parley.botService.identification);
  await slack.waitFor(() =>
    /Handed back\* to Bot Service by <@U0ANNA>/.test(JSON.stringify(rootsOf(slack)[0]?.blocks)),
  );
  expect(postsIn(slack, ts).map(({ text }) => text)).toEqual([
    expect.stringContaining("<@U0ANNA> handed this User back to *Bot Service*"),
  ]);
  await slack.post({ user: "U0BEN", threadTs: ts, text: "Too late" });
  await expect.poll(() => settledIn(log, outbox)[0]?.outcome, PATIENCE).toBe("ignored");
  expect(parley.sent(user.id)).toEqual([]);
});

it("leaves a User alone whom a form hands back at this moment", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  parley.addService({ name: "Night shift" });
  const { user, root, ts } = await handOver(world);
  const given = Promise.withResolvers<void>();
  parley.faults.add(`PUT /users/${user.id}/owner`, { kind: "held", until: given.promise });
  await submitHandBack(slack, ts);
  await parley.until(() => changesAt(parley, user.id).length > 0);

  expect(await ask(world, `${user.id} night shift`)).toMatch(
    /did not go to \*Night shift\*: somebody else was faster/,
  );

  given.resolve();
  await slack.waitFor(() => /Handed back\* to Bot Service/.test(textOf(root)));
  expect(parley.user(user.id).owner).toBe(parley.botService.identification);
  expect(postsIn(slack, ts).map(({ text }) => text)).toEqual([
    expect.stringContaining("handed this User back to *Bot Service*"),
  ]);
});

it("gives a User away whom a form cannot hand back meanwhile", async () => {
  const world = await startWorld({ env: EAGER });
  const { slack, parley } = world;
  const night = parley.addService({ name: "Night shift" });
  const { user, root, ts } = await handOver(world);
  const given = Promise.withResolvers<void>();
  parley.faults.add(`PUT /users/${user.id}/owner`, { kind: "held", until: given.promise });
  const answer = ask(world, `${user.id} night shift`);
  await parley.until(() => changesAt(parley, user.id).length > 0);

  await submitHandBack(slack, ts);
  await slack.waitFor(() => postsIn(slack, ts).length > 0);

  given.resolve();
  await answer;
  await slack.waitFor(() => /Handed back\* to Night shift/.test(textOf(root)));
  expect(parley.user(user.id).owner).toBe(night.identification);
  await slack.waitFor(() => postsIn(slack, ts).length > 1);
  expect(postsIn(slack, ts).map(({ text }) => text)).toEqual([
    expect.stringMatching(/handing back did not work \(somebody else is giving the User/),
    expect.stringContaining("handed this User back to *Night shift*"),
  ]);
});

it("says in the thread that the agent's name may stay where Parley does not take it off", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  parley.faults.add(`PUT /users/${user.id}/agent/unset`, { kind: "status", status: 400 });

  await ask(world, `${user.id} bot service`);

  expect(parley.user(user.id).owner).toBe(parley.botService.identification);
  await slack.waitFor(() => postsIn(slack, ts).length === 1);
  expect(postsIn(slack, ts)[0]?.text).toMatch(/may still show the agent's name \(.*HTTP 400.*\)/);
});

it("takes a User back into one new thread that links to the old one", async () => {
  const world = await startWorld();
  const { slack, parley, log } = world;
  const { user, ts, inbox } = await handOver(world, {
    user: { uniqueIdentifier: "customer-7", additionalInformation: { name: "Ada" } },
  });
  await submitHandBack(slack, ts);
  // The handover, the notice and the root.
  await expect.poll(() => settledIn(log, inbox), PATIENCE).toHaveLength(3);

  expect(await ask(world, `${user.id} agent service`)).toContain("is with *Agent Service* now");

  expect(parley.user(user.id).owner).toBe(parley.agentService.identification);
  // Parley's callback about it, the bridge's own knowledge, and the old root, which links to the new one.
  await expect.poll(() => settledIn(log, inbox), PATIENCE).toHaveLength(6);
  expect(rootsOf(slack)).toHaveLength(2);
  const root = rootsOf(slack)[1];
  expect(JSON.stringify(root?.blocks)).toContain("Taken over by agent");
  expect(JSON.stringify(root?.blocks)).toContain("Ada");
  expect(JSON.stringify(root?.blocks)).toContain(`p${ts.replace(".", "")}|earlier`);
  expect(JSON.stringify(rootsOf(slack)[0]?.blocks)).toContain(`p${root?.ts.replace(".", "")}|`);
  expect(postsIn(slack, root?.ts ?? "")).toEqual([]);
  await slack.post({ user: "U0ANNA", threadTs: root?.ts ?? "", text: "It is me again" });
  await parley.until(() => parley.sent(user.id).at(-1)?.message === "It is me again");
});

it("opens the thread of a User taken back although Parley calls nobody", async () => {
  const world = await startWorld({ parley: { shapes: { handover: "none" } } });
  const { slack, parley } = world;
  const user = parley.createUser();

  await ask(world, `${user.id} agent service`);

  const root = await slack.waitFor(() => rootsOf(slack)[0]);
  expect(JSON.stringify(root.blocks)).toContain(user.id);
});

it.each([
  ["the link of a thread's root", (world: World, ts: string) => linkOf(world, ts)],
  ["a link in Slack's brackets", (world: World, ts: string) => `<${linkOf(world, ts)}>`],
  ["a link with a label", (world: World, ts: string) => `<${linkOf(world, ts)}|thread>`],
  [
    "the link of a reply",
    (world: World, ts: string) =>
      `<${linkOf(world, "1795366652.000900", ts).replace("&", "&amp;")}>`,
  ],
  ["a customer id", () => "customer-7"],
  ["a marked customer id", () => "customer:customer-7"],
  ["an id with signs that nobody sees", () => "\u2060custo\u200bmer-7\ufeff"],
])("finds the User by %s", async (_, target) => {
  const world = await startWorld();
  const { user, ts } = await handOver(world, { user: { uniqueIdentifier: "customer-7" } });

  expect(await ask(world, target(world, ts))).toContain(`User ${user.id} is with *Agent Service*`);
  expect(await ask(world, `${target(world, ts)} bot service`)).toBe(
    `User ${user.id} is with *Bot Service* now.`,
  );
});

it.each([
  [
    "a Slack message that is no conversation",
    "https://x.slack.com/archives/C0SUPPORT/p1795366652000900",
    /no thread of a Parley conversation/,
  ],
  ["another address", "<https://example.com/users/7>", /no Slack message/],
  [
    "a link whose thread is none",
    "https://x.slack.com/archives/C0SUPPORT/p1795366652000900?thread_ts=../..",
    /no Slack message/,
  ],
  ["an unknown customer", "customer:nobody", /No conversation with customer nobody/],
])("says so for %s", async (_, target, answer) => {
  expect(await ask(await startWorld(), target)).toMatch(answer);
});

it("takes a number that is no User of Parley for a customer", async () => {
  const world = await startWorld();
  const { user } = await handOver(world, { user: { uniqueIdentifier: "4711" } });

  expect(await ask(world, "4711")).toContain(`User ${user.id} is with *Agent Service*`);
});

it("does not guess whether a number is a User or a customer", async () => {
  const world = await startWorld();
  const { parley } = world;
  const other = parley.createUser({ id: "4711" });
  const { user } = await handOver(world, { user: { uniqueIdentifier: "4711" } });

  expect(await ask(world, "4711 bot service")).toMatch(/`user:4711` or `customer:4711`/);
  expect([...changesAt(parley, other.id), ...changesAt(parley, user.id)]).toEqual([]);
  expect(await ask(world, "user:4711")).toBe("User 4711 is with *Bot Service*");
  expect(await ask(world, "customer:4711")).toContain(`User ${user.id} is with *Agent Service*`);
});

it.each(["99999", "99999 bot service", "a..b"])("says that User %s is unknown", async (text) => {
  expect(await ask(await startWorld(), text)).toMatch(
    /Parley does not know this User.*(user|route)_not_found/,
  );
});

it.each<[string, Fault]>([
  ["cannot be reached", { kind: "refused" }],
  ["answers with an error", { kind: "status", status: 500 }],
])("says so when Parley %s", async (_, fault) => {
  const world = await startWorld();
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  parley.faults.add("*", fault);

  for (const text of [user.id, `${user.id} bot service`, "services"]) {
    expect(await ask(world, text)).toMatch(/Parley cannot be reached right now/);
  }

  parley.faults.clear();
  expect(parley.user(user.id).owner).toBe(parley.agentService.identification);
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Still with me" });
  await parley.until(() => parley.sent(user.id)[0]);
});

it("keeps the conversation when Parley refuses the change", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  parley.faults.add(`PUT /users/${user.id}/owner`, { kind: "status", status: 400 }, 1);

  expect(await ask(world, `${user.id} bot service`)).toMatch(/refuses the change \(HTTP 400\)/);

  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Still with me" });
  await parley.until(() => parley.sent(user.id)[0]);
  expect(await ask(world, "")).toContain(`User ${user.id}`);
});

it("says within three seconds that Parley is slow, and brings the answer later", async () => {
  const world = await startWorld();
  const { slack, parley } = world;
  const user = parley.createUser();
  parley.faults.add(`GET /users/${user.id}/owner`, { kind: "latency", ms: 2_600 }, 1);

  expect(await type(world, user.id)).toMatch(/Parley is slow/);

  await slack.waitFor(() => textsTo(slack, "U0ANNA")[1]);
  expect(textsTo(slack, "U0ANNA")[1]).toBe(`User ${user.id} is with *Bot Service*`);
});

it("says within three seconds that Parley hangs, and in the end that it is down", async () => {
  const world = await startWorld({ env: { PARLEY_RESPONSE_TIMEOUT_MS: "2600" } });
  const { slack, parley } = world;
  const user = parley.createUser();
  parley.faults.add("GET /services", { kind: "hang" });

  expect(await type(world, `${user.id} sales`)).toMatch(/Parley is slow/);

  await slack.waitFor(() => textsTo(slack, "U0ANNA")[1]);
  expect(textsTo(slack, "U0ANNA")[1]).toMatch(/Parley cannot be reached right now/);
});
