import { describe, expect, it } from "vitest";
import { DEFAULT_MEMBERS, type MemberOptions } from "../../fakes/slack/people.ts";
import { nowSeconds, sendAsSlack } from "../support/send-as-slack.ts";
import { type HandedOver, handOver, openModal, PATIENCE, writeFirst } from "../support/steps.ts";
import { reactionsOn, textsIn, textsTo } from "../support/threads.ts";
import { startWorld, type World, type WorldOptions } from "../support/world.ts";

const OUTSIDERS: readonly MemberOptions[] = [
  { id: "U0PARTNER", name: "pat", teamId: "T0PARTNER" },
  { id: "U0GONE", name: "gone", deleted: true },
  { id: "U0GUEST", name: "guest", isGuest: true },
];
const IDS = [...OUTSIDERS.map(({ id }) => id), "USLACKBOT"];

async function openWithOutsiders(options: WorldOptions = {}): Promise<World & HandedOver> {
  const members = [...DEFAULT_MEMBERS, ...OUTSIDERS];
  const world = await startWorld({ ...options, slack: { members, ...options.slack } });
  return { ...world, ...(await handOver(world)) };
}

const messagesTo = ({ parley, user }: Pick<World & HandedOver, "parley" | "user">) =>
  parley.sent(user.id).map(({ message }) => message);

/** A reply of Anna goes behind the ones before it: what is refused must be missing among what the User has then. */
async function annaWrites(opened: World & HandedOver, text = "From Anna"): Promise<void> {
  await opened.slack.post({ user: "U0ANNA", threadTs: opened.ts, text });
  await opened.parley.until(() => messagesTo(opened).includes(text));
}

/** What its writer is told, alone where Slack allows that, else in the thread. */
const wordsTo = ({ slack, ts }: World & HandedOver, user: string): string =>
  [...textsTo(slack, user), ...textsIn({ slack }, ts)].join("\n");

describe("a reply", () => {
  it.each([
    ["U0PARTNER", /Only members of the workspace/],
    ["U0GONE", /deactivated/],
    ["U0GUEST", /Guests .*GUESTS_MAY_ANSWER/],
    ["USLACKBOT", /Only people/],
  ])("of %s never reaches the User, and its writer is told", async (user, words) => {
    const opened = await openWithOutsiders();
    const { slack, ts } = opened;

    const written = await slack.post({ user, threadTs: ts, text: "From outside" });
    await annaWrites(opened);

    expect(messagesTo(opened)).toEqual(["From Anna"]);
    await expect.poll(() => wordsTo(opened, user), PATIENCE).toMatch(words);
    expect(wordsTo(opened, user)).toContain("Not sent");
    await expect.poll(() => reactionsOn(opened.slack, written.ts), PATIENCE).toEqual(["lock"]);
  });

  it("of a guest reaches the User if that is wanted", async () => {
    const opened = await openWithOutsiders({ env: { GUESTS_MAY_ANSWER: "true" } });

    const at = { threadTs: opened.ts };
    await writeFirst(opened.slack, { ...at, user: "U0GUEST", text: "From a guest" });
    await annaWrites(opened);

    expect(messagesTo(opened)).toEqual(["From a guest", "From Anna"]);
  });

  it("of somebody else is not read back either", async () => {
    const opened = await openWithOutsiders();
    const { slack, ts } = opened;
    await annaWrites(opened, "Before");
    const restore = slack.dropEvents(({ type }) => type === "message");
    for (const user of IDS) await slack.post({ user, threadTs: ts, text: "From outside" });
    await slack.post({ user: "U0ANNA", threadTs: ts, text: "Lost" });
    restore();

    await opened.stopBridge();
    await opened.startBridge();
    await opened.parley.until(() => messagesTo(opened).includes("Lost"));

    expect(messagesTo(opened)).toEqual(["Before", "Lost"]);
    await expect.poll(() => textsTo(slack, "U0PARTNER").join(), PATIENCE).toMatch(/Only members/);
  });

  it("of another company is known as that while Slack cannot be asked, and ours go all the same", async () => {
    const opened = await openWithOutsiders();
    const { slack, ts } = opened;
    slack.faults.add("users.info", { kind: "status", status: 500 });

    await slack.post({ user: "U0PARTNER", threadTs: ts, text: "From outside" });
    await annaWrites(opened);

    expect(messagesTo(opened)).toEqual(["From Anna"]);
    await expect.poll(() => textsTo(slack, "U0PARTNER").join(), PATIENCE).toMatch(/Only members/);
  });

  it("in an event of another workspace never reaches the User", async () => {
    const opened = await openWithOutsiders();
    const { slack, ts } = opened;
    const event = {
      type: "message",
      channel: slack.channel,
      user: "U0ELSEWHERE",
      parent_user_id: slack.botUserId,
      text: "From another workspace",
      ts: `${nowSeconds()}.000001`,
      thread_ts: ts,
    };
    const body = { type: "event_callback", team_id: "T0OTHER", event_id: "Ev1", event };

    const answer = await sendAsSlack(opened, JSON.stringify(body), { secret: slack.signingSecret });
    await annaWrites(opened);

    expect(answer.status).toBe(200);
    expect(messagesTo(opened)).toEqual(["From Anna"]);
    await expect.poll(() => wordsTo(opened, "U0ELSEWHERE"), PATIENCE).toMatch(/Only members/);
  });

  it("is not kept inside by the lock of somebody who may not answer", async () => {
    const opened = await openWithOutsiders();
    const { slack, parley, user, ts } = opened;
    const owner = `GET /users/${user.id}/owner`;
    parley.faults.add(owner, { kind: "status", status: 503 });
    const written = await slack.post({ user: "U0ANNA", threadTs: ts, text: "For the User" });
    for (const outsider of OUTSIDERS) {
      await slack.react({ user: outsider.id, ts: written.ts, name: "lock" });
    }

    parley.faults.clear();

    await parley.until(() => messagesTo(opened).includes("For the User"));
  });
});

