import { readFileSync } from "node:fs";

/** Linux counts the time of processors and processes in these. */
const TICKS_PER_SECOND = 100;

/** What used the machine's processors. */
interface Usage {
  readonly seconds: number;
  /** The processor time of the program in seconds, all its threads, and its database. */
  readonly targetSeconds: number | undefined;
  /** What of it was the database's. */
  readonly databaseSeconds: number | undefined;
  /** How many processors the benchmark itself used, on average. */
  readonly ownCores: number;
  /** How many processors were used, on average, by whatever is neither the program nor the benchmark, other guests of the same host included: the noise. */
  readonly otherCores: number | undefined;
}

interface Watched {
  cpuSeconds(): number | undefined;
  databaseCpuSeconds(): number | undefined;
}

/** Tells each time what was used since now. */
export function watchUsage(target?: Watched): () => Usage {
  const startedAt = performance.now();
  const own = process.cpuUsage();
  const busyBefore = busySeconds();
  const targetBefore = target?.cpuSeconds();
  const databaseBefore = target?.databaseCpuSeconds();
  return () => {
    const seconds = (performance.now() - startedAt) / 1000;
    const busy = difference(busySeconds(), busyBefore);
    const targetSeconds = difference(target?.cpuSeconds(), targetBefore);
    const { user, system } = process.cpuUsage(own);
    const ownSeconds = (user + system) / 1e6;
    return {
      seconds,
      targetSeconds,
      databaseSeconds: difference(target?.databaseCpuSeconds(), databaseBefore),
      ownCores: ownSeconds / seconds,
      otherCores:
        busy === undefined
          ? undefined
          : Math.max(0, busy - ownSeconds - (targetSeconds ?? 0)) / seconds,
    };
  };
}

export const difference = (
  after: number | undefined,
  before: number | undefined,
): number | undefined => (after === undefined || before === undefined ? undefined : after - before);

/** Of all threads of a process, and of its children that have ended; `undefined` where the system does not tell. */
export function processSeconds(pid: number): number | undefined {
  // The name before the bracket may hold anything.
  const fields = readProc(`${pid}/stat`)?.split(") ").at(-1)?.split(" ").map(Number);
  return fields && sum(fields.slice(11, 15)) / TICKS_PER_SECOND;
}

/** Of all processors since the machine's start. */
function busySeconds(): number | undefined {
  const [line] = readProc("stat")?.split("\n") ?? [];
  const times = line?.split(/\s+/).slice(1).map(Number);
  if (!times) return undefined;
  const [user = 0, nice = 0, system = 0, _idle, _waiting, irq = 0, softIrq = 0, steal = 0] = times;
  return sum([user, nice, system, irq, softIrq, steal]) / TICKS_PER_SECOND;
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** Linux only; nothing elsewhere. */
export function readProc(file: string): string | undefined {
  try {
    return readFileSync(`/proc/${file}`, "utf8");
  } catch {
    return undefined;
  }
}
