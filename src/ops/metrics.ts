import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { ALARM_NAMES, type Alarm } from "../alarms.ts";
import type { BuildInfo } from "../build-info.ts";
import type { StateLocation } from "../config/state-location.ts";
import type { TeamConfig } from "../config/team-config.ts";
import type { Attempt, Lanes } from "../delivery/lanes.ts";
import { isOpen } from "../desk/hours.ts";
import { StorageError } from "../errors.ts";
import type { Route } from "../http/http-server.ts";
import type { Json } from "../json.ts";
import { freeBytes } from "../state/free-bytes.ts";
import type { MeasuredTime } from "./measure-conversations.ts";
import { processMetrics } from "./process-metrics.ts";
import { createReasonCodes } from "./reason-codes.ts";

/** Who sends us requests. */
type Sender = "slack" | "parley";

export interface Metrics {
  readonly onAttempt: (attempt: Attempt) => void;
  readonly onTime: (time: MeasuredTime) => void;
  readonly onCallback: (kind: string) => void;
  /** To be called once for each handover that a conversation gets. */
  readonly onHandover: (metadata: Json | undefined) => void;
  /** To be called for each authentic request. */
  readonly onRequest: (from: Sender) => void;
  readonly onRefused: (from: Sender) => void;
  /** To be called whenever one of the checks of `/readyz` has run. */
  readonly onChecked: (check: string, isOk: boolean) => void;
  /** To be called once for each conversation that is rated, with 1 to 5. */
  readonly onRated: (stars: number) => void;
  readonly routes: readonly Route[];
}

/** From half a minute to two weeks. */
const LONG = [
  30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 28_800, 86_400, 259_200, 1_209_600,
] as const;

/**
 * `GET /metrics` in Prometheus' text format. Labels are a few fixed words, never ids. What the state tells is left out while it
 * cannot be read.
 */
