import { ACTIONS } from "../../src/views/actions.ts";
import { findDeliveries, isToldAsNotSent } from "./deliveries.ts";
import { eventually } from "./eventually.ts";
import type { Entry } from "./ledger.ts";
import { findHeld, findNotices } from "./notices.ts";
import { untilQuiet } from "./quiet.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";
import type { Workload } from "./workload.ts";

/**
 * Agents press "Send again" for half of the uncertain messages that did not arrive, and "Send anyway" for half of those that wait
 * because a colleague has the User; some of them twice.
 *
 * @returns tokens of those that then did not arrive exactly once, if their User was still there; and how many were pressed
 */
export async function sendAgain(
  stage: Stage,
  workload: Workload,
  random: Random,
): Promise<{ pressed: number; wrong: string[] }> {
  const arrived = new Set(findDeliveries(stage, workload).map(({ token }) => token));
  const notices = new Map([...findHeld(stage), ...findNotices(stage)]);
  const chosen = stage.ledger.entries.flatMap((entry) => {
    const notice = notices.get(entry)?.at(-1);
    const isOpen = notice && !entry.isSentAgain && !arrived.has(entry.token);
    return isOpen && random.chance(0.5) ? [{ entry, notice }] : [];
  });
  const wasOpen = new Set<Entry>();
  for (const { entry, notice } of chosen) {
    entry.isSentAgain = true;
    if (isOpen(stage, workload, entry)) wasOpen.add(entry);
    const { agent: user, channel, ts } = notice;
    const click = { user, channel, ts, actionId: ACTIONS.sendAgain.id };
    const clicks = random.chance(0.3) ? [click, click] : [click];
    await Promise.all(
      clicks.map((each) =>
        // Slack shows an error where the bridge has not answered; the agent presses again.
        eventually(async () => (await stage.slack.click(each)).status === "delivered", {
          timeoutMs: 60_000,
          what: `"Send again" is taken; see ${stage.folder}`,
        }),
      ),
    );
  }
  await untilQuiet(stage, 60_000);
  const findWrong = (): string[] => {
    const times = Map.groupBy(findDeliveries(stage, workload), ({ token }) => token);
    const wrong = chosen.filter(({ entry }) => {
      const count = times.get(entry.token)?.length ?? 0;
      if (count !== 0) return count > 1 || !wasOpen.has(entry);
      // Whose User is with another Service, or goes on in another thread, is told so instead.
      return isOpen(stage, workload, entry) || !isToldAsNotSent(stage, entry);
    });
    return wrong.map(({ entry }) => entry.token);
  };
  // Marks wait for nobody, and nobody waits for them.
  await eventually(() => findWrong().length === 0, {
    timeoutMs: 20_000,
    what: "all that was sent again is accounted for",
  }).catch(() => {});
  return { pressed: chosen.length, wrong: findWrong() };
}

function isOpen(
  { slack, parley, places }: Stage,
  { ids }: Workload,
  { user, place }: Entry,
): boolean {
  const message = slack.state.messages.find((other) => other.ts === place?.ts);
  const isOurs = parley.user(ids.get(user) ?? "").owner === parley.agentService.identification;
  const newest = places.rootsOf(user).at(-1)?.ts;
  return isOurs && places.conversationOf(newest) === places.conversationOf(message?.thread_ts);
}
