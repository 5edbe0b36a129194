import { type Delivery, findDeliveries, isToldAsNotSent } from "./deliveries.ts";
import { type Harm, LONGEST_HARM_MS } from "./harms.ts";
import { type DeskVerdict, judgeDesk } from "./judge-desk.ts";
import { findLateRequests, judgeLateRequests } from "./late-requests.ts";
import { type Entry, tokensIn } from "./ledger.ts";
import { findMoves, type Moves } from "./moves.ts";
import { findHeld } from "./notices.ts";
import { findDisorder, type Moments } from "./order.ts";
import type { Stage } from "./stage.ts";
import { isRefusedAgain } from "./take-over.ts";
import type { Workload } from "./workload.ts";

/** The figures of one direction. */
export interface Count {
  readonly sent: number;
  readonly acknowledged: number;
  /** Of the acknowledged ones. */
  readonly delivered: number;
  /** Of the others: repeated by their senders, or read back from the thread. */
  readonly deliveredAnyway: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** Came twice, and the second post said so. */
  readonly declaredRepeats: number;
  readonly disordered: readonly string[];
  readonly misdirected: readonly string[];
  /** The writer was told that nobody knows. */
  readonly uncertain: number;
  /** The writer was told that it did not arrive. */
  readonly refused: number;
  /** It waits, as its writer was told, because a colleague has the User. */
  readonly held: number;
  /** Sent by a replica that was thawed after its lane had gone on, and accounted for by the one that has it now. */
  readonly late: number;
}

export interface Verdict {
  readonly fromUsers: Count;
  readonly fromAgents: Count;
  readonly conversations: { expected: number; missing: string[]; doubled: string[] };
  readonly moves: Moves;
  readonly desk: DeskVerdict;
  readonly outsiders: { readonly written: number; readonly wrong: readonly string[] };
  /** What is wrong about late requests, one line each. */
  readonly late: readonly string[];
}

/** Counts what became of everything; looks only at what people on both sides can see. */
export function reachVerdict(
  stage: Stage,
  workload: Workload,
  { harms, told }: { harms: readonly Harm[]; told: ReadonlySet<Entry> },
): Verdict {
  const { cluster, ledger, slack, places } = stage;
  const deliveries = findDeliveries(stage, workload);
  const late = findLateRequests(harms, cluster?.sightings.all ?? [], ledger.entries);
  const lateTokens = new Set(late.flatMap(({ tokens }) => tokens));
  const count = (from: Entry["from"]) =>
    countOne(stage, workload, { deliveries, lateTokens, told }, from);
  return {
    fromUsers: count("user"),
    fromAgents: count("agent"),
    conversations: countConversations(stage, workload),
    moves: findMoves(
      stage,
      workload.moves.filter(({ isTaken }) => isTaken),
    ),
    desk: judgeDesk(stage, workload, { harms, told }),
    outsiders: stage.outsiders.judge(workload.ids.values(), places),
    late: judgeLateRequests(late, {
      entries: ledger.entries,
      slack,
      places,
      isTold: (entry) => told.has(entry) || isToldInThread(stage, entry),
    }),
  };
}

