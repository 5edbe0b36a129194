import type { DatabaseCounts } from "./postgres.ts";
import type { Relayed } from "./relay.ts";
import { losses, percentiles, perSecond, times } from "./report.ts";
import { table } from "./table.ts";
import type { Subject } from "./target.ts";

/** As which a subject stands in tables. */
export const nameOf = ({ program, replicas }: Subject): string => {
  if (program !== "bridge") return program;
  return replicas === undefined ? "SQLite" : `Postgres x ${replicas}`;
};

/** One round: a row for each subject, next to those that it is compared with. */
export function tableOfReplicas(results: readonly Relayed[]): string {
  const rows = results.toSorted(inOrder).map((result) => {
    const { cores, atRate, saturated, cpuMsPerMessage: all, databaseMsPerMessage } = result;
    const own = all === undefined ? undefined : all - (databaseMsPerMessage ?? 0);
    return [
      result.direction,
      String(result.conversations),
      nameOf(result),
      perSecond(result.acknowledgedPerSecond),
      perSecond(result.relayedPerSecond),
      percentiles(result.acknowledgement),
      percentiles(result.relay),
      `${times(own)} + ${times(databaseMsPerMessage)}`,
      [cores.program, cores.database, cores.bench, cores.others].map(times).join(" + "),
      countsOf(saturated),
      countsOf(atRate),
      losses(result),
    ];
  });
  return table(
    [
      "direction",
      "open",
      "state",
      "ack/s",
      "relayed/s",
      "ack p50 p99 ms",
      "relay p50 p99 ms",
      "CPU ms/msg: program + Postgres",
      "cores: program + Postgres + bench + others",
      "saturated: statements commits syncs /msg",
      "at the fixed rate: the same",
      "lost+doubled",
    ],
    rows,
  );
}

/** What the rounds say together: medians, with the least and the most. */
export function tableOfReplicaRatios(rounds: readonly (readonly Relayed[])[]): string {
  const [first = []] = rounds;
  const jobs = first.filter((each) => nameOf(each) === "SQLite").toSorted(inOrder);
  const [sqlite = "", one = "", several = "", peer = ""] = [
    ...new Set(first.toSorted(inOrder).map(nameOf)),
  ];
  const pairs = [
    [one, sqlite],
    [several, one],
    [one, peer],
    [several, peer],
  ] as const;
  const rows = jobs.flatMap((job) =>
    pairs.flatMap(([a, b]) => {
      const ratio = (what: "acknowledgedPerSecond" | "relayedPerSecond") =>
        rounds.flatMap((round) => {
          const of = (name: string) =>
            round.find((each) => nameOf(each) === name && isSameJob(each, job))?.[what];
          const [above, below] = [of(a), of(b)];
          return above === undefined || below === undefined ? [] : [above / below];
        });
      const relayed = ratio("relayedPerSecond");
      if (relayed.length === 0) return [];
      return [
        [
          job.direction,
          String(job.conversations),
          `${a} / ${b}`,
          spread(ratio("acknowledgedPerSecond")),
          spread(relayed),
        ],
      ];
    }),
  );
  return table(["direction", "open", "ratio", "ack/s", "relayed/s"], rows);
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  return sorted.length < 2
    ? times(median)
    : `${times(median)} (${times(sorted[0])} to ${times(sorted.at(-1))})`;
}

const isSameJob = (a: Relayed, b: Relayed): boolean =>
  a.direction === b.direction && a.conversations === b.conversations;

/** By the job first, in the order in which jobs and subjects are usually named. */
function inOrder(a: Relayed, b: Relayed): number {
  const place = ({ program, replicas = 0 }: Relayed) => (program === "bridge" ? replicas : 99);
  return (
    a.conversations - b.conversations ||
    a.direction.localeCompare(b.direction) ||
    place(a) - place(b)
  );
}

const countsOf = (counts: DatabaseCounts | undefined): string =>
  counts === undefined
    ? "-"
    : [counts.statements, counts.commits, counts.syncs].map(times).join(" ");

const MOST_STATEMENTS = 25;
const TEXT_LENGTH = 110;

/** What the database did for one message of this measurement, the most frequent first. */
export function tableOfStatements({ statements }: Relayed): string {
  const rows = statements
    .toSorted((a, b) => b.calls - a.calls)
    .slice(0, MOST_STATEMENTS)
    .map(({ text, calls, plans, ms }) => [
      times(calls),
      times(plans),
      (ms * 1000).toFixed(0),
      text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|").slice(0, TEXT_LENGTH),
    ]);
  return table(["calls/msg", "plans/msg", "µs/msg", "statement"], rows);
}
