import { expect, it } from "vitest";
import type { FakeSlackOptions } from "../../fakes/slack/fake-slack.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { postsIn, textOf } from "../support/threads.ts";
import { PEOPLE, startTeams } from "../support/two-teams.ts";
import type { World } from "../support/world.ts";

const TEAM = {
  name: "Support",
  agents: ["U0ANNA", "U0BEN", "U0LEA", "U0ZOE", "U0GUEST"],
  assign: "round-robin",
};

const start = (presence: Readonly<Record<string, "away" | "untold">> = {}) => {
  const members = PEOPLE.members?.map((member) => {
    const given = presence[member.id];
    return given === undefined ? member : { ...member, presence: given };
  });
  const slack: FakeSlackOptions = { ...PEOPLE, ...(members && { members }) };
  return startTeams([TEAM], { slack });
};

const turnIn = ({ slack }: World, ts: string) =>
  slack.waitFor(() =>
    postsIn(slack, ts)
      .map((post) => /turn of <@(\w+)>/.exec(textOf(post))?.[1])
      .find((agent) => agent !== undefined),
  );

it("gives Users to those in turn who are active and may answer, also after a restart", async () => {
  const world = await start({ U0LEA: "away", U0ZOE: "untold" });
  const agents: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    const { ts } = await handOver(world);
    agents.push(await turnIn(world, ts));
    await world.stopBridge();
    await world.startBridge();
  }
  expect(agents).toEqual(["U0ANNA", "U0BEN", "U0ANNA"]);
  await expect
    .poll(
      () => world.slack.state.messages.filter(({ text }) => /your turn/.test(text)).length,
      PATIENCE,
    )
    .toBe(3);
});

it("gives nobody away without the scope, and says so", async () => {
  const world = await start();
  const { slack, log } = world;
  slack.faults.add("users.getPresence", {
    kind: "other-answer",
    isDone: false,
    write(response) {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ ok: false, error: "missing_scope", needed: "users:read" }));
    },
  });
  const { ts } = await handOver(world);
  await expect
    .poll(() => log.lines.filter(({ event }) => event === "turn.nobody").length, PATIENCE)
    .toBe(1);
  expect(postsIn(slack, ts)).toEqual([]);
});
