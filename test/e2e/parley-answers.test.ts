import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Fault } from "../../fakes/http/faults.ts";
import { afterWork, endless, foreign } from "../support/foreign-answers.ts";
import { readyz, readyzNow } from "../support/readyz.ts";
import { REPLICAS } from "../support/replicas.ts";
import { EAGER } from "../support/replies.ts";
import { changesAt, requestsToSend, sentTo } from "../support/sent.ts";
import { handOver, PATIENCE, submitHandBack, writeFirst } from "../support/steps.ts";
import { postsIn, reactionsOn, rootsOf, textOf, textsTo } from "../support/threads.ts";
import { startWorld, type World } from "../support/world.ts";

const PAGE = "<html><body>We are in maintenance. Your order A-4711 is safe.</body></html>";
const SUCCESS = JSON.stringify({ data: {}, notifications: [], status: "SUCCESS" });

/** Answers that are none of Parley's; those that differ only in their words are tried where they are read. */
const NO_ANSWERS: readonly [string, ReturnType<typeof foreign>][] = [
  ["a page", foreign(PAGE)],
  ["nothing with 204", foreign("", 204)],
  ["an answer without an end", endless(200)],
  [
    "what is small only on the way",
    foreign(gzipSync(`{"status":"SUCCESS","data":{},"padding":"${"x".repeat(2_000_000)}"}`), 200, {
      "content-encoding": "gzip",
    }),
  ],
];

const rootText = ({ slack }: World) => textOf(rootsOf(slack)[0] ?? { text: "" });

/** What operators, agents and colleagues were told must not hold the words of a foreign page. */
function expectNotQuoted({ slack, log }: World): void {
  const shown = JSON.stringify([slack.state.messages, slack.state.ephemerals, log.lines]);
  expect(shown).not.toMatch(/We are in maintenance|A-4711/);
}

describe("a reply that Parley answers with 2xx but without its envelope", () => {
  it.each(NO_ANSWERS)(
    "may or may not have arrived, and its writer decides: %s",
    async (_, fault) => {
      const world = await startWorld({ env: EAGER });
      const { slack, parley } = world;
      const { user, ts } = await handOver(world);
      parley.faults.add(`POST /users/${user.id}/messages`, fault, 1);

      const reply = await writeFirst(slack, { user: "U0ANNA", threadTs: ts, text: "Perhaps" });
      await slack.post({ user: "U0ANNA", threadTs: ts, text: "Next" });

      await parley.until(() => sentTo(world, user.id).includes("Next"));
      await slack.waitFor(() => reactionsOn(slack, reply.ts).length > 0);
      expect(reactionsOn(slack, reply.ts)).toEqual(["grey_question"]);
      const told = await slack.waitFor(() => slack.state.ephemerals[0]);
      expect(told.text).toMatch(/^:grey_question: \*Perhaps not delivered\.\*/);
      expect(sentTo(world, user.id)).toEqual(["Next"]);
      await slack.click({
        user: "U0ANNA",
        channel: slack.channel,
        ts: told.ts,
        actionId: "parley_send_again",
      });
      await parley.until(() => sentTo(world, user.id).length === 2);
      expect(sentTo(world, user.id)).toEqual(["Next", "Perhaps"]);
      expect(requestsToSend(world, user.id)).toBe(3);
      expectNotQuoted(world);
    },
  );

  it.each([
    ["no body", foreign(""), "white_check_mark"],
    ["a page", foreign(PAGE), "grey_question"],
  ])(
    "counts as delivered where an operator says so, but a page never does: %s",
    async (_, fault, mark) => {
      const world = await startWorld({ env: { ...EAGER, PARLEY_EMPTY_ANSWER: "delivered" } });
      const { slack, parley } = world;
      const { user, ts } = await handOver(world);
      parley.faults.add(`POST /users/${user.id}/messages`, afterWork(fault), 1);

      const reply = await slack.post({ user: "U0ANNA", threadTs: ts, text: "Hello" });

      await slack.waitFor(() => reactionsOn(slack, reply.ts).length > 0);
      expect(reactionsOn(slack, reply.ts)).toEqual([mark]);
      expect(sentTo(world, user.id)).toEqual(["Hello"]);
    },
  );
});

