import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Fault } from "../../fakes/http/faults.ts";
import { answering } from "../support/answers.ts";
import { LONGEST_LATENCY_MS } from "./bridge-process.ts";
import { harmReplicas } from "./harm-replicas.ts";
import type { Harm } from "./harms.ts";
import { tokensIn } from "./ledger.ts";
import type { Plan } from "./plan.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";
import { AGENTS, TEAMS, writeStartFile } from "./teams.ts";

/** Makes trouble until it is stopped, and counts it. */
export interface Trouble {
  readonly counts: ReadonlyMap<string, number>;
  /**
   * Ends all trouble; afterwards the bridge is up, and nothing is held back any more.
   *
   * @returns what was done to replicas
   */
  stop(): Promise<readonly Harm[]>;
}

const SLACK_TARGETS = [
  "chat.postMessage",
  "chat.postMessage",
  "conversations.replies",
  "files.completeUploadExternal",
  "reactions.add",
  "usergroups.users.list",
  "users.info",
] as const;

const PARLEY_TARGETS = [
  /^POST \/users\/[^/]+\/messages$/,
  /^POST \/users\/[^/]+\/messages$/,
  /^(GET|PUT) \/users\/[^/]+\/owner$/,
] as const;

const PAGE = answering("<html>upstream connect error</html>", "text/html");

