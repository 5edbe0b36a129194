import { expect, it } from "vitest";
import { recordsIn } from "../support/audit-tool.ts";
import { pressEntry } from "../support/press-entry.ts";
import { EAGER } from "../support/replies.ts";
import { handBack, handOver, lastCallbackHandled, PATIENCE, postTo } from "../support/steps.ts";
import { mrkdwnIn } from "../support/threads.ts";
import { SUPPORT, startTeams, type TeamInFile } from "../support/two-teams.ts";
import type { World } from "../support/world.ts";

const LEADLESS: TeamInFile = { name: "Support", agents: ["S0SUPPORT"] };
const BILLING: TeamInFile = {
  name: "Billing",
  channel: "C0BILLING",
  agents: ["U0ZOE"],
  leads: ["U0ZOE"],
  when: [{ reason: ["refund*"] }],
};
const MARIA = { name: "Maria Muster", email: "maria@muster.example" };

const openHome = async ({ slack }: World, user: string) => {
  await slack.openHome({ user });
  return await slack.waitFor(() => slack.state.homes.get(user));
};

const offersIt = (home: Awaited<ReturnType<typeof openHome>>): boolean =>
  JSON.stringify(home.blocks).includes('"parley_erase"');

/** The form that is open now. */
const viewOf = ({ slack }: World, user: string, callbackId: string) =>
  slack.waitFor(
    () =>
      [...slack.state.views.values()].find(
        ({ user: by, view }) => by === user && view.callback_id === callbackId,
      )?.view,
  );

async function askFor(world: World, name: string, user = "U0LEA") {
  const { slack } = world;
  const { id: viewId } = await openHome(world, user);
  await slack.click({ user, viewId, actionId: "parley_erase" });
  const { id } = await viewOf(world, user, "parley_erase_find");
  return await slack.submitView({ user, viewId: id, values: { name } });
}

async function confirm(world: World, typed: string, user = "U0LEA") {
  const { id } = await viewOf(world, user, "parley_erase");
  return await world.slack.submitView({ user, viewId: id, values: { confirm: typed } });
}

/** A User whose conversation with Support is over. */
async function ended(world: World) {
  const user = world.parley.createUser({ additionalInformation: MARIA });
  const { root, ts } = await handOver(world, { user });
  await world.slack.post({ user: "U0ANNA", threadTs: ts, text: "Hello" });
  await handBack(world, root);
  return { user, ts };
}

const toldDirectly = ({ slack }: World, user: string): string[] =>
  slack.state.messages
    .filter(({ channel }) => channel === `D${user.slice(1)}`)
    .map(({ text }) => text);

it("lets a lead erase a User from the App Home, with the User's id typed, and tells them what is left", async () => {
  const world = await startTeams([SUPPORT], { env: EAGER });
  const { slack } = world;
  const { user, ts } = await ended(world);
  expect(offersIt(await openHome(world, "U0ANNA"))).toBe(false);
  expect(offersIt(await openHome(world, "U0LEA"))).toBe(true);

  const unknown = await askFor(world, "nobody@muster.example");
  expect(JSON.stringify(unknown)).toContain("Nothing is kept of a User");
  await slack.submitView({
    user: "U0LEA",
    viewId: (await viewOf(world, "U0LEA", "parley_erase_find")).id,
    values: { name: MARIA.email },
  });
  expect(JSON.stringify(await confirm(world, "yes"))).toContain("That is not the User's id");
  await confirm(world, ` ${user.id} `);

  await expect
    .poll(
      async () => (await recordsIn(world)).find(({ what }) => what === "erase")?.result,
      PATIENCE,
    )
    .toBe("done");
  const left = slack.state.messages.filter((each) => each.ts === ts || each.thread_ts === ts);
  expect(left.map(({ user: by, text }) => [by, text])).toEqual([
    ["USLACKBOT", "This message was deleted."],
    ["U0ANNA", "Hello"],
  ]);
  const records = await recordsIn(world);
  expect(records.find(({ what }) => what === "erase")).toMatchObject({
    by: "U0LEA",
    name: "Lea",
    user: expect.stringMatching(/^erased-/),
  });
  expect(JSON.stringify(records)).not.toContain(user.id);
  const direct = await slack.waitFor(() =>
    slack.state.messages.find(({ text }) => /The User is erased/.test(text)),
  );
  expect(mrkdwnIn(direct.blocks).join()).toContain("|This thread>: 1 message");
  expect(toldDirectly(world, "U0LEA").length).toBeLessThan(2);
});

it("refuses whoever does not lead the User's team, also at the end, and where nobody is named as a lead", async () => {
  const world = await startTeams([BILLING, SUPPORT], { env: EAGER });
  const { user } = await ended(world);

  const answer = await askFor(world, user.id, "U0ZOE");

  expect(JSON.stringify(answer)).toContain("This is for those who lead the team Support.");
  const records = await recordsIn(world);
  expect(records.filter(({ what }) => what === "erase")).toMatchObject([
    { by: "U0ZOE", result: "refused", why: "not-lead" },
  ]);

  const leadless = await startTeams([LEADLESS], { env: EAGER });
  for (const member of ["U0ANNA", "U0LEA"]) {
    expect(offersIt(await openHome(leadless, member))).toBe(false);
  }
});

it("refuses whoever leads only the team to which the User was moved", async () => {
  const world = await startTeams([BILLING, SUPPORT], { env: EAGER });
  const { slack } = world;
  const { user, ts } = await handOver(world);
  await pressEntry(slack, "move", { user: "U0ANNA", channel: slack.channel, ts });
  const { id } = await viewOf(world, "U0ANNA", "parley_move");
  await slack.submitView({ user: "U0ANNA", viewId: id, values: { destination: "Billing" } });
  await slack.waitFor(() => slack.state.messages.some(({ text }) => /moved this User/.test(text)));

  const answer = await askFor(world, user.id, "U0ZOE");

  expect(JSON.stringify(answer)).toContain("This is for those who lead the team Support.");
});

it("says anew what would be erased where the User was merged since", async () => {
  const world = await startTeams([SUPPORT], { env: EAGER });
  const { user } = await ended(world);
  await askFor(world, user.id);
  const other = await ended(world);
  const merge = { type: "usersMerged", from: other.user.id, to: user.id };
  await postTo(world, "/parley/callback", { body: merge });
  await lastCallbackHandled(world, user.id);

  await confirm(world, user.id);

  const { blocks } = await viewOf(world, "U0LEA", "parley_erase");
  expect(JSON.stringify(blocks)).toContain("Conversations: 2.");
  expect((await recordsIn(world)).filter(({ what }) => what === "erase")).toEqual([]);
});

it("refuses a User who has an open conversation, before anything is ordered and at the end", async () => {
  const world = await startTeams([SUPPORT], { env: EAGER });
  const { user } = await ended(world);
  await askFor(world, user.id);
  await handOver(world, { user });

  expect(JSON.stringify(await confirm(world, user.id))).toContain("Hand them back first");
  expect((await recordsIn(world)).filter(({ what }) => what === "erase")).toEqual([]);
});
