import { openConversations } from "./conversations.ts";
import { inFolder } from "./folder.ts";
import { type Summary, summarize } from "./histogram.ts";
import type { Ledger } from "./ledger.ts";
import { pause, reached } from "./load.ts";
import { type Fault, type ReplicaGroup, startReplicaGroup } from "./replica-group.ts";
import { type BenchRequest, createRequests } from "./requests.ts";
import type { Size } from "./settings.ts";
import type { Upstreams } from "./upstreams.ts";

/** What faults of one kind did to those who wrote meanwhile. Times are in ms. */
export interface TakenOver {
  readonly fault: Fault;
  readonly faults: number;
  /** Of each lane that the harmed replica had: from the fault until another replica had sent a message of it. */
  readonly takeOver: Summary;
  /** Of the messages of these lanes that were sent right after the fault, until they arrived. */
  readonly wait: Summary;
  /** Of the messages of all other lanes that were sent until then. */
  readonly elsewhere: Summary;
  /** Of all messages that were sent until then, until one of the replicas had stored them. */
  readonly acknowledgement: Summary;
  /** Of the messages that waited in a lane that was taken over, those that did not arrive: what the replica had begun is not sent again on a guess. */
  readonly missing: number;
}

interface Message {
  readonly number: number;
  readonly sentAt: number;
  acknowledgedMs?: number;
}

/** One direction of one User. */
interface Lane {
  readonly next: (text: string) => BenchRequest;
  readonly messages: Message[];
}

const TAKEN_OVER_WITHIN_SECONDS = 60;
const BALANCED_WITHIN_SECONDS = 60;
/** The looks of the replicas at each other come at any time. */
const ANY_TIME_MS = 1_000;

/** Harms one replica after the other while messages come at a steady rate, and has it back before the next one. */
export function measureTakeOvers(
  replicas: number,
  size: Size,
  upstreams: Upstreams,
): Promise<TakenOver[]> {
  return inFolder(async (folder) => {
    upstreams.reset();
    const group = await startReplicaGroup(replicas, upstreams, folder);
    const { ledger } = upstreams;
    let isOver = false;
    let load: Promise<void> | undefined;
    const unanswered = new Set<Promise<void>>();
    try {
      const lanes = await openLanes(group, size, upstreams);
      const send = (lane: Lane) => {
        const { message, answered } = sendTo(lane, group, ledger);
        unanswered.add(answered);
        void answered.finally(() => unanswered.delete(answered));
        return message;
      };
      load = pourInTurn(lanes, send, size.takeOverPerSecond, () => isOver);
      const counts: [Fault, number][] = [
        ["killed", size.kills],
        ["frozen", size.freezes],
      ];
      const results: TakenOver[] = [];
      for (const [fault, faults] of counts) {
        const rounds: Round[] = [];
        while (rounds.length < faults) {
          const victim = group.names[rounds.length % replicas] ?? "";
          const round = await harmOne(victim, fault, { group, lanes, ledger, send });
          rounds.push(round);
          const { count, p50, max } = summarize(round.takeOvers);
          console.error(
            `… ${victim} ${fault}: ${count} lanes, p50 ${p50.toFixed(0)} max ${max.toFixed(0)} ms`,
          );
        }
        if (faults > 0) results.push(summarizeRounds(fault, rounds));
      }
      return results;
    } finally {
      isOver = true;
      await load;
      await Promise.all(unanswered);
      await group.stop();
    }
  });
}

interface Round {
  readonly takeOvers: readonly number[];
  readonly waits: readonly number[];
  readonly elsewhere: readonly number[];
  readonly acknowledgements: readonly number[];
  readonly missing: number;
}

