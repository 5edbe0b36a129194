import { expect, it } from "vitest";
import { claimIn, findRivals } from "./claim-posts.ts";
import type { DeskDeed } from "./desk-deeds.ts";
import { findDoubled, findPointless, findRepeated, type Talk } from "./desk-waits.ts";

const deed = (step: string, at: number, tag?: string): DeskDeed => ({
  user: 1,
  step,
  at,
  ...(tag !== undefined && { tag }),
});

it("finds a step that was posted twice, unless a replica was thawed just then", () => {
  const twice = [deed("remind group", 20_000, "a"), deed("remind group", 30_000, "a")];
  expect(findDoubled(twice, [])).toHaveLength(1);
  const frozen = { kind: "frozen", replica: 0, at: 22_000, until: 29_900 } as const;
  expect(findDoubled(twice, [frozen])).toEqual([]);
  const others = [deed("remind group", 20_000, "a"), deed("remind group", 30_000, "b")];
  expect(findDoubled(others, [])).toEqual([]);
});

it("finds a step that was done twice in one wait, and none where the User began to wait anew", () => {
  const twice = [deed("tell waiting", 20_000), deed("tell waiting", 30_000)];
  expect(findRepeated(twice, () => [])).toHaveLength(1);
  expect(findRepeated(twice, () => [9_000, 31_000])).toHaveLength(1);
  expect(findRepeated(twice, () => [25_000])).toEqual([]);
});

it("finds a step after the answer to all that was written, beyond what was on its way", () => {
  const talk: Talk = {
    answers: [{ sentAt: 20_000, arrivedAt: 20_500 }],
    questions: [{ sentAt: 18_000, shownAt: 18_100 }],
    openings: [10_000],
  };
  const late = [deed("remind thread", 31_000)];
  expect(findPointless(late, () => talk)).toHaveLength(1);
  expect(findPointless([deed("remind thread", 22_000)], () => talk)).toEqual([]);
  expect(findPointless([deed("tell still-there", 31_000)], () => talk)).toEqual([]);
  const asked = { ...talk, questions: [{ sentAt: 19_900, shownAt: 20_100 }] };
  expect(findPointless(late, () => asked)).toEqual([]);
  expect(findPointless(late, () => ({ ...talk, openings: [25_000] }))).toEqual([]);
});

it("finds two who both answer a User", () => {
  const posts = (...texts: string[]) =>
    texts.map((text, index) => ({ thread: "1.1", tag: `${index}`, ...claimIn(text) }));
  const anna = ":raising_hand: <@U0ANNA> answers this User.";
  const ben = ":raising_hand: <@U0BEN> answers this User.";
  expect(findRivals(posts(anna, ben))).toEqual(["U0BEN answers in 1.1, and so does U0ANNA"]);
  const turn = ":point_right: It is the turn of <@U0BEN> to answer this User.";
  expect(findRivals(posts(anna, turn))).toHaveLength(1);
  const instead = ":raising_hand: <@U0BEN> answers this User instead of <@U0ANNA>.";
  expect(findRivals(posts(anna, instead))).toEqual([]);
  const given = ":point_right: <@U0ANNA> gave this User to <@U0BEN>; until now <@U0ANNA> answered.";
  expect(findRivals(posts(anna, given))).toEqual([]);
  const released = ":wave: <@U0ANNA> released this User: nobody answers now.";
  const free =
    ":wave: <@U0BEN> has not answered for 4 minutes, so this User is free for others. Who takes over?";
  expect(findRivals(posts(anna, released, ben, free, anna))).toEqual([]);
});
