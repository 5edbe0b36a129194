import { expect, it } from "vitest";
import { readStateLocation } from "../../src/config/read-config.ts";
import { toItemId } from "../../src/ids.ts";
import { openJournals } from "../../src/state/open-journals.ts";
import { ACTIONS } from "../../src/views/actions.ts";
import { attemptsIn } from "../support/attempts.ts";
import { runDeadLetters } from "../support/dead-letters-tool.ts";
import { changesAt, sentTo } from "../support/sent.ts";
import { openStateSql } from "../support/state-sql.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { reactionsOn, textsIn, textsTo, toldTo } from "../support/threads.ts";
import { CALLBACK_TOKEN, startWorld, type World } from "../support/world.ts";

/** What fails for a second is given up. */
const IMPATIENT = { RETRY_FIRST_MS: "20", RETRY_CAP_MS: "50", RETRY_MAX_AGE_MS: "1000" };

const isDead = ({ outcome }: { outcome?: unknown }) => outcome === "dead";

/** A reply that Parley has refused for good; its author knows. */
async function refusedReply(world: World, text: string) {
  const { slack, parley, log } = world;
  const opened = await handOver(world);
  parley.faults.add(`POST /users/${opened.user.id}/messages`, { kind: "status", status: 400 }, 1);
  const reply = await slack.post({ user: "U0ANNA", threadTs: opened.ts, text });
  await expect.poll(() => attemptsIn(log, opened.outbox).filter(isDead), PATIENCE).toHaveLength(1);
  const item = String(attemptsIn(log, opened.outbox).find(isDead)?.item);
  return { ...opened, item, replyTs: reply.ts };
}

it("makes a dead letter of what cannot be shown, says so in the thread, and shows what waits behind it", async () => {
  const world = await startWorld({ env: IMPATIENT });
  const { slack, parley, log, env } = world;
  const { user, ts, inbox } = await handOver(world);
  slack.faults.add("chat.postMessage", { kind: "status", status: 500 });
  await parley.userWrites(user.id, "Doomed");
  const isOld = ({ age_ms }: { age_ms?: unknown }) => Number(age_ms) > 600;
  await expect.poll(() => attemptsIn(log, inbox).some(isOld), PATIENCE).toBe(true);
  await parley.userWrites(user.id, "Waiting behind");
  await expect.poll(() => attemptsIn(log, inbox).some(isDead), PATIENCE).toBe(true);

  slack.faults.clear();

  await slack.waitFor(() => textsIn(world, ts).length === 2);
  expect(textsIn(world, ts)[0]).toBe("Waiting behind");
  expect(textsIn(world, ts)[1]).toMatch(/could not be shown here .*npm run dead-letters/);
  const { lines } = await runDeadLetters(env, "list");
  expect(lines).toEqual([
    expect.stringMatching(/^m_\w+ .* Parley → Slack {2}callback {2}user\/\d+ {2}uncertain: /),
    "1 dead letter",
  ]);
});

it("says so to whoever presses a button that the bridge cannot act on", async () => {
  const world = await startWorld();
  const { slack } = world;
  const { ts, item } = await refusedReply(world, "Hello");
  const told = await slack.waitFor(() => toldTo(slack, "U0ANNA", ts)[0]);
  const state = await openStateSql(world);
  await state.ask("UPDATE outbox SET body = '{\"half' WHERE id = ?", item);
  await state.close();
  const { channel, user } = told;

  await slack.click({ user, channel, ts: told.ts, actionId: ACTIONS.sendAgain.id });

  await slack.waitFor(() => textsTo(slack, "U0ANNA").length === 2);
  expect(textsTo(slack, "U0ANNA")[1]).toMatch(/^The bridge could not do this\./);
  expect(world.log.lines.map(({ event }) => event)).toContain("listener.failed");
});

