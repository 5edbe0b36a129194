import { expect, it } from "vitest";
import { createCanDeliver } from "../../src/app/can-deliver.ts";
import { createReach } from "../../src/reach.ts";

/** With a clock that the test moves. */
function open() {
  const clock = { now: 0 };
  const reach = createReach(() => clock.now);
  const answer = (side: "Slack" | "Parley") => reach.watch(side, () => Promise.resolve());
  const fail = (side: "Slack" | "Parley") =>
    reach.watch(side, () => Promise.reject(new Error("no route"))).catch(() => {});
  return { clock, reach, answer, fail };
}

it("is cut off from a side that has answered nothing for seconds, and no longer once it answers", async () => {
  const { clock, reach, answer, fail } = open();
  await answer("Slack");
  await fail("Slack");
  await answer("Parley");
  clock.now = 3_999;
  expect([reach.isCutOff(), reach.isInDoubt()]).toEqual([false, true]);
  clock.now = 4_000;
  expect(reach.isCutOff()).toBe(true);
  await answer("Parley");
  expect(reach.isCutOff()).toBe(true);
  await answer("Slack");
  expect([reach.isCutOff(), reach.isInDoubt()]).toEqual([false, false]);
});

it("is not cut off by one request that failed among others that got answers", async () => {
  const { clock, reach, answer, fail } = open();
  await fail("Parley");
  clock.now = 1_000;
  await answer("Parley");
  clock.now = 60_000;
  expect(reach.isCutOff()).toBe(false);
});

it("is cut off also while a side leaves requests without any word", async () => {
  const { clock, reach, answer } = open();
  const asked = Promise.withResolvers<void>();
  const waiting = reach.watch("Slack", () => asked.promise);
  clock.now = 7_999;
  expect([reach.isCutOff(), reach.isInDoubt()]).toEqual([false, true]);
  clock.now = 8_000;
  expect(reach.isCutOff()).toBe(true);
  await answer("Slack");
  expect([reach.isCutOff(), reach.isInDoubt()]).toEqual([false, false]);
  asked.resolve();
  await waiting;
});

it("has a side asked again while it owes an answer, and only then", async () => {
  const { clock, reach, fail } = open();
  let asks = 0;
  const ask = () => {
    asks += 1;
    return asks < 3 ? fail("Slack") : reach.watch("Slack", () => Promise.resolve());
  };
  const canDeliver = createCanDeliver(reach, [ask], () => clock.now);
  const look = async () => {
    const can = canDeliver();
    await new Promise(setImmediate);
    return [can, asks];
  };
  expect(await look()).toEqual([true, 0]);
  await fail("Slack");
  expect(await look()).toEqual([true, 1]);
  clock.now = 1_999;
  expect(await look()).toEqual([true, 1]);
  clock.now = 5_000;
  expect(await look()).toEqual([false, 2]);
  clock.now = 7_000;
  expect(await look()).toEqual([false, 3]);
  clock.now = 20_000;
  expect(await look()).toEqual([true, 3]);
});