describe.each(OUTSIDERS.map(({ id }) => [id]))("what %s does with the app", (user) => {
  it("opens no form", async () => {
    const { slack, ts } = await openWithOutsiders();
    const at = { user, channel: slack.channel, ts };

    expect((await slack.shortcut({ ...at, callbackId: "parley_hand_back" })).status).toBe(
      "delivered",
    );
    await slack.waitFor(() => textsTo(slack, user).length === 1);
    expect((await slack.click({ ...at, actionId: "parley_hand_back" })).status).toBe("delivered");
    await slack.waitFor(() => textsTo(slack, user).length === 2);

    expect(slack.state.views.size).toBe(0);
    expect(textsTo(slack, user).join()).toMatch(/cannot answer Users|can answer Users/);
  });

  it("shows no User and moves none by the command", async () => {
    const opened = await openWithOutsiders();
    const { slack, parley } = opened;
    const { identification } = parley.botService;

    for (const text of ["", `${opened.user.id} ${identification}`]) {
      const command = { user, channel: slack.channel, command: "/parley-owner", text };
      const { ack } = await slack.command(command);
      expect(ack?.text).toMatch(/answer Users/);
      expect(ack?.text).not.toContain(opened.user.id);
    }

    expect(parley.user(opened.user.id).owner).toBe(parley.agentService.identification);
  });

  it("shows no User in the App Home", async () => {
    const { slack, user: customer } = await openWithOutsiders();

    await slack.openHome({ user });

    const home = await slack.waitFor(() => slack.state.homes.get(user));
    expect(JSON.stringify(home.blocks)).toMatch(/answer Users/);
    expect(JSON.stringify(home.blocks)).not.toContain(customer.id);
  });
});