it("shows a message after all when it is retried while the bridge runs", async () => {
  const world = await startWorld({ env: IMPATIENT });
  const { slack, parley, log, env } = world;
  const { user, ts, inbox } = await handOver(world);
  slack.faults.add("chat.postMessage", { kind: "status", status: 500 });
  await parley.userWrites(user.id, "Late but there");
  await expect.poll(() => attemptsIn(log, inbox).some(isDead), PATIENCE).toBe(true);
  slack.faults.clear();
  await slack.waitFor(() => /could not be shown/.test(textsIn(world, ts)[0] ?? ""));

  const retry = await runDeadLetters(env, "retry", "--all");

  expect(retry).toMatchObject({ code: 0, lines: ["1 put back in line"] });
  await slack.waitFor(() => textsIn(world, ts).includes("Late but there"));
  expect((await runDeadLetters(env, "list")).lines).toEqual(["0 dead letters"]);
  // Parley's own redelivery is still known.
  const callback = parley.callbacks.find(({ body }) => JSON.stringify(body).includes("Late but"));
  expect((await parley.redeliver(callback)).delivered).toBe(true);
  await parley.userWrites(user.id, "Next");
  await slack.waitFor(() => textsIn(world, ts).includes("Next"));
  expect(textsIn(world, ts).slice(1)).toEqual(["Late but there", "Next"]);
});

it("tells author and thread of a refused reply, and sends those behind it", async () => {
  const world = await startWorld();
  const { slack, parley, env } = world;
  const { user, ts, item, replyTs } = await refusedReply(world, "Refused");
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Next" });

  await parley.until(() => sentTo(world, user.id).includes("Next"));

  expect(sentTo(world, user.id)).toEqual(["Next"]);
  await slack.waitFor(() => textsIn(world, ts)[0]);
  // The words to one agent do not wait for those to all, nor those for them.
  await slack.waitFor(() => textsTo(slack, "U0ANNA")[0]?.includes("Not delivered"));
  expect(textsIn(world, ts)[0]).toContain("A reply by <@U0ANNA> did not reach the User");
  expect(reactionsOn(slack, replyTs)).toContain("x");
  const { code, lines } = await runDeadLetters(env, "list");
  expect(code).toBe(0);
  expect(lines[0]).toMatch(
    new RegExp(`^${item} {2}\\S+Z {2}Slack → Parley {2}reply {2}\\S+/${ts} {2}parley-api: .*400`),
  );
});

it("lists what people wrote only when asked for it", async () => {
  const world = await startWorld();
  await refusedReply(world, "Something private");

  const { lines: usual } = await runDeadLetters(world.env, "list");
  const { lines: whole } = await runDeadLetters(world.env, "list", "--bodies");

  expect(usual).toHaveLength(2);
  expect(usual.join("\n")).not.toContain("Something private");
  expect(whole).toHaveLength(3);
  expect(whole[1]).toContain("Something private");
});

it("sends a retried reply once, without a restart", async () => {
  const world = await startWorld();
  const { slack, parley, env } = world;
  const { user, ts, item, replyTs } = await refusedReply(world, "Refused at first");

  const first = await runDeadLetters(env, "retry", item);
  await parley.until(() => sentTo(world, user.id).length === 1);
  const second = await runDeadLetters(env, "retry", item);

  expect(first).toMatchObject({ code: 0, lines: ["1 put back in line"] });
  expect(second).toMatchObject({ code: 1, lines: [expect.stringContaining(item)] });
  await slack.waitFor(() => reactionsOn(slack, replyTs).includes("white_check_mark"));
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Next" });
  await parley.until(() => sentTo(world, user.id).includes("Next"));
  expect(sentTo(world, user.id)).toEqual(["Refused at first", "Next"]);
});

it("requeues dead letters of a stopped bridge at its next start", async () => {
  const world = await startWorld();
  const { parley, env } = world;
  const { user, item } = await refusedReply(world, "Refused at first");
  await world.stopBridge();

  expect(await runDeadLetters(env, "retry", item)).toMatchObject({ code: 0 });
  await world.startBridge();

  await parley.until(() => sentTo(world, user.id).includes("Refused at first"));
});

