import { describe, expect, it } from "vitest";
import { settledIn } from "../support/attempts.ts";
import { EAGER } from "../support/replies.ts";
import { sentTo } from "../support/sent.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { mrkdwnIn, rootsOf } from "../support/threads.ts";
import { SUPPORT, startTeams } from "../support/two-teams.ts";
import { startWorld, type World } from "../support/world.ts";

type Home = NonNullable<ReturnType<World["slack"]["state"]["homes"]["get"]>>;

/** What the person sees once the page was published anew. */
async function seen({ slack }: World, user: string, act: () => Promise<unknown>): Promise<Home> {
  const before = slack.state.homes.get(user)?.hash;
  await act();
  return await slack.waitFor(() => {
    const home = slack.state.homes.get(user);
    return home && home.hash !== before ? home : undefined;
  });
}

const open = (world: World, user = "U0ANNA") =>
  seen(world, user, () => world.slack.openHome({ user }));

const press = (
  world: World,
  { id: viewId }: Home,
  click: { actionId: string; value?: string },
  user = "U0ANNA",
) => seen(world, user, () => world.slack.click({ user, viewId, ...click }));

interface Button {
  readonly type: string;
  readonly action_id: string;
  readonly value: string;
  readonly text: { readonly text: string };
}

const buttonsIn = ({ blocks }: Home): Button[] =>
  (blocks as unknown as { elements?: Button[] }[])
    .flatMap(({ elements = [] }) => elements)
    .filter(({ type }) => type === "button");

const labelsIn = (home: Home) => buttonsIn(home).map(({ text }) => text.text);

function pressNamed(world: World, home: Home, label: string): Promise<Home> {
  const button = buttonsIn(home).find(({ text }) => text.text.startsWith(label));
  if (!button) throw new Error(`No button ${label} among ${labelsIn(home).join(", ")}`);
  return press(world, home, { actionId: button.action_id });
}

/** The Users on the page, in its order. */
const usersOn = (home: Home): string[] =>
  mrkdwnIn(home.blocks).flatMap((text) =>
    [...text.matchAll(/User (\w+) ·/g)].map(([, id]) => id ?? ""),
  );

const textOf = (home: Home) => mrkdwnIn(home.blocks).join("\n");

/** Anna answers; resolves when the User has it. */
async function answer(world: World, threadTs: string, userId: string, user = "U0ANNA") {
  const { slack, parley } = world;
  await slack.post({ user, threadTs, text: "Hello" });
  await parley.until(() => sentTo(world, userId).includes("Hello"));
  await expect
    .poll(() => settledIn(world.log, `${slack.teamId}/${slack.channel}/${threadTs}`), PATIENCE)
    .not.toEqual([]);
}

describe("the App Home of 110 conversations", () => {
  it("shows one's own, nobody's and colleagues' on pages that anybody can turn", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const first = await handOver(world, { metadata: { reason: "order_late" } });
    const bens = await handOver(world);
    const to = parley.agentService.identification;
    const users = Array.from({ length: 108 }, () => parley.createUser());
    for (const { id } of users) await parley.handOver({ userId: id, to });
    await expect.poll(() => rootsOf(slack).length, { ...PATIENCE, timeout: 100_000 }).toBe(110);
    await answer(world, first.ts, first.user.id);
    await answer(world, bens.ts, bens.user.id, "U0BEN");

    const home = await open(world);
    expect(JSON.stringify(home.blocks[0])).toContain("110 open conversations");
    expect(labelsIn(home)).toEqual(["All (110)", "Mine (1)", "Unclaimed (108)", "Refresh", "Next"]);
    expect(usersOn(home)).toHaveLength(25);
    expect(usersOn(home)[0]).toBe(first.user.id);
    expect(textOf(home)).toContain("answered · you answer\nOrder late");
    expect(textOf(home)).toMatch(
      /\*Nobody answers yet \(108\)\*[\s\S]*Page 1 of 5\nAs of <!date\^/,
    );

    const all = [usersOn(home)];
    let page = home;
    while (labelsIn(page).includes("Next")) {
      page = await pressNamed(world, page, "Next");
      all.push(usersOn(page));
    }
    expect(new Set(all.flat()).size).toBe(110);
    expect(all.flat().at(-1)).toBe(bens.user.id);
    expect(textOf(page)).toContain("<@U0BEN> answers");

    const mine = await pressNamed(world, page, "Mine");
    expect(usersOn(mine)).toEqual([first.user.id]);
    expect(usersOn(await open(world)), "what was chosen is kept").toEqual([first.user.id]);
    const unclaimed = await pressNamed(world, mine, "Unclaimed");
    expect(usersOn(unclaimed)).not.toContain(first.user.id);
    expect(textOf(await open(world, "U0BEN"))).toContain("You answer (1)");
  }, 120_000);

  it("shows the last page where the one that was looked at is gone", async () => {
    const world = await startWorld({ env: EAGER });
    const { slack, parley } = world;
    const to = parley.agentService.identification;
    const users = Array.from({ length: 26 }, () => parley.createUser());
    for (const { id } of users) await parley.handOver({ userId: id, to });
    await expect.poll(() => rootsOf(slack).length, PATIENCE).toBe(26);
    const home = await pressNamed(world, await open(world), "Unclaimed");
    expect(textOf(home)).toContain("Page 1 of 2");
    const [gone = ""] = usersOn(home);
    const root = rootsOf(slack).find((each) => JSON.stringify(each).includes(gone));
    await answer(world, root?.ts ?? "", gone);
    const last = await pressNamed(world, home, "Next");
    expect(usersOn(last)).toHaveLength(25);
    expect(textOf(last)).not.toContain("Page");
  });
});