export function createMetrics(sources: {
  queues: () => Readonly<Record<string, Pick<Lanes<unknown>, "backlog">>>;
  openConversations: () => Promise<number>;
  alarms: () => readonly Alarm[];
  teams: readonly { readonly name: string; readonly rules: Pick<TeamConfig["rules"], "hours"> }[];
  state: StateLocation;
  /** ms since the epoch. */
  now: () => number;
  buildInfo: BuildInfo;
}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: "parley_bridge_build_info",
    help: "1; the labels tell version, Node, mode (live or test) and how Slack reaches the bridge",
    labelNames: ["version", "node", "mode", "transport"],
    registers,
  }).set({ ...sources.buildInfo }, 1);
  /** Until the first request of a sender: when the bridge started. */
  const lastRequestAt = { slack: performance.now(), parley: performance.now() };
  new Gauge({
    name: "parley_bridge_last_request_seconds",
    help: "How long ago the last request came that was taken for theirs; until the first, since the start",
    labelNames: ["from"],
    registers,
    collect() {
      for (const from of ["slack", "parley"] as const) {
        this.set({ from }, (performance.now() - lastRequestAt[from]) / 1000);
      }
    },
  });
  const refused = new Counter({
    name: "parley_bridge_refused_requests_total",
    help: "Requests that were not taken for theirs, or could not be read",
    labelNames: ["from"],
    registers,
  });
  for (const from of ["slack", "parley"] as const) refused.inc({ from }, 0);

  const callbacks = new Counter({
    name: "parley_bridge_callbacks_total",
    help: "Requests of Parley and of bots, by what they were understood as",
    labelNames: ["kind"],
    registers,
  });
  const ratings = new Counter({
    name: "parley_bridge_ratings_total",
    help: "Conversations that Users have rated, by their stars",
    labelNames: ["stars"],
    registers,
  });
  for (const stars of [1, 2, 3, 4, 5]) ratings.inc({ stars }, 0);
  const handovers = new Counter({
    name: "parley_bridge_handovers_total",
    help: "Handovers that conversations got, by the reasonCode of whoever hands over",
    labelNames: ["reason_code"],
    registers,
  });
  const reasonCodes = createReasonCodes();
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
  const timesTo = (what: string, help: string) =>
    new Histogram({
      name: `parley_bridge_${what}_seconds`,
      help,
      labelNames: ["team"],
      buckets: [...LONG],
      registers,
    });
  const times = {
    claim: timesTo("time_to_claim", "From the handover to the first claim, in opening hours"),
    "first-answer": timesTo(
      "time_to_first_answer",
      "From the handover to the first answer, in opening hours",
    ),
    end: timesTo(
      "time_to_end",
      "From the handover to the end of the conversation, in opening hours",
    ),
  };
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
  const ready = new Gauge({
    name: "parley_bridge_ready",
    help: "1 if this check of /readyz found all well when it ran last, at most about a minute ago",
    labelNames: ["check"],
    registers,
  });
  new Gauge({
    name: "parley_bridge_team_open",
    help: "1 in the opening hours of the team; always without hours",
    labelNames: ["team"],
    registers,
    collect() {
      for (const { name, rules } of sources.teams) {
        this.set({ team: name }, isOpen(rules.hours, sources.now()) ? 1 : 0);
      }
    },
  });
  /** What the state tells. */
  const stored = new Registry();
  const ofState = { registers: [stored] };
  const open = new Gauge({
    name: "parley_bridge_open_conversations",
    help: "Conversations that are open now",
    ...ofState,
  });
  const oldest = new Gauge({
    name: "parley_bridge_queue_oldest_seconds",
    help: "How long the oldest waiting item waits",
    labelNames: ["queue"],
    ...ofState,
  });
  const dead = new Gauge({
    name: "parley_bridge_dead_letters",
    help: "Dead letters",
    labelNames: ["queue"],
    ...ofState,
  });
  const waiting = new Gauge({
    name: "parley_bridge_queue_items",
    help: "Items that wait",
    labelNames: ["queue"],
    ...ofState,
  });

  const { state } = sources;
  /** Of a database the bridge cannot know. */
  const free =
    state.engine === "sqlite" &&
    new Gauge({
      name: "parley_bridge_state_free_bytes",
      help: "Room for the bridge's user on the disk of the state's file",
      ...ofState,
    });

  /**
   * Before the scrape and not during it, so that all gauges show the same moment. False: the state cannot be read; then the
   * alarms and all that is counted here still have to be told.
   */
  async function readState(): Promise<boolean> {
    try {
      if (free) free.set(await freeBytes(state.path));
      open.set(await sources.openConversations());
      for (const [queue, lanes] of Object.entries(sources.queues())) {
        const { items, oldestAppendedAt, deadLetters } = await lanes.backlog();
        waiting.set({ queue }, items);
        dead.set({ queue }, deadLetters);
        oldest.set({ queue }, oldestAppendedAt ? (sources.now() - oldestAppendedAt) / 1000 : 0);
      }
      return true;
    } catch (error) {
      if (error instanceof StorageError) return false;
      throw error;
    }
  }

  return {
    onAttempt({ queue, outcome, durationMs, ageMs, items }) {
      attempts.inc({ queue, outcome });
      duration.observe({ queue }, durationMs / 1000);
      if (outcome === "done") for (let i = 0; i < items; i++) age.observe({ queue }, ageMs / 1000);
    },
    onTime: ({ what, team, seconds }) => times[what].observe({ team }, seconds),
    onCallback: (kind) => callbacks.inc({ kind }),
    onHandover: (metadata) => handovers.inc({ reason_code: reasonCodes(metadata) }),
    onRequest(from) {
      lastRequestAt[from] = performance.now();
    },
    onRefused: (from) => refused.inc({ from }),
    onChecked: (check, isOk) => ready.set({ check }, isOk ? 1 : 0),
    onRated: (stars) => ratings.inc({ stars }),
    routes: [
      {
        method: "GET",
        path: "/metrics",
        async handle(_request, response) {
          const isRead = await readState();
          const shown = [processMetrics(), registry, ...(isRead ? [stored] : [])];
          const text = await Registry.merge(shown).metrics();
          response.writeHead(200, { "content-type": registry.contentType }).end(text);
        },
      },
    ],
  };
}
