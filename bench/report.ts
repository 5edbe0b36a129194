import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import type { BusyChannel } from "./busy-channel.ts";
import type { Pending } from "./pending.ts";
import type { Relayed } from "./relay.ts";

const PACKAGES = ["@slack/bolt", "@slack/web-api", "got", "keyv", "@keyv/sqlite", "sqlite3"];

/** Where and with what it was measured. */
export function describeRun(command: string): string {
  const [cpu] = cpus();
  const versions = PACKAGES.map((name) => `${name} ${versionOf(name)}`);
  return [
    `date      ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
    `command   ${command}`,
    `machine   ${cpus().length} x ${cpu?.model.trim() ?? "unknown"}, ${process.platform}`,
    `versions  node ${process.versions.node}, ${versions.join(", ")}`,
  ].join("\n");
}

function versionOf(name: string): string {
  const file = join(import.meta.dirname, "../node_modules", name, "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

const perSecond = (value: number) => String(Math.round(value));
const ms = (value: number) => value.toFixed(1);
const times = (value: number) => value.toFixed(2);
const megabytes = (value: number) => `${Math.round(value)} MB`;

/** Each measurement of the bridge next to that of the naive handler. */
export function tableOfRelays(results: readonly Relayed[]): string {
  const of = (program: Relayed["program"]) => results.filter((each) => each.program === program);
  const rows = of("bridge").map((bridge, index) => {
    const naive = of("naive")[index];
    return [
      bridge.direction,
      String(bridge.conversations),
      `${perSecond(bridge.acknowledgedPerSecond)} / ${naive ? perSecond(naive.acknowledgedPerSecond) : "-"}`,
      naive ? times(bridge.acknowledgedPerSecond / naive.acknowledgedPerSecond) : "-",
      `${perSecond(bridge.relayedPerSecond)} / ${naive ? perSecond(naive.relayedPerSecond) : "-"}`,
      naive ? times(bridge.relayedPerSecond / naive.relayedPerSecond) : "-",
      `${cpu(bridge)} / ${naive ? cpu(naive) : "-"}`,
      latency(bridge, naive, "acknowledgement"),
      latency(bridge, naive, "relay"),
      `${bridge.lost}+${bridge.doubled} / ${naive ? `${naive.lost}+${naive.doubled}` : "-"}`,
      times(bridge.ownCores),
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
    ],
    rows,
  );
}

const cpu = ({ cpuMsPerMessage }: Relayed) =>
  cpuMsPerMessage === undefined ? "-" : times(cpuMsPerMessage);

function latency(
  bridge: Relayed,
  naive: Relayed | undefined,
  what: "acknowledgement" | "relay",
): string {
  const show = (result: Relayed) => `${ms(result[what].p50)} ${ms(result[what].p99)}`;
  return `${show(bridge)} / ${naive ? show(naive) : "-"}`;
}

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
      `${startSeconds.toFixed(1)} s`,
      megabytes(memoryAtStart),
      megabytes(memoryPeak),
    ]),
  );

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(width));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}
