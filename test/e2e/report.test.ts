import { expect, it } from "vitest";
import { settledIn } from "../support/attempts.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { sentTo } from "../support/sent.ts";
import { type HandedOver, handBack, handOver, PATIENCE } from "../support/steps.ts";
import { startWorld, type World } from "../support/world.ts";

const HOUR_MS = 3_600_000;

/** All that happens in these tests: the bridge's clock is moved on for days. */
const daysAround = (): string[] => {
  const day = (ms: number) => new Date(Date.now() + ms).toISOString().slice(0, 10);
  return ["--from", day(-24 * HOUR_MS), "--to", day(30 * 24 * HOUR_MS)];
};

async function report(world: World, ...args: readonly string[]) {
  const { code, stdout } = await runToEnd(world.env, "report", ...args);
  expect(code).toBe(0);
  return stdout;
}

async function answer(world: World, { user, ts, outbox }: HandedOver): Promise<void> {
  await world.slack.post({ user: "U0ANNA", threadTs: ts, text: "Hello" });
  await world.parley.until(() => sentTo(world, user.id).includes("Hello"));
  await expect.poll(() => settledIn(world.log, outbox), PATIENCE).not.toEqual([]);
}

it("tells beside a running bridge how long everybody waited, as its clock had it", async () => {
  const world = await startWorld();
  const metadata = { reason: "order_late" };
  const first = await handOver(world, { metadata });
  const second = await handOver(world, { metadata });
  const third = await handOver(world);
  world.advance(HOUR_MS);
  await answer(world, first);
  world.advance(2 * HOUR_MS);
  await answer(world, second);
  await handBack(world, first.root);
  world.advance(5 * HOUR_MS);
  await handBack(world, third.root);

  const told = JSON.parse(await report(world, ...daysAround(), "--format", "json"));
  const hours = (seconds: number) => Math.floor(seconds / 3_600);
  const { total, groups } = told;
  expect(total).toMatchObject({
    conversations: 3,
    claimed: 2,
    answered: 2,
    unanswered: 1,
    ended: 2,
    open: 1,
  });
  expect([total.toAnswer.p50, total.toAnswer.p90].map(hours)).toEqual([1, 3]);
  expect([total.waited.p50, total.waited.p90].map(hours)).toEqual([3, 8]);
  expect([total.toEnd.p50, total.toEnd.p90].map(hours)).toEqual([3, 8]);
  expect(groups.reason.map((group: { name: string }) => group.name)).toEqual([
    "order_late",
    "(none)",
  ]);
  expect(groups.agent[0].name).toMatch(/U0ANNA/);

  const csv = (await report(world, ...daysAround())).trim().split("\n");
  expect(csv.find((line) => line.includes(",reason,order_late,"))).toContain(
    "order_late,2,2,2,0,1,1",
  );
  const page = await report(world, ...daysAround(), "--format", "html");
  expect(page).toMatch(/^<!doctype html>[\s\S]*<svg[\s\S]*order_late[\s\S]*<\/html>\n$/);
});

it("says what it wants where nothing, or no period, is asked for", async () => {
  const world = await startWorld();
  for (const args of [
    [],
    ["--month", "2026-13"],
    ["--month", "2026-11", "--from", "2026-11-01"],
    ["--from", "soon"],
    ["--month", "2026-11", "--timezone", "Mars/Olympus"],
    ["--month", "2026-11", "--format", "pdf"],
  ]) {
    expect(await runToEnd(world.env, "report", ...args)).toMatchObject({
      code: 64,
      stdout: expect.stringContaining("npm run report -- --month"),
    });
  }
  const other = await runToEnd(world.env, "report", "--month", "2026-11", "--team", "Nobody");
  expect(other).toMatchObject({ code: 64, stdout: expect.stringContaining("no team Nobody") });
});

it("counts each time once in the metrics, whichever process has recorded it", async () => {
  const world = await startWorld();
  const first = await handOver(world);
  const second = await handOver(world);
  await answer(world, first);
  await answer(world, first);
  await handBack(world, first.root);
  await handBack(world, second.root);
  const counts = async (): Promise<number[]> => {
    const pages = await Promise.all(
      world.replicaUrls().map(async (url) => (await fetch(`${url}/metrics`)).text()),
    );
    const names = ["claim", "first_answer", "end"];
    return names.map((name) =>
      pages
        .flatMap((page) => [
          ...page.matchAll(
            new RegExp(`^parley_bridge_time_to_${name}_seconds_count\\{.*\\} (\\d+)$`, "gm"),
          ),
        ])
        .reduce((sum, [, count]) => sum + Number(count), 0),
    );
  };
  await expect.poll(counts, PATIENCE).toEqual([1, 1, 2]);
});
