import { describe, expect, it } from "vitest";
import { recordsIn } from "../support/audit-tool.ts";
import { pressEntry } from "../support/press-entry.ts";
import { changesAt, requestsToSend, sentTo } from "../support/sent.ts";
import { type HandedOver, handOver, PATIENCE } from "../support/steps.ts";
import { mrkdwnIn, postsIn, shownOf, textOf, textsIn, textsTo } from "../support/threads.ts";
import { PEOPLE, startTeams } from "../support/two-teams.ts";
import { startWorld, type World } from "../support/world.ts";

const ANNA = "U0ANNA";

/** Chooses *Not for us…* in the menu of the root. */
async function openForm({ slack }: World, ts: string, user = ANNA) {
  const known = new Set(slack.state.views.keys());
  await pressEntry(slack, "decline", { user, channel: slack.channel, ts });
  const { view } = await slack.waitFor(() =>
    [...slack.state.views.values()].find((open) => !known.has(open.view.id) && open.user === user),
  );
  return view;
}

async function decline(
  world: World,
  { ts }: Pick<HandedOver, "ts">,
  values: Readonly<Record<string, string>>,
) {
  const view = await openForm(world, ts);
  return await world.slack.submitView({ user: ANNA, viewId: view.id, values });
}

describe("a User whom a team does not want", () => {
  it("goes straight back without a word, and the thread says who, why and where", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const handedOver = await handOver(world, { metadata: { reason: "refund" } });
    const { user, ts, root } = handedOver;

    await decline(world, handedOver, { reason: " For *billing*, <!here> \n not us " });

    await expect
      .poll(() => parley.user(user.id).owner, PATIENCE)
      .toBe(parley.botService.identification);
    await slack.waitFor(() => textsIn(world, ts).find((text) => /declined this User/.test(text)));
    const [post] = postsIn(slack, ts).filter(({ text }) => /declined this User/.test(text));
    expect(post && textOf(post)).toMatch(
      /<@U0ANNA> declined this User, who is with .* again[\s\S]*For ∗billing∗/,
    );
    expect(mrkdwnIn(post?.blocks ?? []).join("\n")).not.toContain("<!here>");
    await slack.waitFor(() => shownOf(slack, root).includes("*Declined* by <@U0ANNA>"));
    expect(root.text).toMatch(/^Declined: /);
    expect(sentTo(world, user.id)).toEqual([]);
    expect(requestsToSend(world, user.id)).toBe(0);
    expect(parley.user(user.id).handovers.at(-1)?.metadata).toMatchObject({
      reason: "declined",
      note: "For *billing*, <!here> \n not us",
      outcome: null,
      messageForUser: null,
      handedOverFor: "refund",
      firstAnswerAt: null,
      agentMessages: 0,
    });
    expect(await recordsIn(world)).toContainEqual(
      expect.objectContaining({ what: "decline", by: ANNA, result: "done" }),
    );
  });

  it("may go to another Service instead", async () => {
    const world = await startWorld();
    const { parley } = world;
    const identification = "AnotherBot";
    parley.addService({ name: "Another bot", identification });
    const handedOver = await handOver(world);
    await decline(world, handedOver, { reason: "No", destination: identification });
    await expect.poll(() => parley.user(handedOver.user.id).owner, PATIENCE).toBe(identification);
  });

  it("needs a reason", async () => {
    const world = await startWorld();
    const handedOver = await handOver(world);
    const { errors } = await decline(world, handedOver, { reason: "  " });
    expect(errors).toEqual({ reason: "Say why." });
    expect(changesAt(world.parley, handedOver.user.id)).toEqual([]);
  });

  it("is with whoever has answered, who hands them back: the menu, the form and the hand-back itself say so", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, ts, root } = await handOver(world);
    const early = await openForm(world, ts);
    await slack.post({ user: "U0BEN", threadTs: ts, text: "Hello" });
    await parley.until(() => sentTo(world, user.id).includes("Hello"));
    await slack.waitFor(() => shownOf(slack, root).includes("U0BEN"));
    const values = { reason: "No" };
    const { errors } = await slack.submitView({ user: ANNA, viewId: early.id, values });
    expect(errors?.destination).toMatch(/has answered this User already/);
    expect(JSON.stringify(root.blocks)).not.toContain("Not for us");
    expect(parley.user(user.id).owner).toBe(parley.agentService.identification);
  });

  it("stays where a colleague's answer was on its way, and whoever declined is told", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const handedOver = await handOver(world);
    const { user, ts } = handedOver;
    const held = Promise.withResolvers<void>();
    parley.faults.add(/^POST .*message/, { kind: "held", until: held.promise }, 1);
    const { delivered } = await slack.post({ user: "U0BEN", threadTs: ts, text: "Hello" });
    await delivered;
    await parley.until(() => requestsToSend(world, user.id) === 1);
    expect((await decline(world, handedOver, { reason: "No" })).errors).toBeUndefined();
    held.resolve();
    await slack.waitFor(() =>
      textsTo(slack, ANNA).find((text) => /was not declined: an agent has answered/.test(text)),
    );
    expect(sentTo(world, user.id)).toEqual(["Hello"]);
    expect(parley.user(user.id).owner).toBe(parley.agentService.identification);
    expect(await recordsIn(world)).toContainEqual(
      expect.objectContaining({ what: "decline", result: "failed" }),
    );
  });

  it("goes back from anywhere with the command, as from the form", async () => {
    const world = await startTeams();
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    const ask = async (by: string, text: string) => {
      const before = slack.state.ephemerals.length;
      const request = { user: by, channel: slack.channel, command: "/parley-owner", text };
      expect((await slack.command(request)).status).toBe("delivered");
      const told = () => slack.state.ephemerals.slice(before).map((each) => each.text ?? "");
      return await slack.waitFor(() => told().find((each) => !/is slow right now/.test(each)));
    };
    expect(await ask("U0OTTO", `${user.id} decline mine & yours`)).toMatch(/for agents of a team/);
    expect(changesAt(parley, user.id)).toEqual([]);
    expect(await ask(ANNA, `${user.id} decline not &amp; never ours`)).toMatch(/^Heard/);
    await slack.waitFor(() => textsIn(world, ts).find((text) => /declined this User/.test(text)));
    expect(parley.user(user.id).handovers.at(-1)?.metadata).toMatchObject({
      reason: "declined",
      note: "not & never ours",
    });
    expect(await ask("U0LEA", `${user.id} decline again`)).toMatch(/is over/);
    const answered = await handOver(world);
    await slack.post({ user: ANNA, threadTs: answered.ts, text: "Hello" });
    await slack.waitFor(() => shownOf(slack, answered.root).includes("<@U0ANNA>"));
    expect(await ask(ANNA, `${answered.user.id} decline no`)).toMatch(/hand them back instead/);
  });

  it("is declined by the agents of the team alone", async () => {
    const world = await startTeams(undefined, { slack: PEOPLE });
    const { slack } = world;
    const { ts, user } = await handOver(world);
    await pressEntry(slack, "decline", { user: "U0OTTO", channel: slack.channel, ts });
    await slack.waitFor(() => textsTo(slack, "U0OTTO")[0]);
    expect(slack.state.views.size).toBe(0);
    expect(changesAt(world.parley, user.id)).toEqual([]);
  });

  it("goes back once also where Parley is away at first", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    parley.faults.add(/^PUT .*owner/, { kind: "status", status: 503 }, 1);
    await decline(world, { ts }, { reason: "No" });
    const back = () => textsIn(world, ts).filter((text) => /declined this User/.test(text));
    await slack.waitFor(() => back()[0]);
    expect(back()).toHaveLength(1);
    expect(parley.user(user.id).owner).toBe(parley.botService.identification);
  });
});