it("picks up what is retried in the very moment of its start", async () => {
  const world = await startWorld();
  const { parley } = world;
  const { user, item } = await refusedReply(world, "Refused at first");
  await world.stopBridge();
  const state = await openJournals(readStateLocation(world.env));
  await world.startBridge();

  // At once, and not as a process of its own, which would take its time.
  expect(await state?.journals.outbox.requeue(toItemId(item), Date.now())).toBeDefined();
  await state?.close();

  await parley.until(() => sentTo(world, user.id).includes("Refused at first"));
});

it("never sends what was discarded, whoever asks for it", async () => {
  const world = await startWorld();
  const { slack, parley, env } = world;
  const { user, ts, item, replyTs } = await refusedReply(world, "Better not");
  // Nobody is asked about what is discarded before.
  const choices = await slack.waitFor(() => toldTo(slack, "U0ANNA", ts)[0]);

  const discard = await runDeadLetters(env, "discard", item);

  expect(discard).toMatchObject({ code: 0, lines: ["1 discarded"] });
  expect((await runDeadLetters(env, "list")).lines).toEqual(["0 dead letters"]);
  expect(await runDeadLetters(env, "retry", item)).toMatchObject({ code: 1 });
  const [eventId = ""] = [...slack.sentEvents].find(([, { event }]) => event.ts === replyTs) ?? [];
  expect((await slack.redeliver(eventId)).status).toBe("delivered");
  expect(JSON.stringify(choices.blocks)).toContain(item);
  await slack.post({ user: "U0ANNA", threadTs: ts, text: "Next" });
  await parley.until(() => sentTo(world, user.id).includes("Next"));
  expect(sentTo(world, user.id)).toEqual(["Next"]);
  expect(changesAt(parley, user.id)).toHaveLength(2);
});

it("takes all dead letters of both directions at once", async () => {
  const world = await startWorld();
  const { parley, env, log } = world;
  await refusedReply(world, "One");
  await refusedReply(world, "Two");
  await parley.callback(parley.agentService.identification, { type: "riddle" });
  const count = () => log.lines.filter(({ fields }) => isDead(fields)).length;
  await expect.poll(count, PATIENCE).toBe(3);

  const discard = await runDeadLetters(env, "discard", "--all");

  expect(discard).toMatchObject({ code: 0, lines: ["3 discarded"] });
  const again = await runDeadLetters(env, "discard", "--all");
  expect(again).toMatchObject({ code: 0, lines: ["0 discarded"] });
});

it.each([
  [[]],
  [["lists"]],
  [["list", "--shape"]],
  [["list", "--bodies", "--shapes"]],
  [["retry"]],
  [["retry", "m_1", "m_2"]],
  [["discard"]],
])("explains itself and exits with 64 for %j", async (args) => {
  const { env } = await startWorld({ stopped: true });

  const { code, lines } = await runDeadLetters(env, ...args);

  expect(code).toBe(64);
  expect(lines[0]).toBe("Usage: npm run dead-letters -- <command>");
});

it("shows callbacks that nobody understood as keys and types, and nothing of what they say", async () => {
  const world = await startWorld();
  const callback = (body: unknown) =>
    fetch(`${world.bridgeUrl()}/parley/callback`, {
      method: "POST",
      headers: { authorization: CALLBACK_TOKEN, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  for (const [id, mail] of [
    ["4711", "anna@example.com"],
    ["4712", "ben@example.com"],
  ] as const) {
    const user = { id, uniqueIdentifier: "customer-99", additionalInformation: { [mail]: "VIP" } };
    await callback({ type: "event", body: { name: "newKind", body: { [mail]: [1, 2] }, user } });
  }
  const dead = () => attemptsIn(world.log, "unknown").filter(isDead);
  await expect.poll(() => dead().length, PATIENCE).toBe(2);

  const { code, lines } = await runDeadLetters(world.env, "list", "--shapes");

  expect(code).toBe(0);
  expect(lines).toEqual([
    expect.stringMatching(/^Version \d+\.\d+\.\d+: 1 shape of callbacks that were not understood$/),
    "2 × {type: text, body: {name: text, body: {1 × <key>: [2 × whole number]}, user: {id: text of digits, uniqueIdentifier: text, additionalInformation: {1 × <key>}}}}",
  ]);
});