export function startTrouble(stage: Stage, plan: Plan, random: Random): Trouble {
  const { slack, parley, bridges, cluster, ledger, places } = stage;
  const counts = new Map<string, number>();
  const open = new Set<Promise<unknown>>();
  const stopping = new AbortController();

  /** Goes on in the background, but is over before the trouble is. */
  const inBackground = (work: Promise<unknown>): void => {
    open.add(work);
    work.finally(() => open.delete(work)).catch(() => undefined);
  };
  const rest = (ms: number) => pause(ms, undefined, { signal: stopping.signal }).catch(() => {});

  const fault = (): Fault =>
    random.pick<Fault>([
      { kind: "rate-limited", retryAfterSeconds: 1 },
      { kind: "status", status: 500 },
      { kind: "lost-answer" },
      { kind: "lost-answer" },
      { kind: "refused" },
      // A proxy's page with HTTP 200, after the work or instead of it.
      { kind: "other-answer", isDone: random.chance(0.5), write: PAGE },
      { kind: "latency", ms: random.between(20, LONGEST_LATENCY_MS) },
    ]);

  let holdsEvents = false;
  let holdsCallbacks = false;
  let isArchived = false;
  const tricks: Record<string, () => void> = {
    "Slack fault": () =>
      slack.faults.add(random.pick(SLACK_TARGETS), fault(), random.between(1, 3)),
    "bot fault": () => stage.bot.faults.add("event", fault(), random.between(1, 3)),
    "Parley fault": () =>
      parley.faults.add(
        random.pick(PARLEY_TARGETS),
        random.chance(0.15) ? { kind: "hang" } : fault(),
        random.between(1, 3),
      ),
    "Parley refuses us": () => {
      if (random.chance(0.3)) {
        parley.faults.add("*", { kind: "status", status: 401 }, random.between(5, 20));
      }
    },
    // The conversation goes on in another thread.
    "root deleted": () => {
      if (!random.chance(0.2)) return;
      const answered = new Set(slack.state.messages.map(({ thread_ts }) => thread_ts));
      const roots = slack.state.messages.filter(
        ({ ts, subtype }) =>
          places.userOf(ts) !== undefined && subtype !== "tombstone" && answered.has(ts),
      );
      if (roots.length === 0) return;
      const { channel, ts } = random.pick(roots.slice(-plan.users));
      inBackground(slack.remove({ user: AGENTS[0], channel, ts, asAdmin: true }));
    },
    // All of its Users wait; what was written is in order once it is back.
    "channel archived": () => {
      if (isArchived || !random.chance(0.1)) return;
      isArchived = true;
      const { channel } = random.pick(TEAMS);
      inBackground(slack.archive({ user: AGENTS[0], channel }));
      inBackground(
        rest(random.between(200, 2_000)).then(() => {
          isArchived = false;
          return slack.unarchive({ user: AGENTS[0], channel });
        }),
      );
    },
    // What is seldom called would otherwise meet one fault after the other.
    "clear sky": () => {
      slack.faults.clear();
      parley.faults.clear();
      stage.bot.faults.clear();
    },
    "event again": () => {
      const events = [...slack.sentEvents.values()].filter(({ event }) => event.type === "message");
      if (events.length === 0) return;
      const { event_id, event } = random.pick(events);
      inBackground(
        slack.redeliver(event_id).then(({ status }) => {
          if (status !== "delivered") return;
          for (const token of tokensIn(String(event.text))) ledger.acknowledge(token);
        }),
      );
    },
    "callback again": () => {
      // What Parley has given up never comes again.
      const sent = parley.callbacks.filter(
        ({ body, state }) => state !== "failed" && tokensIn(JSON.stringify(body)).length > 0,
      );
      if (sent.length === 0) return;
      const again = random.pick(sent);
      inBackground(
        parley.redeliver(again).then(({ delivered }) => {
          if (!delivered) return;
          for (const token of tokensIn(JSON.stringify(again.body))) ledger.acknowledge(token);
        }),
      );
    },
    "events shuffled": () => {
      if (holdsEvents) return;
      holdsEvents = true;
      const held = slack.holdEvents();
      inBackground(
        rest(random.between(200, 900)).then(() => {
          holdsEvents = false;
          // Order is promised while a lane is behind, so it often is.
          if (random.chance(0.5)) {
            parley.faults.add(PARLEY_TARGETS[0], { kind: "latency", ms: 300 }, 8);
          }
          return held.release(random.shuffled(held.events.map((_, index) => index)));
        }),
      );
    },
    "callbacks shuffled": () => {
      if (holdsCallbacks) return;
      holdsCallbacks = true;
      const held = parley.holdCallbacks();
      inBackground(
        rest(random.between(200, 900)).then(() => {
          holdsCallbacks = false;
          if (random.chance(0.5)) {
            slack.faults.add("chat.postMessage", { kind: "rate-limited", retryAfterSeconds: 1 }, 1);
          }
          return held.release(random.shuffled(held.callbacks.map((_, index) => index)));
        }),
      );
    },
    ...(plan.socketMode && {
      // A new connection takes seconds, in which Slack finds nobody to send events to.
      "sockets cut": () => {
        if (!random.chance(0.1)) return;
        if (random.chance(0.5)) slack.cutSockets();
        else slack.disconnectSockets("refresh_requested");
      },
    }),
  };

  async function makeTrouble(): Promise<void> {
    while (!stopping.signal.aborted) {
      await rest(random.between(20, 250));
      const name = random.pick(Object.keys(tricks));
      count(name);
      tricks[name]?.();
    }
  }

  async function keepKilling([bridge]: Stage["bridges"]): Promise<void> {
    while (!stopping.signal.aborted) {
      await rest(random.between(plan.killEveryMs / 2, plan.killEveryMs * 1.5));
      if (stopping.signal.aborted) return;
      const cleanly = random.chance(0.2);
      count(cleanly ? "clean restart" : "SIGKILL");
      await (cleanly ? bridge.stop() : bridge.kill());
      // A slow channel lets a backlog build up, which the next start works off.
      bridge.start({ SLACK_POSTS_PER_SECOND: random.chance(0.3) ? "8" : "500" });
      if (random.chance(0.3)) {
        await rest(random.between(0, 1_500));
        count("SIGKILL during start");
        await bridge.kill();
        bridge.start();
      }
      await bridge.up();
    }
  }

  const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  const harmBridges = (): Promise<Harm[]> =>
    cluster
      ? harmReplicas(cluster, plan, random.fork(), {
          stopping: stopping.signal,
          count,
          note: (line) =>
            appendFileSync(
              join(stage.folder, "diary.log"),
              `${new Date().toISOString()} ${line}\n`,
            ),
        })
      : keepKilling(bridges).then(() => []);
  const running = Promise.all([makeTrouble(), harmBridges()]);
  return {
    counts,
    async stop() {
      stopping.abort();
      const [, harms] = await running;
      slack.faults.clear();
      parley.faults.clear();
      stage.bot.faults.clear();
      await Promise.all(open);
      await writeStartFile(stage.folder, true);
      // At full pace, so that what is left goes out soon; and a clean stop under load is part of the promise.
      for (const bridge of bridges) {
        await bridge.up();
        await bridge.stop();
        bridge.start({ SLACK_POSTS_PER_SECOND: "500" });
        await bridge.up();
      }
      return harms;
    },
  };
}
