import { setTimeout as pause } from "node:timers/promises";
import { pressClaim } from "./claims.ts";
import { eventually } from "./eventually.ts";
import { handBack } from "./hand-back.ts";
import { askToMove, type SentMove } from "./move.ts";
import { makeUserName } from "./places.ts";
import type { Plan } from "./plan.ts";
import type { Random } from "./random.ts";
import { speak } from "./speak.ts";
import type { Stage } from "./stage.ts";
import { takeOver } from "./take-over.ts";
import { AGENTS, colleagueOf, otherTeam, TEAMS, teamIn } from "./teams.ts";

/**
 * What people do during a run: Users write, agents of two teams answer them, take and release them, move them to the other team, hand
 * them back, and bots hand them over again; others write into threads.
 */
export interface Workload {
  /** Settles when everybody has finished, and every sender has been answered or has given up. */
  readonly finished: Promise<void>;
  /** Those who come once more when all have finished are added. */
  readonly conversations: Conversation[];
  /** Parley's id of each User. */
  readonly ids: ReadonlyMap<number, string>;
  readonly moves: readonly SentMove[];
}

/** From a handover to the hand-back. */
interface Conversation {
  /** The User's number. */
  readonly user: number;
  /** The bridge has confirmed the handover, or a message after it; so it owes a thread. */
  isKnown: boolean;
}

/** An agent waits this long for a thread before the run counts as stuck. */
const PATIENCE_MS = 120_000;

export function startWorkload(stage: Stage, plan: Plan, random: Random): Workload {
  const conversations: Conversation[] = [];
  const ids = new Map<number, string>();
  const moves: SentMove[] = [];
  const people = Array.from({ length: plan.users }, (_, index) => {
    const { id } = stage.parley.createUser({
      uniqueIdentifier: `customer-${index}`,
      additionalInformation: { name: makeUserName(index) },
    });
    ids.set(index, id);
    return { number: index, id, random: random.fork() };
  });
  const lives = people.map((person) => live(stage, plan, person, { conversations, moves }));
  return { finished: Promise.all(lives).then(() => undefined), conversations, ids, moves };
}

/** Wrapped, because a promise that an async function returns is waited for. */
interface Told {
  /** Settles when the sender has been answered, or has given up. */
  readonly told: Promise<void>;
}

interface Root {
  readonly channel: string;
  readonly ts: string;
}

interface Person {
  readonly number: number;
  readonly id: string;
  readonly random: Random;
}

async function live(
  stage: Stage,
  plan: Plan,
  { number, id, random }: Person,
  { conversations, moves }: { conversations: Conversation[]; moves: SentMove[] },
): Promise<void> {
  const { parley, slack, ledger, places, outsiders } = stage;
  let left = plan.messagesPerUser;
  // People arrive one after the other.
  await pause(random.between(0, plan.pauseMs * 2));
  let count = 0;
  let conversation: Conversation | undefined;
  while (left > 0) {
    const settled: Promise<unknown>[] = [];
    const current: Conversation = conversation ?? { user: number, isKnown: false };
    if (!conversation) {
      conversation = current;
      conversations.push(current);
      count += 1;
      const before = places.rootsOf(number)[count - 2];
      const asked = before && { user: number, id, root: before, agent: random.pick(AGENTS) };
      if (asked && random.chance(0.3) && (await takeOver(stage, asked))) {
        current.isKnown = true;
      } else {
        const { delivered } = await parley.handOver({
          userId: id,
          to: parley.agentService.identification,
          metadata: { reason: random.pick(TEAMS).reason, part: count },
        });
        const told = delivered?.then((outcome) => {
          current.isKnown ||= outcome.delivered;
        });
        settled.push(told ?? Promise.resolve());
      }
    }
    const userWrites = async (): Promise<Told> => {
      const entry = ledger.write({ from: "user", user: number });
      // Some paste so much that it comes as a file.
      const more = random.chance(0.03) ? ` and ${"more ".repeat(3_000)}` : "";
      const sent = await parley.userWrites(id, `${entry.token} from the User${more}`);
      const told = sent.delivered.then(({ callback }) => {
        const accepted = callback.attempts.find(({ status }) => status === 200);
        if (!accepted) return;
        ledger.acknowledge(entry.token, accepted.at, accepted.durationMs);
        current.isKnown = true;
      });
      settled.push(told);
      return { told };
    };
    const regular = random.pick(AGENTS);
    const agentWrites = async ({ channel, ts: threadTs }: Root): Promise<Told> => {
      const entry = ledger.write({ from: "agent", user: number });
      const user = random.chance(0.8) ? regular : colleagueOf(regular);
      const text = `${entry.token} from the agent`;
      const posted = await speak(slack, { user, channel, threadTs, text });
      entry.place = { channel, ts: posted.ts };
      const told = posted.delivered.then(({ status }) => {
        if (status === "delivered") ledger.acknowledge(entry.token);
      });
      settled.push(told);
      return { told };
    };

    let moving: Promise<unknown> | undefined;
    /** In the middle of everything; some are wanted by two at once. */
    const getMoved = ({ channel, ts }: Root): void => {
      const to = otherTeam(teamIn(channel));
      const root = { channel, ts };
      const movers = random.chance(0.2) ? AGENTS : [random.pick(AGENTS)];
      const asked = movers.map((agent) =>
        askToMove(stage, { root, to, agent, random: random.fork() }),
      );
      moving = Promise.all(asked).then((sent) => {
        moves.push(...sent.filter((request) => request !== undefined));
        moving = undefined;
      });
      settled.push(moving);
    };

    let burst = 0;
    let isAgentsTurn = false;
    const now = Math.min(left, random.between(4, 12));
    left -= now;
    for (let i = 0; i < now; i++) {
      const root = places.rootsOf(number)[count - 1];
      if (burst === 0) isAgentsTurn = random.chance(0.5);
      if (root && !moving && random.chance(0.12)) getMoved(root);
      if (root && random.chance(0.1)) settled.push(pressClaim(stage, root, random.fork()));
      if (root && random.chance(0.04)) settled.push(outsiders.write(root));
      // Some have not seen that the conversation goes on elsewhere.
      const left = root && random.chance(0.15) ? places.leftBehind(root) : undefined;
      const { told } = root && isAgentsTurn ? await agentWrites(left ?? root) : await userWrites();
      // Some write many short messages at once, some wait for the tick, most do neither.
      if (burst > 1) {
        burst -= 1;
        continue;
      }
      burst = burst === 0 && random.chance(0.3) ? random.between(2, 5) : 0;
      if (burst > 0) continue;
      if (random.chance(0.3)) await told;
      await pause(random.between(0, plan.pauseMs));
    }
    await Promise.all(settled);
    if (left <= 0) return;
    // Nobody could tell the bridge: the User goes on writing.
    if (!current.isKnown) continue;
    const last = count - 1;
    const root = await eventually(() => places.rootsOf(number)[last], {
      timeoutMs: PATIENCE_MS,
      what: `a thread for conversation ${count} of User ${number}`,
    });
    conversation = undefined;
    await handBack(stage, {
      user: number,
      id,
      root: () => places.rootsOf(number)[last] ?? root,
      agent: random.pick(AGENTS),
      random,
    });
  }
}
