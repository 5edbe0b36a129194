import { expect, it } from "vitest";
import { sentTo } from "../support/sent.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { postsIn, textOf, textsIn, toldTo } from "../support/threads.ts";
import { inBridgeFile, PEOPLE, SUPPORT } from "../support/two-teams.ts";
import { startWorld, type World } from "../support/world.ts";

const MINUTE_MS = 60_000;

const RULES = {
  agents: ["U0ANNA", "U0BEN"],
  waiting: [
    { after: "3m", remind: "group" },
    { after: "10m", "tell-user": "waiting" },
    { after: "20m", "hand-back": "nobody_available" },
  ],
  silent: { after: "30m", release: true },
};

const startDesk = async (): Promise<World> =>
  await startWorld({ slack: PEOPLE, env: await inBridgeFile([{ ...SUPPORT, ...RULES }]) });

const pass = (world: World, minutes: number): void => world.advance(minutes * MINUTE_MS);

it("gives a User whom several take at the same moment to one, and does all by itself once, whoever does it", async () => {
  const world = await startDesk();
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  const count = (what: RegExp) => textsIn(world, ts).filter((text) => what.test(text)).length;
  const comes = (what: RegExp, times: number) =>
    expect.poll(() => count(what), PATIENCE).toBe(times);
  const [unanswered, silent, freed] = [
    /nobody has answered yet/,
    /has been waiting for .* for an answer/,
    /has not answered for/,
  ];

  pass(world, 3);
  await comes(unanswered, 1);
  const people = ["U0ANNA", "U0BEN", "U0LEA"];
  await Promise.all(
    people.map((by) =>
      slack.click({ user: by, channel: slack.channel, ts, actionId: "parley_take" }),
    ),
  );
  await comes(/answers this User\./, 1);
  const post =
    postsIn(slack, ts)
      .map(textOf)
      .find((text) => /answers this User\./.test(text)) ?? "";
  const others = people.filter((each) => !post.includes(each));
  expect(others).toHaveLength(2);
  for (const each of others) await slack.waitFor(() => toldTo(slack, each, ts)[0]);
  pass(world, 15);
  await comes(silent, 1);
  pass(world, 15);
  await comes(freed, 1);
  await world.stopBridge();
  await world.startBridge();
  pass(world, 3);
  await comes(unanswered, 2);
  pass(world, 7);
  await comes(/Sent to the User automatically/, 1);
  pass(world, 10);
  await parley.until(() => user.owner === parley.botService.identification);
  await comes(/Nobody answered in time/, 1);
  expect([count(unanswered), count(silent), count(freed)]).toEqual([2, 1, 1]);
  expect(sentTo(world, user.id)).toHaveLength(1);
});

it("does nothing after an answer that comes at the same moment", async () => {
  const world = await startDesk();
  const { slack, parley } = world;
  const { user, ts } = await handOver(world);
  pass(world, 9);
  const answer = slack.post({ user: "U0ANNA", threadTs: ts, text: "Here I am" });
  pass(world, 1);
  await answer;
  await parley.until(() => sentTo(world, user.id).includes("Here I am"));
  pass(world, 10);
  // What is due for another User comes, and nothing for the one who has an answer.
  const next = await handOver(world);
  pass(world, 10);
  await parley.until(() => sentTo(world, next.user.id).length === 1);
  expect(sentTo(world, user.id).at(-1)).toBe("Here I am");
  expect(user.owner).toBe(parley.agentService.identification);
});
