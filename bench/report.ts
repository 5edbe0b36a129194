import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { findPostgres } from "../test/support/postgres-server.ts";
import type { Asked } from "./availability.ts";
import type { BusyChannel } from "./busy-channel.ts";
import type { Summary } from "./histogram.ts";
import type { Losses } from "./ledger.ts";
import type { Noise } from "./noise.ts";
import type { Pending } from "./pending.ts";
import type { Relayed } from "./relay.ts";
import type { Program } from "./running.ts";
import type { Stored } from "./stored.ts";
import { table } from "./table.ts";
import type { TakenOver } from "./take-overs.ts";

/** What the figures depend on most. */
const PACKAGES = ["@slack/bolt", "@slack/web-api", "got", "keyv", "pg"];
const FOLDERS: Readonly<Record<Program, string>> = {
  bridge: "..",
  naive: "..",
  "chat-sdk": "peers",
};

/** Where and with what it was measured. */
export function describeRun(
  command: string,
  programs: readonly Program[],
  needsPostgres: boolean,
): string {
  const [cpu] = cpus();
  const folders = [...new Set(programs.map((program) => FOLDERS[program]))];
  const { node, sqlite } = process.versions;
  return [
    `date      ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
    `command   ${command}`,
    `machine   ${cpus().length} x ${cpu?.model.trim() ?? "unknown"}, ${process.platform}`,
    `versions  ${[`node ${node}`, `SQLite ${sqlite}`, ...(needsPostgres ? [postgresVersion()] : []), ...folders.flatMap(versionsIn)].join(", ")}`,
  ].join("\n");
}

function postgresVersion(): string {
  const told = execFileSync(join(findPostgres() ?? "", "postgres"), ["--version"], {
    encoding: "utf8",
  });
  return `PostgreSQL ${/[\d.]+/.exec(told)?.[0] ?? "?"}`;
}

/** The versions that a `package.json` pins: all of a peer's, the most important ones of ours. */
function versionsIn(folder: string): string[] {
  const file = join(import.meta.dirname, folder, "package.json");
  const { dependencies } = JSON.parse(readFileSync(file, "utf8")) as {
    dependencies: Readonly<Record<string, string>>;
  };
  return Object.entries(dependencies)
    .filter(([name]) => folder === "peers" || PACKAGES.includes(name))
    .map(([name, version]) => `${name} ${version}`);
}

export const perSecond = (value: number) => String(Math.round(value));
const ms = (value: number) => value.toFixed(1);
export const times = (value: number | undefined) => value?.toFixed(2) ?? "-";
const seconds = (value: number) => `${value.toFixed(1)} s`;
const megabytes = (value: number) => `${Math.round(value)} MB`;

/** Each measurement of the bridge next to those of the other programs, in the order in which they were measured. */
export function tableOfRelays(results: readonly Relayed[]): string {
  const programs = [...new Set(results.map(({ program }) => program))];
  const others = programs.filter((program) => program !== "bridge");
  const rows = results
    .filter(({ program }) => program === "bridge")
    .map((bridge) => {
      const of = (program: Program) =>
        results.find(
          (each) =>
            each.program === program &&
            each.direction === bridge.direction &&
            each.conversations === bridge.conversations,
        );
      const each = (show: (result: Relayed) => string) =>
        programs.map((program) => ifMeasured(of(program), show)).join(" / ");
      const ratio = (what: "acknowledgedPerSecond" | "relayedPerSecond") =>
        others
          .map((other) => ifMeasured(of(other), (result) => times(bridge[what] / result[what])))
          .join(" / ");
      return [
        bridge.direction,
        String(bridge.conversations),
        each(({ acknowledgedPerSecond }) => perSecond(acknowledgedPerSecond)),
        ratio("acknowledgedPerSecond"),
        each(({ relayedPerSecond }) => perSecond(relayedPerSecond)),
        ratio("relayedPerSecond"),
        each(({ cpuMsPerMessage }) => times(cpuMsPerMessage)),
        each(({ acknowledgement }) => percentiles(acknowledgement)),
        each(({ relay }) => percentiles(relay)),
        each(losses),
        each(({ ownCores }) => times(ownCores)),
        each(({ otherCores }) => times(otherCores)),
      ];
    });
  return table(
    [
      "direction",
      "open",
      "ack/s",
      "ratio",
      "relayed/s",
      "ratio",
      "CPU ms/msg",
      "ack p50 p99 ms",
      "relay p50 p99 ms",
      "lost+doubled",
      "bench cores",
      "other cores",
    ],
    rows,
  );
}

const ifMeasured = (result: Relayed | undefined, show: (result: Relayed) => string): string =>
  result === undefined ? "-" : show(result);
export const percentiles = ({ p50, p99 }: Summary) => `${ms(p50)} ${ms(p99)}`;
export const losses = ({ lost, doubled }: Losses) => `${lost}+${doubled}`;

export function tableOfStored(results: readonly Stored[]): string {
  const rows = results.flatMap((result) =>
    (["fromParley", "fromSlack"] as const).map((direction) => {
      const { acknowledgement, relay, rate, cpuMsPerMessage, otherCores, ...rest } =
        result[direction];
      return [
        String(result.stored),
        String(result.open),
        seconds(result.startSeconds),
        megabytes(result.memoryAtStart),
        megabytes(result.memoryPeak),
        direction === "fromParley" ? "Parley -> Slack" : "Slack -> Parley",
        perSecond(rate),
        percentiles(acknowledgement),
        percentiles(relay),
        times(cpuMsPerMessage),
        losses(rest),
        times(otherCores),
      ];
    }),
  );
  return table(
    [
      "stored",
      "open",
      "ready after",
      "RSS then",
      "RSS peak",
      "direction",
      "msg/s",
      "ack p50 p99 ms",
      "relay p50 p99 ms",
      "CPU ms/msg",
      "lost+doubled",
      "other cores",
    ],
    rows,
  );
}

/** One line, as those of {@link describeRun}. */
export const describeNoise = ({ otherCores, sync, late }: Noise, when: string): string =>
  `noise     ${when}: others use ${times(otherCores)} cores, a sync of 4 KB takes ${percentiles(sync)} ms (p50 p99), a timer is ${percentiles(late)} ms late`;

export const tableOfChannel = (result: BusyChannel): string =>
  table(
    ["seconds", "posts", "posts/s after the burst", "messages in them", "429s"],
    [
      [
        String(result.seconds),
        String(result.posts),
        times(result.postsPerSecond),
        String(result.messages),
        String(result.refused),
      ],
    ],
  );

export const tableOfPending = (results: readonly Pending[]): string =>
  table(
    ["state", "ready after", "RSS then", "RSS peak"],
    results.map(({ what, startSeconds, memoryAtStart, memoryPeak }) => [
      what,
      seconds(startSeconds),
      megabytes(memoryAtStart),
      megabytes(memoryPeak),
    ]),
  );

const wholeMs = ({ p50, p99, max }: Summary): string =>
  [p50, p99, max].map((value) => value.toFixed(0)).join(" ");

export const tableOfTakeOvers = (results: readonly TakenOver[]): string =>
  table(
    [
      "fault",
      "times",
      "lanes",
      "taken over after: p50 p99 max",
      "a message of just then waits: p50 p99 max",
      "relay in other lanes: p50 p99 max",
      "ack: p50 p99 max",
      "missing",
    ],
    results.map(({ fault, faults, takeOver, wait, elsewhere, acknowledgement, missing }) => [
      fault,
      String(faults),
      String(takeOver.count),
      wholeMs(takeOver),
      wholeMs(wait),
      wholeMs(elsewhere),
      wholeMs(acknowledgement),
      String(missing),
    ]),
  );

export function tableOfAvailability(results: readonly Asked[]): string {
  const [cheapest] = results;
  const rows = results.map(({ question, waiting, perSecond: rate, cpuMsPerRequest }) => [
    question,
    String(waiting),
    perSecond(rate),
    times(cheapest && rate / cheapest.perSecond),
    times(cpuMsPerRequest),
  ]);
  return table(["question", "waiting", "requests/s", "ratio", "CPU ms/request"], rows);
}
