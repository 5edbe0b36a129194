import { describe, expect, it } from "vitest";
import { answering } from "../support/answers.ts";
import { sendAsSlack } from "../support/send-as-slack.ts";
import { changesAt } from "../support/sent.ts";
import { handOver, openModal, PATIENCE, submitHandBack } from "../support/steps.ts";
import { textsTo } from "../support/threads.ts";
import { startWorld } from "../support/world.ts";

describe("the form to hand back", () => {
  it("takes Services with ids longer than Slack allows for an option", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const identification = "x".repeat(180);
    parley.addService({ name: "Long", identification });
    const { user, ts } = await handOver(world);
    const { id, blocks } = await openModal(slack, ts);
    const [option] = optionsOf(blocks).filter(({ text }) => text.text === "Long");
    const values = { destination: option?.value };

    parley.faults.add("GET /services", { kind: "status", status: 503 }, 1);
    const refused = await slack.submitView({ user: "U0ANNA", viewId: id, values });
    expect(refused.errors?.destination).toMatch(/Nothing was done; try again/);
    expect((await slack.submitView({ user: "U0ANNA", viewId: id, values })).errors).toBeUndefined();

    await expect.poll(() => parley.user(user.id).owner, PATIENCE).toBe(identification);
  });

  it("takes more Services than Slack shows in one list", async () => {
    const world = await startWorld();
    const { slack, parley } = world;
    const services = Array.from({ length: 150 }, (_, n) =>
      parley.addService({ name: `Service ${n}` }),
    );
    const { user, ts } = await handOver(world);
    const { id, blocks } = await openModal(slack, ts);
    const last = services.at(-1)?.identification;
    expect(optionsOf(blocks).map(({ value }) => value)).toContain(last);
    await slack.submitView({ user: "U0ANNA", viewId: id, values: { destination: last } });
    await expect.poll(() => parley.user(user.id).owner, PATIENCE).toBe(last);
  });

  it.each(["note: he is rude", "// he is rude", "\u200b🔒 he is rude"])(
    "sends no note to the User as the last message: %j",
    async (note) => {
      const { slack, parley, ...world } = await startWorld();
      const { user, ts } = await handOver({ slack, parley, ...world });
      const { id } = await openModal(slack, ts);
      const submit = (last_message: string) =>
        slack.submitView({ user: "U0ANNA", viewId: id, values: { last_message } });

      expect((await submit(note)).errors?.last_message).toMatch(/begins as a note/);
      expect(changesAt(parley, user.id)).toEqual([]);
      expect((await submit("Please note: bye")).errors).toBeUndefined();

      const { identification } = parley.botService;
      await expect.poll(() => parley.user(user.id).owner, PATIENCE).toBe(identification);
      expect(parley.sent(user.id).map(({ message }) => message)).toEqual(["Please note: bye"]);
    },
  );

  it("takes `>>` in front of the last message for what it is in front of a reply", async () => {
    const { slack, parley, ...world } = await startWorld({ env: { REPLY_MODE: "explicit" } });
    const { user, ts } = await handOver({ slack, parley, ...world });
    await submitHandBack(slack, ts, { last_message: ">> Bye & <bye>" });
    const { identification } = parley.botService;
    await expect.poll(() => parley.user(user.id).owner, PATIENCE).toBe(identification);
    expect(parley.sent(user.id).map(({ message }) => message)).toEqual(["Bye & \\<bye>"]);
  });

  it.each([
    ["expired_trigger_id", /did not open the form in time\. Please try again/],
    ["trigger_exchanged", /did not open the form in time\. Please try again/],
    ["ratelimited", /busy right now\. Please try again in a moment/],
    ["internal_error", /did not answer when the form was to open\. Please try again/],
    ["missing_scope", /does not let this app open forms \(views\.open: missing_scope\).*whoever/],
    ["invalid_arguments", /refused the form \(views\.open: invalid_arguments\).*whoever/],
    ["Some words.", /did not answer when the form was to open/],
  ])("says what is true when it does not open: %s", async (error, words) => {
    const world = await startWorld();
    const { slack } = world;
    const { ts } = await handOver(world);
    const write = answering(JSON.stringify({ ok: false, error }));
    slack.faults.add("views.open", { kind: "other-answer", isDone: false, write }, 1);
    await slack.shortcut({
      user: "U0ANNA",
      channel: slack.channel,
      ts,
      callbackId: "parley_hand_back",
    });
    await expect.poll(() => textsTo(slack, "U0ANNA"), PATIENCE).toHaveLength(1);
    expect(textsTo(slack, "U0ANNA")[0]).toMatch(words);
  });
});

it.each(["", "null", "{", '{"team":"T0ACME"}'])(
  "the form says that there is nothing to hand back if it keeps no readable place: %j",
  async (private_metadata) => {
    const world = await startWorld();
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    const view = { ...(await openModal(slack, ts)), private_metadata };
    const by = { user: { id: "U0ANNA" }, team: { id: slack.teamId } };
    const payload = JSON.stringify({ type: "view_submission", ...by, view });
    const form = new URLSearchParams({ payload }).toString();
    const contentType = "application/x-www-form-urlencoded";
    const answer = await sendAsSlack(world, form, { secret: slack.signingSecret, contentType });
    const errors = { destination: expect.stringMatching(/This conversation is over/) as string };
    expect(await answer.json()).toEqual({ response_action: "errors", errors });
    expect(changesAt(parley, user.id)).toEqual([]);
  },
);

type Option = { readonly value: string; readonly text: { readonly text: string } };

function optionsOf(blocks: readonly object[]): Option[] {
  const [element] = blocks.flatMap((block) => ("element" in block ? [block.element] : []));
  const { options, option_groups: groups } = element as {
    options?: Option[];
    option_groups?: { options: Option[] }[];
  };
  return options ?? (groups ?? []).flatMap((group) => group.options);
}
