import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "./eventually.ts";
import { handBack } from "./hand-back.ts";
import { makeUserName } from "./places.ts";
import type { Plan } from "./plan.ts";
import type { Random } from "./random.ts";
import { AGENTS, type Stage } from "./stage.ts";

/** What people do during a run: Users write, agents answer them, hand them back, and bots hand them over again. */
export interface Workload {
  /** Settles when everybody has finished, and every sender has been answered or has given up. */
  readonly finished: Promise<void>;
  /** Conversations that each User should have had, by the User's number. */
  readonly conversations: ReadonlyMap<number, number>;
  /** Parley's id of each User. */
  readonly ids: ReadonlyMap<number, string>;
}

/** An agent waits this long for a thread before the run counts as stuck. */
const PATIENCE_MS = 120_000;

export function startWorkload(stage: Stage, plan: Plan, random: Random): Workload {
  const conversations = new Map<number, number>();
  const ids = new Map<number, string>();
  const people = Array.from({ length: plan.users }, (_, index) => {
    const { id } = stage.parley.createUser({
      uniqueIdentifier: `customer-${index}`,
      additionalInformation: { name: makeUserName(index) },
    });
    ids.set(index, id);
    return { number: index, id, random: random.fork() };
  });
  const lives = people.map((person) => live(stage, plan, person, conversations));
  return { finished: Promise.all(lives).then(() => undefined), conversations, ids };
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
  conversations: Map<number, number>,
): Promise<void> {
  const { parley, slack, ledger, places } = stage;
  let left = plan.messagesPerUser;
  // People arrive one after the other.
  await pause(random.between(0, plan.pauseMs * 2));
  while (left > 0) {
    const count = (conversations.get(number) ?? 0) + 1;
    conversations.set(number, count);
    const { delivered } = await parley.handOver({
      userId: id,
      to: parley.agentService.identification,
      metadata: { reason: "chaos", part: count },
    });
    const settled: Promise<unknown>[] = [delivered ?? Promise.resolve()];
    const userWrites = async (): Promise<Promise<unknown>> => {
      const entry = ledger.write({ from: "user", user: number });
      const sent = await parley.userWrites(id, `${entry.token} from the User`);
      const told = sent.delivered.then(({ callback }) => {
        const accepted = callback.attempts.find(({ status }) => status === 200);
        if (accepted) ledger.acknowledge(entry.token, accepted.at);
      });
      settled.push(told);
      return told;
    };
    const agentWrites = async (threadTs: string): Promise<Promise<unknown>> => {
      const entry = ledger.write({ from: "agent", user: number });
      const user = random.pick(AGENTS);
      const text = `${entry.token} from the agent`;
      const posted = await slack.post({ user, threadTs, text });
      entry.ts = posted.ts;
      const told = posted.delivered.then(({ status }) => {
        if (status === "delivered") ledger.acknowledge(entry.token);
      });
      settled.push(told);
      return told;
    };

    const now = Math.min(left, random.between(4, 12));
    left -= now;
    for (let i = 0; i < now; i++) {
      const root = places.rootsOf(number)[count - 1];
      const told = root && random.chance(0.5) ? await agentWrites(root.ts) : await userWrites();
      // Some people wait for the tick, most do not.
      if (random.chance(0.3)) await told;
      await pause(random.chance(0.3) ? 0 : random.between(0, plan.pauseMs));
    }
    await Promise.all(settled);
    if (left <= 0) return;
    const root = await eventually(() => places.rootsOf(number)[count - 1], {
      timeoutMs: PATIENCE_MS,
      what: `a thread for conversation ${count} of User ${number}`,
    });
    await handBack(stage, {
      user: number,
      id,
      rootTs: root.ts,
      agent: random.pick(AGENTS),
      random,
    });
  }
}
