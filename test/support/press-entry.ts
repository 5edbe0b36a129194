import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import { ACTIONS, type ActionName, MENU } from "../../src/views/actions.ts";

type Where = { readonly user: string; readonly channel: string; readonly ts: string };

/** Chooses the entry of a message's menu that does this. */
export function pressEntry(slack: FakeSlack, name: ActionName, where: Where) {
  const message = slack.state.messages.find(({ ts }) => ts === where.ts);
  const value = entriesIn(message?.blocks).find((entry) =>
    entry.startsWith(`${ACTIONS[name].id} `),
  );
  if (value === undefined) throw new Error(`There is no entry to ${name}`);
  return slack.click({ ...where, actionId: MENU.id, value });
}

/** The values of the entries of all menus in blocks. */
function entriesIn(blocks: unknown): string[] {
  if (Array.isArray(blocks)) return blocks.flatMap(entriesIn);
  if (typeof blocks !== "object" || blocks === null) return [];
  if ("type" in blocks && blocks.type === "overflow" && "options" in blocks) {
    return (blocks.options as { value: string }[]).map(({ value }) => value);
  }
  return Object.values(blocks).flatMap(entriesIn);
}
