import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { pressEntry } from "./press-entry.ts";
import type { Message } from "./threads.ts";
import type { World } from "./world.ts";

/** A folder with these files, for `answers` in `bridge.yaml`. */
export async function makeAnswers(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "answers-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

/** Opens the form of quick answers with the entry of the root's menu. */
export async function openAnswerForm({ slack }: World, { channel, ts }: Message, user = "U0ANNA") {
  const known = new Set(slack.state.views.keys());
  await pressEntry(slack, "quickAnswer", { user, channel, ts });
  const { view } = await slack.waitFor(() =>
    [...slack.state.views.values()].find((open) => !known.has(open.view.id) && open.user === user),
  );
  return view;
}

/** What stands in the input of the form, and its block. */
export function answerIn({ slack }: World, viewId: string): { block: string; text?: string } {
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

/** Chooses one of the answers, by the name of its file without its end; resolves once the form shows it. */
export async function chooseAnswer(
  world: World,
  viewId: string,
  value: string,
  user = "U0ANNA",
): Promise<void> {
  await world.slack.click({ user, viewId, actionId: "parley_choose_answer", value });
  await world.slack.waitFor(() => answerIn(world, viewId).block === `answer_text/${value}`);
}
