import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { ALARM_NAMES, type Alarm } from "../alarms.ts";
import type { Attempt, Lanes } from "../delivery/lanes.ts";
import type { Route } from "../http-server.ts";

export interface Metrics {
  readonly onAttempt: (attempt: Attempt) => void;
  readonly onCallback: (kind: string) => void;
  readonly routes: readonly Route[];
}

/** `GET /metrics` in Prometheus' text format. Labels are a few fixed words, never ids. */
export function createMetrics(sources: {
  readonly queues: () => Readonly<Record<string, Pick<Lanes<unknown>, "backlog">>>;
  readonly openConversations: () => number;
  readonly alarms: () => readonly Alarm[];
}): Metrics {
  const registry = new Registry();
  const registers = [registry];

  const callbacks = new Counter({
    name: "parley_bridge_callbacks_total",
    help: "Requests of Parley and of bots, by what they were understood as",
    labelNames: ["kind"],
    registers,
  });
  const attempts = new Counter({
    name: "parley_bridge_delivery_attempts_total",
    help: "Tries to deliver an item, by their outcome",
    labelNames: ["queue", "outcome"],
    registers,
  });
  const duration = new Histogram({
    name: "parley_bridge_delivery_attempt_seconds",
    help: "How long one try took",
    labelNames: ["queue"],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60],
    registers,
  });
  const age = new Histogram({
    name: "parley_bridge_delivery_seconds",
    help: "From storing an item to its delivery",
    labelNames: ["queue"],
    buckets: [0.05, 0.1, 0.5, 1, 5, 30, 120, 600, 3600, 86_400],
    registers,
  });
  new Gauge({
    name: "parley_bridge_open_conversations",
    help: "Conversations that are open now",
    registers,
    collect() {
      this.set(sources.openConversations());
    },
  });
  new Gauge({
    name: "parley_bridge_alarm",
    help: "1 while something is broken that only a person can repair",
    labelNames: ["alarm"],
    registers,
    collect() {
      const raised = sources.alarms();
      for (const alarm of ALARM_NAMES) {
        this.set({ alarm }, raised.some(({ name }) => name === alarm) ? 1 : 0);
      }
    },
  });
  const oldest = new Gauge({
    name: "parley_bridge_queue_oldest_seconds",
    help: "How long the oldest waiting item waits",
    labelNames: ["queue"],
    registers,
  });
  const dead = new Gauge({
    name: "parley_bridge_dead_letters",
    help: "Items that were set aside",
    labelNames: ["queue"],
    registers,
  });
  const waiting = new Gauge({
    name: "parley_bridge_queue_items",
    help: "Items that wait",
    labelNames: ["queue"],
    registers,
  });

  /** Before the scrape, not while it goes on: three gauges of one reading would show two different moments. */
  async function readBacklogs(): Promise<void> {
    for (const [queue, lanes] of Object.entries(sources.queues())) {
      const { items, oldestAppendedAt, deadLetters } = await lanes.backlog();
      waiting.set({ queue }, items);
      dead.set({ queue }, deadLetters);
      oldest.set({ queue }, oldestAppendedAt ? (Date.now() - oldestAppendedAt) / 1000 : 0);
    }
  }

  return {
    onAttempt({ queue, outcome, durationMs, ageMs, items }) {
      attempts.inc({ queue, outcome });
      duration.observe({ queue }, durationMs / 1000);
      if (outcome === "done") for (let i = 0; i < items; i++) age.observe({ queue }, ageMs / 1000);
    },
    onCallback: (kind) => callbacks.inc({ kind }),
    routes: [
      {
        method: "GET",
        path: "/metrics",
        async handle(_request, response) {
          await readBacklogs();
          const text = await registry.metrics();
          response.writeHead(200, { "content-type": registry.contentType }).end(text);
        },
      },
    ],
  };
}