describe("a change of owner that Parley answers with 2xx but without its envelope", () => {
  it.each(NO_ANSWERS.slice(0, 2))("is asked for again: %s", async (_, fault) => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    parley.faults.add(`PUT /users/${user.id}/owner`, fault, 1);

    await submitHandBack(slack, ts);

    await slack.waitFor(() => /Handed back/.test(rootText(world)));
    expect(parley.user(user.id).owner).toBe(parley.botService.identification);
    expect(changesAt(parley, user.id).filter((change) => change === "PUT owner")).toHaveLength(2);
    expect(postsIn(slack, ts).map(({ text }) => text)).toEqual([
      expect.stringContaining("handed this User back"),
    ]);
    expectNotQuoted(world);
  });

  it("is done if Parley names the new owner then, and is not asked for again", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    const fault = afterWork(foreign(PAGE));
    parley.faults.add(`PUT /users/${user.id}/owner`, fault);

    await submitHandBack(slack, ts);

    await slack.waitFor(() => /Handed back/.test(rootText(world)));
    expect(changesAt(parley, user.id).filter((change) => change === "PUT owner")).toHaveLength(1);
  });

  it.each([
    ["a page", PAGE],
    ["Parley's own SUCCESS", SUCCESS],
  ])("is not told as done while the User is still ours: %s every time", async (_, body) => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    parley.faults.add(`PUT /users/${user.id}/owner`, foreign(body));

    await submitHandBack(slack, ts);

    await slack.waitFor(() =>
      postsIn(slack, ts).some(({ text }) => /handing back did not work/.test(text)),
    );
    expect(rootText(world)).toContain("Hand back");
    expect(parley.user(user.id).owner).toBe(parley.agentService.identification);
    await slack.post({ user: "U0ANNA", threadTs: ts, text: "Still here" });
    await parley.until(() => sentTo(world, user.id).includes("Still here"));
    expectNotQuoted(world);
  });

  it("is not told as done to who asked for it with the command", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const user = parley.createUser();
    parley.faults.add(`PUT /users/${user.id}/owner`, foreign(SUCCESS));
    const command = { user: "U0ANNA", channel: slack.channel, command: "/parley-owner" };

    await slack.command({ ...command, text: `${user.id} Agent Service` });

    const [answer] = textsTo(slack, "U0ANNA");
    expect(answer).toMatch(/^:warning:/);
    expect(rootsOf(slack)).toEqual([]);
  });
});

describe("a gateway's answer to a reply", () => {
  it.each([500, 502, 524])(
    "leaves open whether it arrived, so it is not sent twice: %i after the work",
    async (status) => {
      const world = await startWorld({ env: EAGER });
      const { slack, parley } = world;
      const { user, ts } = await handOver(world);
      const fault = afterWork(foreign(PAGE, status));
      parley.faults.add(`POST /users/${user.id}/messages`, fault, 1);

      const reply = await slack.post({ user: "U0ANNA", threadTs: ts, text: "Once" });

      await slack.waitFor(() => reactionsOn(slack, reply.ts).length > 0);
      expect(reactionsOn(slack, reply.ts)).toEqual(["grey_question"]);
      expect(sentTo(world, user.id)).toEqual(["Once"]);
    },
  );

  it.each([503, 521])("says that it was not passed on: %i", async (status) => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    parley.faults.add(`POST /users/${user.id}/messages`, foreign(PAGE, status), 2);

    const reply = await slack.post({ user: "U0ANNA", threadTs: ts, text: "Once" });

    await slack.waitFor(() => reactionsOn(slack, reply.ts).length > 0);
    expect(reactionsOn(slack, reply.ts)).toEqual(["white_check_mark"]);
    expect(sentTo(world, user.id)).toEqual(["Once"]);
    expect(textsTo(slack, "U0ANNA")).toEqual([]);
  });
});

const REFUSED = JSON.stringify({
  status: "ERROR",
  notifications: [{ type: "error", message: "api_key_not_valid" }],
});
const raised = ({ log }: World) => log.lines.filter(({ event }) => event === "alarm.raised");

