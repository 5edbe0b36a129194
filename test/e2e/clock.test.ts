import { expect, it } from "vitest";
import { settledIn } from "../support/attempts.ts";
import { readyz, readyzNow } from "../support/readyz.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { postsIn } from "../support/threads.ts";
import { startWorld } from "../support/world.ts";

/** What they answer is right, but their clock, or ours, is not. */
const at = (date: Date, body: object) =>
  ({
    kind: "other-answer",
    isDone: true,
    write: (response: {
      setHeader(name: string, value: string): void;
      end(body: string): void;
    }) => {
      response.setHeader("date", date.toUTCString());
      response.end(JSON.stringify(body));
    },
  }) as const;

const QUARTER_MS = 15 * 60_000;

it.each(["slack", "parley"] as const)(
  "says that the clock is wrong when %s's answers say so, until they agree",
  async (side) => {
    const world = await startWorld();
    const { slack, parley, log } = world;
    const past = new Date(Date.now() - QUARTER_MS);
    if (side === "slack") {
      slack.faults.add("auth.test", at(past, { ok: true, user_id: slack.botUserId }));
      slack.faults.add("conversations.info", at(past, { ok: true, channel: { is_member: true } }));
    } else {
      const services = [...parley.state.services.values()];
      parley.faults.add("GET /services", at(past, { data: { services }, status: "SUCCESS" }));
    }

    const { checks } = await readyz(world);

    const name = side === "slack" ? "Slack" : "Parley";
    expect(checks.clock).toMatch(new RegExp(`clock is minutes ahead of ${name}'s; set it`));
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        level: "error",
        event: "alarm.raised",
        fields: expect.objectContaining({ alarm: "clock" }),
      }),
    );
    world[side].faults.clear();
    const found = async () => (await readyzNow(world)).checks;
    await expect.poll(found, PATIENCE).not.toHaveProperty("clock");
  },
);

it("finds a post whose answer was lost although our clock is minutes ahead of Slack's", async () => {
  const world = await startWorld({
    slack: { now: () => Date.now() - 4 * 60_000 },
    env: { RETRY_FIRST_MS: "20" },
  });
  const { slack, parley, log } = world;
  const { user, ts, inbox } = await handOver(world);
  slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);

  await parley.userWrites(user.id, "Once");

  await expect.poll(() => settledIn(log, inbox), PATIENCE).toHaveLength(2);
  expect(postsIn(slack, ts).map(({ text }) => text)).toEqual(["Once"]);
});
