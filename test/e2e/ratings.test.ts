import { describe, expect, it } from "vitest";
import { metricsOf } from "../support/metrics.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { openStateSql } from "../support/state-sql.ts";
import { handBack, handOver, PATIENCE, postTo } from "../support/steps.ts";
import { activeMarkup, postsIn, rootsAbout, textOf, textsIn } from "../support/threads.ts";
import { startTeams } from "../support/two-teams.ts";
import { startWorld, type World } from "../support/world.ts";

/** As a bot would have heard of it. */
async function conversationOf(world: World, userId: string): Promise<string> {
  const state = await openStateSql(world);
  const [row] = await state.ask<{ id: string }>(
    "SELECT id FROM conversations WHERE user_id = ?",
    userId,
  );
  await state.close();
  if (!row) throw new Error(`User ${userId} has no conversation`);
  return row.id;
}

async function ended(world: World) {
  const handedOver = await handOver(world);
  await handBack(world, handedOver.root);
  return { ...handedOver, conversation: await conversationOf(world, handedOver.user.id) };
}

const post = (world: Pick<World, "bridgeUrl">, body: object, token?: string) =>
  postTo(world, "/parley/ratings", body, token);

const shown = (world: World, ts: string) =>
  textsIn(world, ts).filter((text) => /has rated this conversation/.test(text));