it("shows why in the form itself, and hands nobody back, when it comes from another team", async () => {
  const opened = await openWithOutsiders();
  const { slack, parley, user, ts } = opened;
  const view = await openModal(slack, ts);
  Object.assign(slack.state.users.get("U0ANNA") ?? {}, { teamId: "T0OTHER" });

  const outcome = await slack.submitView({ user: "U0ANNA", viewId: view.id });

  expect(Object.values(outcome.errors ?? {})).toEqual([expect.stringMatching(/Only members/)]);
  Object.assign(slack.state.users.get("U0ANNA") ?? {}, { teamId: undefined });
  // Slack is asked again before she is refused, but not for everything that she tries.
  opened.advance(5_000);
  await annaWrites(opened);
  expect(parley.user(user.id).owner).toBe(parley.agentService.identification);
});

it("is decided in time where Slack does not say who somebody is", async () => {
  const { slack, user, ts } = await openWithOutsiders();
  slack.faults.add("users.info", { kind: "hang" });
  const command = { channel: slack.channel, command: "/parley-owner", text: "" };

  const ours = await slack.command({ ...command, user: "U0ANNA" });
  await slack.openHome({ user: "U0ANNA" });
  await slack.shortcut({
    user: "U0PARTNER",
    callbackId: "parley_hand_back",
    channel: slack.channel,
    ts,
  });

  expect(ours.ack?.text).toContain(user.id);
  await slack.waitFor(() => slack.state.homes.get("U0ANNA"));
  await slack.waitFor(() => textsTo(slack, "U0PARTNER")[0]);
  expect(slack.state.views.size).toBe(0);
});

describe("what another team does with the app", () => {
  const OTHER = { team: { id: "T0OTHER" }, user: { id: "U0ANNA", team_id: "T0OTHER" } };
  const contentType = "application/x-www-form-urlencoded";

  it("shows and moves no User by the command", async () => {
    const opened = await openWithOutsiders();
    const { signingSecret: secret } = opened.slack;
    const command = { command: "/parley-owner", text: "", team_id: "T0OTHER", user_id: "U0ANNA" };

    const form = new URLSearchParams(command).toString();
    const answer = await sendAsSlack(opened, form, { secret, contentType });

    expect(await answer.json()).toMatchObject({ text: expect.stringMatching(/Only members/) });
  });

  it.each(["message_action", "block_actions"])("opens no form by %s", async (type) => {
    const opened = await openWithOutsiders();
    const { slack, ts } = opened;
    const payload = {
      ...OTHER,
      type,
      callback_id: "parley_hand_back",
      trigger_id: "1.2.3",
      channel: { id: slack.channel },
      message_ts: ts,
      message: { ts },
      container: { type: "message", message_ts: ts, channel_id: slack.channel },
      actions: [{ type: "button", block_id: "b", action_id: "parley_hand_back" }],
    };

    const form = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const answer = await sendAsSlack(opened, form, { secret: slack.signingSecret, contentType });
    await annaWrites(opened);

    expect(answer.status).toBe(200);
    expect(slack.calls("views.open")).toEqual([]);
    expect(opened.log.lines).toContainEqual(
      expect.objectContaining({
        event: "actor.refused",
        fields: expect.objectContaining({ reason: "other-company", type }),
      }),
    );
  });
});

describe("what names nobody who does it", () => {
  const contentType = "application/x-www-form-urlencoded";

  it.each([{}, { id: null }, { id: 5 }, []])("hands nobody back: a form of %j", async (user) => {
    const opened = await openWithOutsiders();
    const { slack, parley } = opened;
    const view = await openModal(slack, opened.ts);
    const payload = { type: "view_submission", user, team: { id: slack.teamId }, view };

    const form = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const answer = await sendAsSlack(opened, form, { secret: slack.signingSecret, contentType });
    await annaWrites(opened);

    expect(await answer.json()).toMatchObject({ response_action: "errors" });
    expect(parley.user(opened.user.id).owner).toBe(parley.agentService.identification);
  });

  it("shows no User by the command", async () => {
    const opened = await openWithOutsiders();
    const { signingSecret: secret } = opened.slack;

    const form = new URLSearchParams({ command: "/parley-owner", text: "" }).toString();
    const answer = await sendAsSlack(opened, form, { secret, contentType });

    expect(await answer.json()).toMatchObject({ text: expect.stringMatching(/Only people/) });
  });
});
