import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import type { MoveRequest } from "./move.ts";
import { isInVain, openingOf, type Places } from "./places.ts";

type Message = FakeSlack["state"]["messages"][number];

/** What Slack shows of Users who went from one team to the other. */
export interface Moves {
  /** That the bridge was told of. */
  readonly asked: number;
  /** Threads that opened in another team's channel than the one before. */
  readonly made: number;
  /** What is wrong about them, one line each. */
  readonly wrong: readonly string[];
}

/** Looks at the threads of each conversation in the order in which they opened, and at what became of each request. */
export function findMoves(
  { slack, places }: { slack: FakeSlack; places: Places },
  requests: readonly MoveRequest[],
): Moves {
  let made = 0;
  const wrong: string[] = [];
  for (const [conversation, all] of places.threads()) {
    const openings = Map.groupBy(
      all.filter((root) => !isInVain(root)),
      openingOf,
    );
    let before: Message | undefined;
    for (const [opening, roots] of [...openings].toSorted(([a], [b]) => a - b)) {
      // Whoever deletes a root before the bridge knows of it makes it open once more.
      const standing = roots.filter((root) => slack.state.messages.includes(root));
      if (standing.length > 1) {
        wrong.push(`${conversation} opened ${standing.length} times as ${opening}`);
      }
      const root = standing[0] ?? roots.at(-1);
      if (before && root && before.channel !== root.channel) {
        made += 1;
        wrong.push(...missingLinks(slack, conversation, [before, root]));
      }
      before = root;
    }
  }
  const unanswered = requests.filter(
    (request) => !isMade(places, request) && !isToldAsNotMade({ slack, places }, request),
  );
  return {
    asked: requests.length,
    made,
    wrong: [
      ...wrong,
      ...unanswered.map(({ root, to }) => `not moved from ${root.ts} to ${to.name}, nor told`),
    ],
  };
}

function isMade(places: Places, { root, to }: MoveRequest): boolean {
  const all = places.threads().get(places.conversationOf(root.ts) ?? "") ?? [];
  const from = all.find(({ ts }) => ts === root.ts);
  return all.some(
    (other) => other.channel === to.channel && from && openingOf(other) > openingOf(from),
  );
}

/** In whichever thread the conversation has then: somebody may have deleted a root. */
function isToldAsNotMade(
  { slack: { state, botId }, places }: { slack: FakeSlack; places: Places },
  { root }: MoveRequest,
): boolean {
  const conversation = places.conversationOf(root.ts);
  return [...state.ephemerals, ...state.messages.filter(({ bot_id }) => bot_id === botId)].some(
    ({ thread_ts, text }) =>
      places.conversationOf(thread_ts) === conversation && /was not moved/.test(text),
  );
}

/** The threads point to each other, as far as they are still there. */
function missingLinks(
  { state }: FakeSlack,
  conversation: string,
  [old, next]: readonly [Message, Message],
): string[] {
  if (![old, next].every((root) => state.messages.includes(root))) return [];
  const pointsTo = (from: Message, to: Message): boolean =>
    state.messages.some(
      ({ channel, ts, thread_ts, text, blocks }) =>
        channel === from.channel &&
        (ts === from.ts || thread_ts === from.ts) &&
        `${text} ${JSON.stringify(blocks ?? [])}`.includes(linkPath(to)),
    );
  return [
    ...(pointsTo(old, next) ? [] : [`${conversation}: ${old.ts} does not lead to ${next.ts}`]),
    ...(pointsTo(next, old) ? [] : [`${conversation}: ${next.ts} does not lead back to ${old.ts}`]),
  ];
}

const linkPath = ({ channel, ts }: Message): string =>
  `/archives/${channel}/p${ts.replace(".", "")}`;