// Each replica raises alarms of its own.
describe.skipIf(REPLICAS !== undefined)("while Parley refuses us altogether", () => {
  it.each<[string, readonly [string | RegExp, Fault][], RegExp]>([
    [
      "401",
      [[/^(GET|POST|PUT) /, foreign(REFUSED, 401)]],
      /credentials.*PARLEY_SHARED_SECRET.*clock/,
    ],
    ["401 with a page", [[/^(GET|POST|PUT) /, foreign(PAGE, 401)]], /credentials/],
    ["200 with ERROR", [[/^(GET|POST|PUT) /, foreign(REFUSED)]], /credentials/],
    ["401 to messages alone", [[/ \/users\/\d+\/messages$/, foreign(REFUSED, 401)]], /credentials/],
    ["403 everywhere", [[/^(GET|POST|PUT) /, foreign(PAGE, 403)]], /refuses all our requests/],
    ["404 everywhere", [[/^(GET|POST|PUT) /, foreign(PAGE, 404)]], /PARLEY_API_URL/],
    ["a redirect everywhere", [[/^(GET|POST|PUT) /, foreign("", 302)]], /refuses all our requests/],
    [
      "403 to messages and to the list of Services",
      [
        [/ \/users\/\d+\/messages$/, foreign(PAGE, 403)],
        ["GET /services", foreign(PAGE, 403)],
      ],
      /refuses all our requests/,
    ],
  ])(
    "replies wait, somebody is told once, and they go by themselves: %s",
    async (_, faults, advice) => {
      const world = await startWorld({ env: EAGER });
      const { slack, parley, log } = world;
      const { user, ts } = await handOver(world);
      for (const [target, fault] of faults) parley.faults.add(target, fault);

      const reply = await slack.post({ user: "U0ANNA", threadTs: ts, text: "First" });
      await slack.post({ user: "U0ANNA", threadTs: ts, text: "Second" });
      await reply.delivered;
      world.advance(3_000);

      await slack.waitFor(() => reactionsOn(slack, reply.ts).length > 0);
      expect(reactionsOn(slack, reply.ts)).toEqual(["hourglass_flowing_sand"]);
      expect(raised(world).map(({ level, fields }) => [level, fields])).toEqual([
        ["error", { alarm: "parley-access", advice: expect.stringMatching(advice) as string }],
      ]);
      parley.faults.clear();
      await parley.until(() => sentTo(world, user.id).length === 2);
      expect(sentTo(world, user.id)).toEqual(["First", "Second"]);
      expect(log.lines.filter(({ event }) => event === "alarm.cleared")).toHaveLength(1);
      expect(textsTo(slack, "U0ANNA")).toEqual([]);
      expectNotQuoted(world);
    },
  );
});

it("is not ready while Parley refuses its credentials, and says why", async () => {
  const world = await startWorld({ env: EAGER });
  const { parley } = world;
  parley.faults.add("GET /services", foreign(REFUSED, 401), 1);

  expect(await readyz(world)).toMatchObject({
    status: 503,
    checks: {
      "parley-access": expect.stringMatching(/credentials.*PARLEY_SHARED_SECRET/) as string,
    },
  });
  await expect.poll(() => readyzNow(world), PATIENCE).toHaveProperty("status", 200);
});

describe("403 to one reply while Parley answers us otherwise", () => {
  it("concerns this reply alone, which becomes a dead letter", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    parley.faults.add(`POST /users/${user.id}/messages`, foreign(PAGE, 403), 1);

    const reply = await writeFirst(slack, { user: "U0ANNA", threadTs: ts, text: "Refused" });
    await slack.post({ user: "U0ANNA", threadTs: ts, text: "Next" });

    await parley.until(() => sentTo(world, user.id).includes("Next"));
    await slack.waitFor(() => reactionsOn(slack, reply.ts).includes("x"));
    expect(sentTo(world, user.id)).toEqual(["Next"]);
    expect(raised(world)).toEqual([]);
    expectNotQuoted(world);
  });

  it("is because another Service took the User in this moment, and thread and writer learn it", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const night = parley.addService({ name: "Night shift" });
    const { user, ts } = await handOver(world);
    // The owner is asked before; the User goes away between the two.
    parley.subscribe((change) => {
      if (change.kind !== "request" || change.request.answer === null) return;
      if (change.request.path !== `/users/${user.id}/owner`) return;
      parley.user(user.id).owner = night.identification;
    });
    parley.faults.add(`POST /users/${user.id}/messages`, foreign(PAGE, 403));

    await slack.post({ user: "U0ANNA", threadTs: ts, text: "Hello" });

    await slack.waitFor(() => textsTo(slack, "U0ANNA").length > 0);
    expect(textsTo(slack, "U0ANNA")[0]).toMatch(
      /^:no_entry: \*Not sent\.\* Night shift has this User/,
    );
    await slack.waitFor(() => /\*Taken over\* by Night shift/.test(rootText(world)));
  });
});

it("stays small and well while Parley answers everything without an end", async () => {
  const world = await startWorld({ env: EAGER });
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  parley.faults.add(/^GET /, endless(200));

  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Later" });

  const asked = () => parley.requests.filter(({ method }) => method === "GET").length;
  const before = asked();
  await expect.poll(() => asked() - before, PATIENCE).toBeGreaterThan(5);
  parley.faults.clear();
  await parley.until(() => sentTo(world, user.id).includes("Later"));
});
