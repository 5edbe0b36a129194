import { describe, expect, it } from "vitest";
import { answerIn, chooseAnswer, makeAnswers, openAnswerForm } from "../support/quick-answers.ts";
import { sentTo } from "../support/sent.ts";
import { startDesk } from "../support/start-desk.ts";
import { handOver, openModal, PATIENCE } from "../support/steps.ts";
import { postsIn, textOf, textsTo } from "../support/threads.ts";
import type { Env, World } from "../support/world.ts";

const ANSWERS = {
  "refund.md":
    "---\nname: Refund\nkeywords: [money back]\n---\nDear {user.name},\n\nyou get it **back**. Yours, {agent.name}",
  "hallo.md": "---\nname: Hallo\nlanguage: nl\n---\nHallo!",
};

const startWithAnswers = async (env: Env = {}): Promise<World> =>
  await startDesk({ answers: await makeAnswers(ANSWERS) }, { env });

describe("a quick answer", () => {
  it("is chosen, filled in, changed, and sent as the agent's reply, which claims the User", async () => {
    const world = await startWithAnswers();
    const { slack, parley } = world;
    const handedOver = await handOver(world, {
      user: { additionalInformation: { name: "Ada *Lovelace*" } },
    });
    const { user, ts } = handedOver;
    const { id, blocks } = await openAnswerForm(world, handedOver.root);
    expect(JSON.stringify(blocks)).toContain("Refund · money back");

    await chooseAnswer(world, id, "refund");
    const { block, text = "" } = answerIn(world, id);
    expect(text).toBe("Dear Ada Lovelace,\n\nyou get it **back**. Yours, Anna");
    const changed = `${text}!`;
    expect(
      (await slack.submitView({ user: "U0ANNA", viewId: id, values: { [block]: changed } })).errors,
    ).toBeUndefined();

    await expect.poll(() => parley.sent(user.id).length, PATIENCE).toBe(1);
    expect(parley.sent(user.id)[0]).toMatchObject({
      message: "Dear Ada Lovelace,\n\nyou get it **back**. Yours, Anna!",
      agent: { name: "Anna" },
    });
    const [post] = postsIn(slack, ts).filter(({ text: said }) => /Dear Ada/.test(said ?? ""));
    expect(post?.username).toBe("Anna");
    await slack.waitFor(() => post?.reactions?.some(({ name }) => name === "white_check_mark"));
    expect(postsIn(slack, ts).filter(({ text: said }) => /Dear Ada/.test(said ?? ""))).toHaveLength(
      1,
    );
  });

  it("in the language that the bot told of the User comes first", async () => {
    const world = await startWithAnswers();
    const { root } = await handOver(world, { metadata: { language: "nl-BE" } });
    const { blocks } = await openAnswerForm(world, root);
    expect(JSON.stringify(blocks)).toMatch(/Hallo \(nl\).*Refund/);
  });

  it("goes once, although the form is sent twice", async () => {
    const world = await startWithAnswers();
    const { slack, parley } = world;
    const handedOver = await handOver(world);
    const { id } = await openAnswerForm(world, handedOver.root);
    const submit = () =>
      slack.submitView({ user: "U0ANNA", viewId: id, values: { answer_text: "Once" } });
    await Promise.all([submit(), submit()].map((each) => each.catch(() => undefined)));
    await expect.poll(() => parley.sent(handedOver.user.id).length, PATIENCE).toBe(1);
    await slack.post({ user: "U0ANNA", threadTs: handedOver.ts, text: "And then" });
    await expect
      .poll(() => parley.sent(handedOver.user.id).map(({ message }) => message), PATIENCE)
      .toEqual(["Once", "And then"]);
  });

  it("has the emoji whose codes somebody typed, in the thread as well", async () => {
    const world = await startWithAnswers();
    const { slack, parley } = world;
    const { root, ts, user } = await handOver(world);
    const { id } = await openAnswerForm(world, root);
    const values = { answer_text: "**Done** :tada: :+1::skin-tone-3: at 10:30:45, :our-logo:" };
    await slack.submitView({ user: "U0ANNA", viewId: id, values });
    const sent = "**Done** 🎉 👍🏼 at 10:30:45, :our-logo:";
    await parley.until(() => sentTo(world, user.id).includes(sent));
    expect(postsIn(slack, ts).map(textOf).join()).toContain("*Done* 🎉 👍🏼");
  });

  it("goes when the form is sent, although replies wait so that they can be undone", async () => {
    const world = await startWithAnswers({ UNDO_SECONDS: "30" });
    const { slack, parley } = world;
    const { root, user } = await handOver(world);
    const { id } = await openAnswerForm(world, root);
    await slack.submitView({ user: "U0ANNA", viewId: id, values: { answer_text: "At once" } });
    await parley.until(() => sentTo(world, user.id).includes("At once"));
  });

  it("goes before a hand-back that is asked for right behind it", async () => {
    const world = await startWithAnswers();
    const { slack, parley } = world;
    const { root, ts, user } = await handOver(world);
    const { id } = await openAnswerForm(world, root);
    const busy = Promise.withResolvers<void>();
    slack.faults.add("chat.postMessage", { kind: "held", until: busy.promise });
    const values = { answer_text: "First this" };
    await slack.submitView({ user: "U0ANNA", viewId: id, values });
    const { id: form } = await openModal(slack, ts);
    const handBack = () => slack.submitView({ user: "U0ANNA", viewId: form, values: {} });
    expect((await handBack()).errors?.destination).toMatch(/quick answer .* is on its way/);
    slack.faults.clear();
    busy.resolve();
    await expect.poll(async () => (await handBack()).errors, PATIENCE).toBeUndefined();
    await parley.until(() => user.owner === parley.botService.identification);
    expect(sentTo(world, user.id)).toEqual(["First this"]);
  });

  it("is no note, and not empty", async () => {
    const world = await startWithAnswers();
    const { slack, parley } = world;
    const handedOver = await handOver(world);
    const { id } = await openAnswerForm(world, handedOver.root);
    const submit = async (answer_text: string) =>
      (await slack.submitView({ user: "U0ANNA", viewId: id, values: { answer_text } })).errors;
    expect(await submit("note: rude")).toEqual({ answer_text: expect.stringMatching(/note/) });
    expect(await submit(" \n ")).toEqual({ answer_text: expect.stringMatching(/nothing in it/) });
    expect(parley.sent(handedOver.user.id)).toEqual([]);
  });

  it("is marked as failed where Parley refuses it, and its writer is told", async () => {
    const world = await startWithAnswers();
    const { slack, parley } = world;
    const handedOver = await handOver(world);
    const { id } = await openAnswerForm(world, handedOver.root);
    parley.faults.add(
      `POST /users/${handedOver.user.id}/messages`,
      { kind: "status", status: 400 },
      1,
    );
    await slack.submitView({ user: "U0ANNA", viewId: id, values: { answer_text: "Never" } });
    await slack.waitFor(() => textsTo(slack, "U0ANNA").some((text) => /refused/.test(text)));
    const [post] = postsIn(slack, handedOver.ts).filter(({ text }) => /Never/.test(text ?? ""));
    await slack.waitFor(() => post?.reactions?.some(({ name }) => name === "x"));
  });
});

it("offers no quick answers where there are none", async () => {
  const world = await startDesk({});
  const { root } = await handOver(world);
  expect(JSON.stringify(root.blocks)).not.toContain("quick_answer");
});
