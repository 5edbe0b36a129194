import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import { type ItemId, makeDerivedItemId, makeReplyItemId } from "../../src/ids.ts";
import { ACTIONS } from "../../src/views/actions.ts";
import { eventually } from "./eventually.ts";
import type { Entry } from "./ledger.ts";
import { speak } from "./speak.ts";
import type { Stage } from "./stage.ts";

const PATIENCE_MS = 120_000;

/**
 * An agent answers in the thread of a User whom another Service has, and takes the User over for that reply. False if
 * Slack could not tell the bridge of it.
 */
export async function takeOver(
  stage: Stage,
  given: {
    readonly user: number;
    readonly id: string;
    readonly root: { readonly channel: string; readonly ts: string };
    readonly agent: string;
  },
): Promise<boolean> {
  const { slack, parley, ledger } = stage;
  const { user, id, root, agent } = given;
  const { channel } = root;
  const entry = ledger.write({ from: "agent", user });
  entry.isSentAgain = true;
  const text = `${entry.token} for somebody who has gone`;
  const posted = await speak(slack, { user: agent, channel, threadTs: root.ts, text });
  entry.place = { channel, ts: posted.ts };
  if ((await posted.delivered).status !== "delivered") return false;
  ledger.acknowledge(entry.token);
  await eventually(
    async () => {
      if (parley.user(id).owner === parley.agentService.identification) return true;
      const offer = offersIn(slack, entry).at(-1);
      const click = { user: agent, channel, actionId: ACTIONS.takeOver.id };
      // Perhaps somebody is just answering the press before this one.
      if (offer) await slack.click({ ...click, ts: offer.ts }).catch(() => undefined);
      return false;
    },
    { timeoutMs: PATIENCE_MS, everyMs: 300, what: `User ${user} is taken over` },
  );
  entry.isTakenOver = true;
  return true;
}

/** The writer was told once more that it was not sent, after the User had been taken over for it. */
export function isRefusedAgain({ slack }: Stage, entry: Entry): boolean {
  const { channel = "", ts = "" } = entry.place ?? {};
  const first = keptFor(makeReplyItemId(slack.teamId, channel, ts));
  return offersIn(slack, entry).some(({ blocks }) => !JSON.stringify(blocks).includes(first));
}

/** What is kept of a reply that was refused. */
export const keptFor = (refused: ItemId): ItemId => makeDerivedItemId(refused, "take over");

const offersIn = ({ state, botId }: FakeSlack, { place }: Entry) =>
  [...state.ephemerals, ...state.messages.filter(({ bot_id }) => bot_id === botId)].filter(
    ({ blocks = [] }) => {
      const json = JSON.stringify(blocks);
      return json.includes(ACTIONS.takeOver.id) && json.includes(` ${place?.ts}"`);
    },
  );