describe("a rating", () => {
  it("is shown in the thread of a conversation that is over, once, also if it comes again", async () => {
    const world = await startWorld();
    const { conversation, ts } = await ended(world);
    const rating = { conversation, rating: 4, comment: " *Fast* <!channel> \n& friendly " };

    const answers = [await post(world, rating), await post(world, rating)];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    await world.slack.waitFor(() => shown(world, ts)[0]);
    const [notice] = postsIn(world.slack, ts).filter(({ text }) => /has rated/.test(text));
    if (!notice) throw new Error("no notice");
    expect(textOf(notice)).toContain("★★★★☆ The User has rated this conversation: 4 of 5.");
    expect(activeMarkup(notice)).toEqual([]);
    await world.stopBridge();
    await world.startBridge();
    expect((await post(world, rating)).status).toBe(200);
    await handOver(world);
    expect(shown(world, ts)).toHaveLength(1);
  });

  it("counts once for each conversation: another one is refused, also of two at once at two replicas", async () => {
    const world = await startWorld();
    const { conversation, ts } = await ended(world);
    const urls = world.replicaUrls();

    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map((rating, n) =>
        post({ bridgeUrl: () => urls[n % urls.length] ?? "" }, { conversation, rating }),
      ),
    );

    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200, 409, 409, 409, 409,
    ]);
    const stars = answers.findIndex(({ status }) => status === 200) + 1;
    await world.slack.waitFor(() => shown(world, ts)[0]?.includes(`${stars} of 5`));
    expect((await post(world, { conversation, rating: stars, comment: "and more" })).status).toBe(
      409,
    );
    expect(shown(world, ts)).toHaveLength(1);
    const lines = await metricsOf(world);
    expect(lines).toContain(`parley_bridge_ratings_total{stars="${stars}"} 1`);
  });

  it.each([
    ["no conversation", {}, 400],
    ["one that nobody knows", { conversation: "c_unknown" }, 404],
    ["one that is no id", { conversation: "c_\u0000" }, 400],
    ["a handover besides", { handover: "h_0123456789abcdef01234567" }, 400],
    ["no stars", { rating: undefined }, 400],
    ["too few", { rating: 0 }, 400],
    ["too many", { rating: 6 }, 400],
    ["half a star", { rating: 3.5 }, 400],
    ["stars as text", { rating: "5" }, 400],
    ["too long a comment", { comment: "a".repeat(1_001) }, 400],
  ])("is refused with a word about it: %s", async (what, more, status) => {
    const world = await startWorld();
    const { conversation, ts } = await ended(world);
    const given = what === "no conversation" ? {} : { conversation };
    const answer = await post(world, { rating: 5, ...given, ...more });
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as { error: string }).error).not.toBe("");
    expect((await post(world, { conversation, rating: 5 }, "wrong")).status).toBe(401);
    expect(shown(world, ts)).toEqual([]);
    expect((await post(world, { conversation, rating: 5 })).status).toBe(200);
  });

  it("finds the conversation of a handover, once there is one", async () => {
    const world = await startWorld();
    const { parley, slack } = world;
    const user = parley.createUser();
    user.owner = parley.agentService.identification;
    const held = Promise.withResolvers<void>();
    slack.faults.add("chat.postMessage", { kind: "held", until: held.promise }, 1);
    const told = await postTo(world, "/parley/handovers", { userId: user.id });
    const { id: handover } = (await told.json()) as { id: string };
    const rating = { handover, rating: 3, comment: "\u0000\u202eodd\ud800 \t" };

    const unknown = { handover: "h_0123456789abcdef01234567", rating: 3 };
    expect((await post(world, unknown)).status).toBe(404);
    expect((await post(world, { ...unknown, handover: "../\u0000" })).status).toBe(404);
    held.resolve();
    await expect.poll(async () => (await post(world, rating)).status, PATIENCE).toBe(200);
    expect((await post(world, { ...rating, rating: 4 })).status).toBe(409);
    const [root] = await slack.waitFor(() => {
      const roots = rootsAbout(slack, user.id);
      return roots.length > 0 ? roots : undefined;
    });
    await slack.waitFor(() => shown(world, root?.ts ?? "")[0]);
  });

  it("is shown where a conversation was moved, and recorded where the thread is gone", async () => {
    const world = await startTeams();
    const { slack } = world;
    const moved = await handOver(world);
    const of = await conversationOf(world, moved.user.id);
    await slack.command({
      user: "U0ANNA",
      channel: slack.channel,
      command: "/parley-owner",
      text: `${moved.user.id} move Billing`,
    });
    const inBilling = () =>
      slack.state.messages.find(({ channel, thread_ts }) => channel === "C0BILLING" && !thread_ts);
    await slack.waitFor(inBilling);
    await slack.waitFor(() => textsIn(world, moved.ts).some((text) => /goes on in/.test(text)));
    expect((await post(world, { conversation: of, rating: 5 })).status).toBe(200);
    await slack.waitFor(() => shown(world, inBilling()?.ts ?? "")[0]);
    expect(shown(world, moved.ts)).toEqual([]);

    const gone = await ended(world);
    await slack.remove({ user: "U0ANNA", ts: gone.ts, asAdmin: true });
    const rating = { conversation: gone.conversation, rating: 2 };
    expect((await post(world, rating)).status).toBe(200);
    await world.stopBridge();
    await world.startBridge();
    expect((await post(world, { ...rating, rating: 3 })).status).toBe(409);
  });

  it("is part of the report", async () => {
    const world = await startWorld();
    for (const rating of [5, 4, 4]) {
      const { conversation } = await ended(world);
      expect((await post(world, { conversation, rating })).status).toBe(200);
    }
    await handOver(world);
    const day = new Date().toISOString().slice(0, 10);
    const report = async (format: string) =>
      (await runToEnd(world.env, "report", "--from", day, "--format", format)).stdout;
    const { total, groups } = JSON.parse(await report("json"));
    expect(total).toMatchObject({ conversations: 4, rated: 3, rating: 4.33 });
    expect(groups.team).toMatchObject([{ rated: 3, rating: 4.33 }]);
    const [columns = "", all = ""] = (await report("csv")).split("\n");
    expect(columns).toMatch(/,rated,rating$/);
    expect(all).toMatch(/,3,4\.33$/);
    expect(await report("html")).toContain("4.3 ★");
  });
});

it("stands in the way of nothing when the state cannot be written: the bot tries again", async () => {
  const world = await startWorld();
  const { conversation, ts } = await ended(world);
  const state = await openStateSql(world);
  const free = await state.fillUp();
  expect((await post(world, { conversation, rating: 5 })).status).toBe(503);
  await free();
  await state.close();
  await expect
    .poll(async () => (await post(world, { conversation, rating: 5 })).status, PATIENCE)
    .toBe(200);
  await world.slack.waitFor(() => shown(world, ts)[0]);
});
