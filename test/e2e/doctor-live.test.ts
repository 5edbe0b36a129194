import { describe, expect, it } from "vitest";
import { DEFAULT_SCOPES } from "../../fakes/slack/identity.ts";
import { spawnBridge } from "../support/process.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { handOver } from "../support/steps.ts";
import { type Message, rootsOf } from "../support/threads.ts";
import { type Env, startWorld, type World } from "../support/world.ts";

async function runLive(env: Env, who: string) {
  const { code, stdout } = await runToEnd(env, "doctor", "--live", who);
  const lines = stdout.trimEnd().split("\n");
  return { code, lines, live: lines.filter((line) => /^\w+ +live /.test(line)) };
}

const summaryOf = ({ text, thread_ts, reactions }: Message) => ({
  text,
  isInThread: thread_ts !== undefined,
  reactions: (reactions ?? []).map(({ name }) => name),
});

/** What Parley was asked that concerns a User. */
const usersAskedFor = ({ parley }: World) =>
  parley.requests.filter(({ path }) => /\/users\//.test(path));

describe("npm run doctor -- --live", () => {
  it("opens a thread that only says that it is a test, and hands it back", async () => {
    const world = await startWorld({ stopped: true });
    const { slack, env } = world;

    const { code, live } = await runLive(env, "@anna");

    expect(code).toBe(0);
    expect(live).toEqual([
      expect.stringMatching(/^ok +live handover +a test thread was opened for U0ANNA .* Support, /),
      expect.stringMatching(/^open +live handover +that Parley hands .* was not tried, because/),
      expect.stringMatching(/^ok +live blocks +Slack's validator takes all \d{3} messages/),
    ]);
    expect(slack.state.messages.map(summaryOf)).toEqual([
      { text: expect.stringMatching(/\*A test\*, handed back/), isInThread: false, reactions: [] },
      {
        text: expect.stringMatching(/Nobody gets this/),
        isInThread: true,
        reactions: ["white_check_mark"],
      },
      { text: expect.stringMatching(/over, <@U0ANNA>/), isInThread: true, reactions: [] },
    ]);
    const [began] = slack.calls("chat.postMessage");
    expect(began?.args.text).toMatch(/\*A test\*, started for <@U0ANNA>: there is no User/);
    expect(JSON.stringify(slack.state.messages)).not.toContain('"actions"');
    expect(usersAskedFor(world)).toEqual([]);
  });

  it("names nobody for @me, because the app's token does not tell who that is", async () => {
    const { slack, env } = await startWorld({ stopped: true });

    const { code, live } = await runLive(env, "@me");

    expect(code).toBe(0);
    expect(live[0]).toMatch(/^ok +live handover +a test thread was opened for nobody by name, /);
    const [began] = slack.calls("chat.postMessage");
    expect(began?.args.text).toMatch(/\*A test\*: there is no User/);
    expect(slack.state.messages.at(-1)?.text).toMatch(/the test is over\.$/);
    expect(JSON.stringify(slack.state.messages)).not.toContain("<@");
  });

  it("speaks the team's language, in the channel of the team that gets what no other gets", async () => {
    const { slack, env } = await startWorld({ stopped: true, env: { TEAM_LANGUAGE: "nl" } });

    await runLive(env, "U0BEN");

    expect(rootsOf(slack).map(({ text }) => text)).toEqual([
      expect.stringMatching(/Een test.*teruggegeven/),
    ]);
  });

  it.each([
    ["--json", 64, /^--live wants to know for whom: .* --live @anna, or @me/],
    ["@nobody", 78, /^failed +live handover +nobody is called nobody; write your handle/],
    ["U0NOBODY", 78, /^failed +live handover +there is nobody U0NOBODY \(user_not_found\)/],
    ["anna@parley.test", 78, /^failed +live handover +nobody is found .* users:read\.email/],
  ])("says what to write in the place of %s", async (who, code, says) => {
    const { slack, env } = await startWorld({ stopped: true });

    const found = await runLive(env, who);

    expect(found.lines).toContainEqual(expect.stringMatching(says));
    expect(found.code).toBe(code);
    expect(slack.state.messages).toEqual([]);
  });

  it("finds people by their handle, name or e-mail address, and nobody by a name that two have", async () => {
    const members = [
      { id: "U0ANNA", name: "anna", realName: "Anna Berg", email: "anna@parley.test" },
      { id: "U0BEN", name: "ben", realName: "Sam" },
      { id: "U0LEFT", name: "anna.b", realName: "Anna Berg", deleted: true },
      ...Array.from({ length: 300 }, (_, n) => ({ id: `U0MANY${n}`, name: `many${n}` })),
      { id: "U0SAM", name: "sam" },
    ];
    const scopes = [...DEFAULT_SCOPES, "users:read.email"];
    const { env } = await startWorld({ stopped: true, slack: { members, scopes } });

    for (const who of ["anna", "@Anna Berg", "ANNA@parley.test"]) {
      const { live } = await runLive(env, who);
      expect(live[0]).toMatch(/^ok .* for U0ANNA /);
    }
    expect((await runLive(env, "@many299")).live[0]).toMatch(/^ok .* for U0MANY299 /);
    expect((await runLive(env, "@sam")).live[0]).toMatch(/^failed .* 2 people are called sam/);
  });

  it("posts nothing where something that it needs has failed", async () => {
    const { slack, env } = await startWorld({ stopped: true });

    const { code, live } = await runLive({ ...env, SLACK_CHANNEL: "C0NOWHERE" }, "@anna");

    expect(live[0]).toMatch(/^skipped +live handover +not checked, because slack channels failed$/);
    expect(code).toBe(78);
    expect(slack.state.messages).toEqual([]);
  });

  it("tells which step Slack refuses", async () => {
    const { slack, env } = await startWorld({ stopped: true });
    slack.faults.add("chat.update", answering({ ok: false, error: "restricted_action" }));

    const { code, live } = await runLive(env, "@anna");

    expect(live[0]).toMatch(/^failed .*refuses a step .*chat\.update: restricted_action.*who may/);
    expect(code).toBe(78);
  });

  it("tells which messages Slack's validator refuses, in Slack's words", async () => {
    const { slack, env } = await startWorld({ stopped: true });
    const errors = [{ code: "failed_constraint", message: "must be shorter", pointer: "/0/text" }];
    const refusal = { ok: false, error: "invalid_blocks", errors };
    slack.faults.add("blocks.validate", answering(refusal), 1);

    const { code, live } = await runLive(env, "@anna");

    expect(live.at(-1)).toMatch(
      /^failed +live blocks +Slack would refuse a further handover with a reason \(en\): must be shorter at \/0\/text; tell/,
    );
    expect(code).toBe(78);
  });

  it("waits as long as Slack's validator asks, and does without one that is not there", async () => {
    const { slack, env } = await startWorld({ stopped: true });
    slack.faults.add("blocks.validate", { kind: "rate-limited", retryAfterSeconds: 1 }, 1);
    expect((await runLive(env, "@anna")).live.at(-1)).toMatch(/^ok +live blocks /);

    slack.faults.add("blocks.validate", { kind: "rate-limited", retryAfterSeconds: 3600 });
    const limited = await runLive(env, "@anna");
    expect(limited.live.at(-1)).toMatch(/^open +live blocks .*rate limited.*the first ones show/);
    expect(limited.code).toBe(0);

    slack.faults.clear();
    slack.faults.add("blocks.validate", answering({ ok: false, error: "unknown_method" }));
    expect((await runLive(env, "@anna")).live.at(-1)).toMatch(
      /^open +live blocks .*unknown_method/,
    );
  });

  it("leaves a thread that a running bridge takes for none of its own", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    await runLive(world.env, "@anna");
    const [root] = rootsOf(slack);
    const before = slack.state.messages.length;

    await slack.post({ user: "U0ANNA", threadTs: root?.ts ?? "", text: "Is anybody there?" });
    await handOver(world);

    const inTest = slack.state.messages.filter(({ thread_ts }) => thread_ts === root?.ts);
    expect(inTest.map(({ text }) => text).slice(2)).toEqual(["Is anybody there?"]);
    expect(slack.state.messages.length).toBeGreaterThan(before + 1);
    expect(slack.state.ephemerals).toEqual([]);
    expect(parley.requests.filter(({ path }) => /messages/.test(path))).toEqual([]);
  });
});

describe.each([
  ["chat.postMessage", 1],
  ["chat.postMessage", 2],
  ["reactions.add", 1],
  ["chat.update", 1],
  ["chat.postMessage", 3],
])("killed while its %s number %i is on its way", (method, nth) => {
  it("leaves nothing that sends anything later", async () => {
    const world = await startWorld({ stopped: true });
    const { slack } = world;
    if (nth > 1) slack.faults.add(method, { kind: "latency", ms: 0 }, nth - 1);
    slack.faults.add(method, { kind: "hang" }, 1);
    const doctor = spawnBridge(world.env, { args: ["doctor", "--live", "@anna"] });
    await slack.waitFor(() => slack.calls(method).length === nth, 30_000);
    doctor.signal("SIGKILL");
    await doctor.exited;
    const left = slack.state.messages.map(summaryOf);

    await world.startBridge();
    await handOver(world);

    const [root, ...others] = slack.state.messages;
    expect(root?.text).toMatch(/\*A test\*/);
    const inTest = [root, ...others.filter(({ thread_ts }) => thread_ts === root?.ts)];
    expect(inTest.map((message) => message && summaryOf(message))).toEqual(left);
  });
});

/** Answers with this in place of the work. */
function answering(body: object) {
  return {
    kind: "other-answer",
    isDone: false,
    write(response: {
      setHeader(name: string, value: string): unknown;
      end(text: string): unknown;
    }) {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(body));
    },
  } as const;
}
