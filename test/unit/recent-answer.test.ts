import { expect, it } from "vitest";
import { recentAnswer } from "../../src/recent-answer.ts";

function questions(ask: (count: number) => Promise<string>) {
  let at = 0;
  let count = 0;
  const failures: unknown[] = [];
  const answer = recentAnswer(
    () => {
      count += 1;
      return ask(count);
    },
    { lifeMs: 5_000, monotonic: () => at, onError: (thrown) => failures.push(thrown) },
  );
  return {
    answer,
    failures,
    asked: () => count,
    pass(ms: number) {
      at += ms;
    },
  };
}

it("asks once for all who wait, and not again while the answer is recent", async () => {
  const { answer, asked, pass } = questions((count) => Promise.resolve(`answer ${count}`));
  expect(await Promise.all([answer(), answer(), answer()])).toEqual(Array(3).fill("answer 1"));
  pass(4_999);
  expect(await answer()).toBe("answer 1");
  expect(asked()).toBe(1);
  pass(1);
  expect(await answer()).toBe("answer 2");
});

it("gives the last answer of some minutes while asking fails, and then none; and does not ask again at once", async () => {
  const { answer, asked, failures, pass } = questions((count) =>
    count === 1 ? Promise.resolve("known") : Promise.reject(new Error("down")),
  );
  await answer();
  pass(5_000);
  expect([await answer(), await answer()]).toEqual(["known", "known"]);
  expect([asked(), failures.length]).toEqual([2, 1]);
  pass(11 * 60_000);
  expect(await answer()).toBeUndefined();
});

it("lets nobody wait for long", async () => {
  const { answer } = questions(() => new Promise(() => undefined));
  expect(await answer()).toBeUndefined();
});

it("asks less often for what takes long", async () => {
  const { answer, asked, pass } = questions((count) => {
    pass(1_000);
    return Promise.resolve(`answer ${count}`);
  });
  await answer();
  pass(18_000);
  await answer();
  expect(asked()).toBe(1);
  pass(1_000);
  await answer();
  expect(asked()).toBe(2);
});