function countOne(
  stage: Stage,
  workload: Workload,
  {
    deliveries,
    lateTokens,
    told,
  }: {
    deliveries: readonly Delivery[];
    lateTokens: ReadonlySet<string>;
    /** The entries whose writers were told that nobody knows. */
    told: ReadonlySet<Entry>;
  },
  from: Entry["from"],
): Count {
  const entries = stage.ledger.entries.filter((entry) => entry.from === from);
  const byToken = Map.groupBy(deliveries, ({ token }) => token);
  const of = ({ token }: Entry) => byToken.get(token) ?? [];
  const acknowledged = entries.filter(({ acknowledgedAt }) => acknowledgedAt !== undefined);
  const missing = acknowledged.filter((entry) => of(entry).length === 0);
  const uncertain = entries.filter((entry) => told.has(entry));
  const heldBack = findHeld(stage);
  const held = missing.filter((entry) => !told.has(entry) && heldBack.has(entry));
  const refused = missing.filter(
    (entry) =>
      !uncertain.includes(entry) &&
      !held.includes(entry) &&
      (entry.isTakenOver ? isRefusedAgain(stage, entry) : isToldAsNotSent(stage, entry)),
  );
  const known = new Set([...uncertain, ...held, ...refused]);
  const isLate = ({ token }: Entry) => lateTokens.has(token);
  // What an agent was told about may arrive late; of a User's message the first post counts, in which it is not late.
  const isOutOfOrder = (entry: Entry) => entry.isSentAgain || (from === "agent" && isLate(entry));
  const lanes = Map.groupBy(
    entries.filter((entry) => of(entry).length > 0 && !isOutOfOrder(entry)),
    ({ user }) => user,
  );
  return {
    sent: entries.length,
    acknowledged: acknowledged.length,
    delivered: acknowledged.length - missing.length,
    deliveredAnyway: entries.filter(
      (entry) => entry.acknowledgedAt === undefined && of(entry).length > 0,
    ).length,
    lost: missing
      .filter((entry) => !known.has(entry) && !isToldInThread(stage, entry))
      .map(({ token }) => token),
    doubled: entries
      .filter((entry) => {
        const mayBeTwice = from === "user" && isLate(entry);
        const times = of(entry).filter(({ saysRepeat }) => !saysRepeat).length;
        return times > (mayBeTwice ? 2 : 1);
      })
      .map(({ token }) => token),
    declaredRepeats: entries.filter((entry) => of(entry).some(({ saysRepeat }) => saysRepeat))
      .length,
    disordered: [...lanes].flatMap(([user, lane]) =>
      findDisorder(
        lane.flatMap((entry) => {
          const [delivery] = of(entry);
          return delivery ? [{ entry, delivery }] : [];
        }),
        momentsOf(stage, workload, user, from),
      ).map(([a, b]) => `${a.token} after ${b.token}`),
    ),
    misdirected: entries
      .filter((entry) => of(entry).some(({ user }) => user !== entry.user))
      .map(({ token }) => token),
    uncertain: uncertain.length,
    refused: refused.length,
    held: held.length,
    late: entries.filter(isLate).length,
  };
}

/** A last word goes with a hand-back; what became of that is said in the thread, or to the agent alone. */
function isToldInThread({ slack, places }: Stage, { lastWordIn }: Entry): boolean {
  if (lastWordIn === undefined) return false;
  const conversation = places.conversationOf(lastWordIn);
  return [...slack.state.messages, ...slack.state.ephemerals].some(
    ({ thread_ts, text }) =>
      places.conversationOf(thread_ts) === conversation &&
      (/handing back did not work/.test(text) || /Your last message was not sent/.test(text)) &&
      !/Your last message was sent/.test(text),
  );
}

/** What else stands in the lane of a User. */
function momentsOf(
  { bridges, cluster, parley, slack, places }: Stage,
  { ids, moves }: Workload,
  user: number,
  from: Entry["from"],
): Moments {
  const handovers = parley.callbacks.filter(
    ({ userId, body }) => userId === ids.get(user) && !isMessage(body),
  );
  return {
    // Another replica may have the lane all the time.
    startedAt: cluster ? [] : bridges[0].startedAt,
    handedOver: handovers.flatMap(({ attempts }) => {
      const taken = attempts.find(({ status }) => status === 200);
      const [first] = attempts;
      if (cluster && first && first !== taken) {
        // A replica may have taken it in, or still do so when it is thawed, without anybody hearing of it.
        return {
          from: first.at - first.durationMs,
          to: (attempts.at(-1)?.at ?? 0) + LONGEST_HARM_MS,
        };
      }
      return taken ? { from: taken.at - taken.durationMs, to: taken.at } : [];
    }),
    moved: moves.flatMap(({ root, sentAt, answeredAt, isTaken }) =>
      from === "user" && places.userOf(root.ts) === user
        ? [{ from: sentAt, to: answeredAt + (isTaken ? 0 : LONGEST_HARM_MS) }]
        : [],
    ),
    notices:
      from === "user"
        ? slack.state.messages.flatMap(({ bot_id, thread_ts, text }, post) => {
            const isOurs = bot_id === slack.botId && thread_ts !== undefined;
            return isOurs && places.userOf(thread_ts) === user && !isMessage(text) ? [post] : [];
          })
        : parley
            .sent(ids.get(user) ?? "")
            .flatMap(({ id, message }) => (isMessage(message) ? [] : [id])),
  };
}

const isMessage = (body: unknown): boolean => tokensIn(JSON.stringify(body ?? "")).length > 0;

function countConversations({ places }: Stage, { conversations }: Workload) {
  const expected = conversations.filter(({ isKnown }) => isKnown).length;
  const count = { expected, missing: [] as string[], doubled: [] as string[] };
  for (const [user, all] of Map.groupBy(conversations, (each) => each.user)) {
    const found = places.rootsOf(user).length;
    const known = all.filter(({ isKnown }) => isKnown).length;
    if (found < known) count.missing.push(`User ${user}: ${found} of ${known}`);
    if (found > all.length) count.doubled.push(`User ${user}: ${found} of ${all.length}`);
  }
  return count;
}
