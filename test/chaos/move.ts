import { SHORTCUTS } from "../../src/views/actions.ts";
import { eventually } from "./eventually.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";
import type { ChaosTeam } from "./teams.ts";

/** An agent wanted a User to go to another team. Times in ms since the epoch. */
export interface MoveRequest {
  readonly agent: string;
  /** Of the thread in which it was asked for. */
  readonly root: { readonly channel: string; readonly ts: string };
  readonly to: ChaosTeam;
}

/** A form was sent. */
export interface SentMove extends MoveRequest {
  readonly sentAt: number;
  readonly answeredAt: number;
  /** The bridge has confirmed that it heard of it; else it may or may not have. */
  readonly isTaken: boolean;
}

interface Block {
  readonly element?: {
    readonly action_id?: string;
    readonly options?: readonly {
      readonly text?: { readonly text?: string };
      readonly value?: string;
    }[];
  };
}

/** An agent asks for a move, with a note or without one; if Slack shows them an error, or no form comes, they give up. */
export async function askToMove(
  { slack }: Stage,
  { agent, root, to, random }: MoveRequest & { readonly random: Random },
): Promise<SentMove | undefined> {
  const known = new Set(slack.state.views.keys());
  const asked = await slack
    .shortcut({ user: agent, ...root, callbackId: SHORTCUTS.move.id })
    // Somebody has deleted the root.
    .catch(() => undefined);
  if (asked?.status !== "delivered") return undefined;
  const open = await eventually(
    () =>
      [...slack.state.views.values()].find(
        ({ user, view }) =>
          user === agent && !known.has(view.id) && view.private_metadata.includes(root.ts),
      ),
    { timeoutMs: 4_000, what: "a form" },
  ).catch(() => undefined);
  if (!open) return undefined;
  const blocks = open.view.blocks as readonly Block[];
  const choice = blocks.find(({ element }) => element?.options)?.element;
  const option = choice?.options?.find(({ text }) => text?.text === to.name);
  // The conversation went there meanwhile.
  if (!choice?.action_id || !option?.value) {
    await slack.closeView({ user: agent, viewId: open.view.id });
    return undefined;
  }
  const note = blocks.find(({ element }) => element?.action_id === "note");
  const sentAt = Date.now();
  const sent = await slack.submitView({
    user: agent,
    viewId: open.view.id,
    values: {
      [choice.action_id]: option.value,
      ...(note && random.chance(0.3) && { note: "They have waited for long" }),
    },
  });
  const isTaken = sent.status === "delivered" && !sent.errors;
  return { agent, root, to, sentAt, answeredAt: Date.now(), isTaken };
}