describe("replies that wait for a decision", () => {
  const failed = async () => {
    const world = await startTeams();
    const handed = await handOver(world);
    const path = `POST /users/${handed.user.id}/messages`;
    world.parley.faults.add(path, { kind: "status", status: 400 }, 1);
    await world.slack.post({ user: "U0ANNA", threadTs: handed.ts, text: "Refused" });
    await world.slack.waitFor(() =>
      world.slack.state.messages.find(({ text }) => text?.includes("did not reach")),
    );
    return { world, ...handed };
  };

  it("stand in the App Home of those who may decide, and go again from there", async () => {
    const { world, user } = await failed();
    expect(textOf(await open(world, "U0BEN")), "of another team").not.toContain(user.id);
    const home = await open(world);
    expect(textOf(home)).toMatch(/A reply by <@U0ANNA> did not reach the User.* · <http/);
    const after = await press(world, home, { actionId: "parley_send_again" });
    expect(textOf(after)).toContain("On its way.");
    expect(labelsIn(after)).not.toContain("Send again");
    await world.parley.until(() => sentTo(world, user.id).includes("Refused"));
    const again = await pressNamed(world, after, "Refresh");
    expect(textOf(again)).not.toContain("On its way");
    expect(sentTo(world, user.id)).toEqual(["Refused"]);
  });

  it("are given up from there, once", async () => {
    const { world, user } = await failed();
    const home = await open(world);
    const stale = structuredClone(home);
    await press(world, home, { actionId: "parley_dismiss" });
    world.slack.state.homes.set("U0ANNA", { ...stale, hash: "as before" });
    const after = await press(world, stale, { actionId: "parley_send_again" });
    expect(textOf(after)).toMatch(/sent or dismissed already/);
    expect(sentTo(world, user.id)).toEqual([]);
  });
});

it("shows one team, of those that somebody is in", async () => {
  const billing = {
    name: "Billing",
    channel: "C0BILLING",
    agents: ["U0ANNA"],
    when: [{ reason: ["refund*"] }],
  };
  const world = await startTeams([billing, SUPPORT]);
  const { slack, parley } = world;
  const support = await handOver(world);
  const user = parley.createUser();
  const to = parley.agentService.identification;
  await parley.handOver({ userId: user.id, to, metadata: { reason: "refund wanted" } });
  await slack.waitFor(() => slack.state.messages.find(({ channel }) => channel === "C0BILLING"));
  const home = await open(world);
  expect(usersOn(home).sort()).toEqual([support.user.id, user.id].sort());
  const actionId = "parley_menu";
  const one = await press(world, home, { actionId, value: "parley_show_home all 0 Billing" });
  expect(usersOn(one)).toEqual([user.id]);
  expect(labelsIn(one)[0]).toBe("All (1)");
  const both = await press(world, one, { actionId, value: "parley_show_home all 0" });
  expect(usersOn(both)).toHaveLength(2);
});

it("shows nobody any more to somebody who has left the team, whatever they press", async () => {
  const world = await startTeams();
  const { slack } = world;
  const { user } = await handOver(world);
  const home = await open(world);
  expect(usersOn(home)).toEqual([user.id]);
  const group = slack.state.usergroups.find(({ id }) => id === "S0SUPPORT");
  if (group) group.users = [];
  world.advance(5 * 60_000);
  const after = await pressNamed(world, home, "Refresh");
  expect(textOf(after)).toMatch(/in none/);
  expect(textOf(after)).not.toContain(user.id);
});
