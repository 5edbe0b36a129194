import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startDesk } from "../support/start-desk.ts";
import { type HandedOver, handOver, PATIENCE } from "../support/steps.ts";
import { postsIn, textsTo } from "../support/threads.ts";
import type { World } from "../support/world.ts";

const ANSWERS = {
  "refund.md":
    "---\nname: Refund\nkeywords: [money back]\n---\nDear {user.name},\n\nyou get it **back**. Yours, {agent.name}",
  "hallo.md": "---\nname: Hallo\nlanguage: nl\n---\nHallo!",
};

async function startWithAnswers(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "answers-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(ANSWERS)) await writeFile(join(folder, name), text);
  return await startDesk({ answers: folder });
}

/** Opens the form with the entry of the root's menu. */
async function openForm({ slack }: World, { ts, root }: HandedOver, user = "U0ANNA") {
  const known = new Set(slack.state.views.keys());
  const menu = JSON.stringify(root.blocks);
  const value = /parley_quick_answer [\w-]+/.exec(menu)?.[0] ?? expect.unreachable();
  await slack.click({ user, channel: slack.channel, ts, actionId: "parley_menu", value });
  const { view } = await slack.waitFor(() =>
    [...slack.state.views.values()].find((open) => !known.has(open.view.id) && open.user === user),
  );
  return view;
}

/** What stands in the input of a form, and its block. */
function textIn({ slack }: World, viewId: string): { block: string; text?: string } {
  const { blocks = [] } = slack.state.views.get(viewId)?.view ?? {};
  for (const { block_id: block = "", element } of blocks as {
    block_id?: string;
    element?: { initial_value?: string };
  }[]) {
    if (block.startsWith("answer_text")) {
      return { block, ...(element?.initial_value && { text: element.initial_value }) };
    }
  }
  return expect.unreachable();
}

async function choose(world: World, viewId: string, value: string, user = "U0ANNA") {
  await world.slack.click({ user, viewId, actionId: "parley_choose_answer", value });
  await world.slack.waitFor(() => textIn(world, viewId).block === `answer_text/${value}`);
}

describe("a quick answer", () => {
  it("is chosen, filled in, changed, and sent as the agent's reply, which claims the User", async () => {
    const world = await startWithAnswers();
    const { slack, parley } = world;
    const handedOver = await handOver(world, {
      user: { additionalInformation: { name: "Ada *Lovelace*" } },
    });
    const { user, ts } = handedOver;
    const { id, blocks } = await openForm(world, handedOver);
    expect(JSON.stringify(blocks)).toContain("Refund · money back");

    await choose(world, id, "refund");
    const { block, text = "" } = textIn(world, id);
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

  it("goes once, although the form is sent twice", async () => {
    const world = await startWithAnswers();
    const { slack, parley } = world;
    const handedOver = await handOver(world);
    const { id } = await openForm(world, handedOver);
    const submit = () =>
      slack.submitView({ user: "U0ANNA", viewId: id, values: { answer_text: "Once" } });
    await Promise.all([submit(), submit()].map((each) => each.catch(() => undefined)));
    await expect.poll(() => parley.sent(handedOver.user.id).length, PATIENCE).toBe(1);
    await slack.post({ user: "U0ANNA", threadTs: handedOver.ts, text: "And then" });
    await expect
      .poll(() => parley.sent(handedOver.user.id).map(({ message }) => message), PATIENCE)
      .toEqual(["Once", "And then"]);
  });

  it("is no note, and not empty", async () => {
    const world = await startWithAnswers();
    const { slack, parley } = world;
    const handedOver = await handOver(world);
    const { id } = await openForm(world, handedOver);
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
    const { id } = await openForm(world, handedOver);
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
