import { describe, expect, it } from "vitest";
import { startDesk } from "../support/start-desk.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { postsIn, textOf } from "../support/threads.ts";

const RULES = { "end-words": ["/end", "stop"] };

describe("a User who ends the conversation", () => {
  it("is with the bot again, which is told why; agents see it in the thread and at its root", async () => {
    const world = await startDesk(RULES);
    const { slack, parley } = world;
    const { user, root, ts } = await handOver(world, { metadata: { reason: "lost_parcel" } });

    await parley.userWrites(user.id, " Stop ");

    const { identification } = parley.botService;
    await expect.poll(() => parley.user(user.id).owner, PATIENCE).toBe(identification);
    expect(parley.user(user.id).handovers.at(-1)?.metadata).toMatchObject({
      reason: "user_ended",
      handedBackBy: null,
      handedOverFor: "lost_parcel",
      userMessages: 1,
    });
    await slack.waitFor(() => /Handed back/.test(textOf(root)));
    const said = postsIn(slack, ts).map(({ text }) => text);
    expect(said.findIndex((text) => text?.trim() === "Stop")).toBeGreaterThanOrEqual(0);
    expect(said.at(-1)).toMatch(/The User ended the conversation/);
  });

  it("is told so first where there is a text for that, once", async () => {
    const world = await startDesk({ ...RULES, texts: { ended: { en: "Bye for now" } } });
    const { slack, parley } = world;
    const { user, root } = await handOver(world);
    await parley.userWrites(user.id, "stop");
    await parley.userWrites(user.id, "stop");
    await slack.waitFor(() => /Handed back/.test(textOf(root)));
    expect(parley.sent(user.id).map(({ message }) => message)).toEqual(["Bye for now"]);
    expect(parley.user(user.id).owner).toBe(parley.botService.identification);
  });

  it("ends it once when they say it twice while an agent answers", async () => {
    const world = await startDesk(RULES);
    const { slack, parley } = world;
    const { user, root, ts } = await handOver(world);
    const toBot = () =>
      parley.user(user.id).handovers.filter(({ to }) => to === parley.botService.identification);

    await Promise.all([
      parley.userWrites(user.id, "stop"),
      slack.post({ user: "U0ANNA", threadTs: ts, text: "One moment" }),
      parley.userWrites(user.id, "/end"),
    ]);

    await slack.waitFor(() => /Handed back/.test(textOf(root)));
    await expect
      .poll(
        () => postsIn(slack, ts).filter(({ text }) => /^(stop|\/end)$/.test(text ?? "")),
        PATIENCE,
      )
      .toHaveLength(2);
    expect(toBot()).toHaveLength(1);
    const said = postsIn(slack, ts).filter(({ text }) => /ended the conversation/.test(text ?? ""));
    expect(said).toHaveLength(1);
    // Either it went before, or Anna knows that it did not.
    const wasSent = () => parley.sent(user.id).some(({ message }) => message === "One moment");
    const wasTold = () => slack.state.ephemerals.some(({ user: to }) => to === "U0ANNA");
    await expect.poll(() => wasSent() !== wasTold(), PATIENCE).toBe(true);
  });
});