async function harmOne(
  victim: string,
  fault: Fault,
  scene: {
    readonly group: ReplicaGroup;
    readonly lanes: readonly Lane[];
    readonly ledger: Ledger;
    readonly send: (lane: Lane) => Message;
  },
): Promise<Round> {
  const { group, lanes, ledger, send } = scene;
  const isTheVictims = (lane: Lane) => holderOf(lane, ledger) === victim;
  const isBalanced = () => {
    const holders = lanes.map((lane) => holderOf(lane, ledger));
    const most = (lanes.length / group.names.length) * 1.5;
    return group.names.every((name) => {
      const held = holders.filter((holder) => holder === name).length;
      return held > 0 && held <= most;
    });
  };
  if (!(await reached(isBalanced, BALANCED_WITHIN_SECONDS))) {
    throw new Error("the replicas have not divided the lanes among themselves");
  }
  await pause((1 + Math.random()) * ANY_TIME_MS);

  const harmed = lanes.filter(isTheVictims);
  const at = performance.now();
  group.harm(victim, fault);
  const justThen = harmed.map(send);
  const lastJustThen = justThen.at(-1)?.sentAt ?? at;
  const hasArrived = ({ number }: Message) => ledger.arrivalOf(number) !== undefined;
  await reached(() => justThen.every(hasArrived), TAKEN_OVER_WITHIN_SECONDS);

  const since = (lane: Lane) => lane.messages.filter(({ sentAt }) => sentAt >= at);
  const journey = ({ number, sentAt }: Message) => {
    const arrival = ledger.arrivalOf(number);
    return arrival ? [arrival.at - sentAt] : [];
  };
  const round: Round = {
    takeOvers: harmed.flatMap(({ messages }) => {
      const times = messages.flatMap(({ number }) => {
        const arrival = ledger.arrivalOf(number);
        return arrival && arrival.at >= at && arrival.caller !== victim ? [arrival.at - at] : [];
      });
      return times.length > 0 ? [Math.min(...times)] : [];
    }),
    waits: justThen.flatMap(journey),
    elsewhere: lanes
      .filter((lane) => !harmed.includes(lane))
      .flatMap(since)
      .flatMap(journey),
    acknowledgements: lanes
      .flatMap(since)
      .flatMap(({ acknowledgedMs }) => (acknowledgedMs === undefined ? [] : [acknowledgedMs])),
    missing: harmed
      .flatMap(({ messages }) => messages)
      .filter((message) => message.sentAt <= lastJustThen && !hasArrived(message)).length,
  };
  for (const { messages } of lanes) messages.splice(0, messages.length - 1);
  await group.recover(victim);
  return round;
}

/** Who sent the last of its messages that has arrived. */
const holderOf = ({ messages }: Lane, ledger: Ledger): string | undefined =>
  messages
    .toReversed()
    .map(({ number }) => ledger.arrivalOf(number)?.caller)
    .find((caller) => caller !== undefined);

async function openLanes(
  group: ReplicaGroup,
  { takeOverUsers: count }: Size,
  upstreams: Upstreams,
): Promise<Lane[]> {
  const requests = createRequests();
  const client = { send: group.send, close: () => {} };
  const threads = await openConversations(count, { client, requests, upstreams });
  return threads.flatMap((thread, user): Lane[] => [
    { next: (text) => requests.message(user, text), messages: [] },
    { next: (text) => requests.reply(thread, text), messages: [] },
  ]);
}

function sendTo(
  { next, messages }: Lane,
  group: ReplicaGroup,
  ledger: Ledger,
): { readonly message: Message; readonly answered: Promise<void> } {
  const { number, text } = ledger.issue();
  const message: Message = { number, sentAt: performance.now() };
  messages.push(message);
  const answered = group.send(next(text)).then((ms) => {
    message.acknowledgedMs = ms;
  });
  return { message, answered };
}

async function pourInTurn(
  lanes: readonly Lane[],
  send: (lane: Lane) => unknown,
  perSecond: number,
  isOver: () => boolean,
): Promise<void> {
  const startedAt = performance.now();
  for (let sent = 0; !isOver(); await pause(2)) {
    const due = ((performance.now() - startedAt) / 1000) * perSecond;
    for (; sent < due; sent++) {
      const lane = lanes[sent % lanes.length];
      if (lane) send(lane);
    }
  }
}

function summarizeRounds(fault: Fault, rounds: readonly Round[]): TakenOver {
  return {
    fault,
    faults: rounds.length,
    takeOver: summarize(rounds.flatMap(({ takeOvers }) => takeOvers)),
    wait: summarize(rounds.flatMap(({ waits }) => waits)),
    elsewhere: summarize(rounds.flatMap(({ elsewhere }) => elsewhere)),
    acknowledgement: summarize(rounds.flatMap(({ acknowledgements }) => acknowledgements)),
    missing: rounds.reduce((all, { missing }) => all + missing, 0),
  };
}
