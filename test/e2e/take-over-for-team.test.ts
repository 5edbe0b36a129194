import { describe, expect, it } from "vitest";
import { press } from "../support/replies.ts";
import { sentTo } from "../support/sent.ts";
import { startTeams } from "../support/two-teams.ts";
import type { World } from "../support/world.ts";

const BILLING = "C0BILLING";

const billingRoots = ({ slack }: World) =>
  slack.state.messages.filter(
    (message) =>
      message.channel === BILLING && message.bot_id === slack.botId && !message.thread_ts,
  );

describe("a User whom somebody takes over", () => {
  it("goes to the team in whose thread the reply was written", async () => {
    const world = await startTeams();
    const { slack, parley } = world;
    const user = parley.createUser();
    const to = parley.agentService.identification;
    await parley.handOver({ userId: user.id, to, metadata: { reason: "refund wanted" } });
    const root = await slack.waitFor(() => billingRoots(world)[0]);
    await parley.handOver({ userId: user.id, to: parley.botService.identification });
    await slack.post({ user: "U0BEN", channel: BILLING, threadTs: root.ts, text: "It is paid" });
    const told = await slack.waitFor(() =>
      slack.state.ephemerals.find((ephemeral) => ephemeral.user === "U0BEN"),
    );

    await press(world, told, "parley_take_over");

    await parley.until(() => sentTo(world, user.id).includes("It is paid"));
    const newer = await slack.waitFor(() => billingRoots(world)[1]);
    await slack.post({ user: "U0BEN", channel: BILLING, threadTs: newer.ts, text: "And more" });
    await parley.until(() => sentTo(world, user.id).includes("And more"));
    expect(sentTo(world, user.id)).toEqual(["It is paid", "And more"]);
  });

  it("goes to a team of whoever uses the command", async () => {
    const world = await startTeams();
    const { slack, parley } = world;
    const user = parley.createUser();
    await parley.handOver({ userId: user.id, to: parley.botService.identification });
    await slack.command({
      user: "U0BEN",
      channel: slack.channel,
      command: "/parley-owner",
      text: `${user.id} ${parley.agentService.identification}`,
    });
    const root = await slack.waitFor(() => billingRoots(world)[0]);
    await slack.post({ user: "U0BEN", channel: BILLING, threadTs: root.ts, text: "Hello" });
    await parley.until(() => sentTo(world, user.id).includes("Hello"));
    expect(sentTo(world, user.id)).toEqual(["Hello"]);
  });
});
