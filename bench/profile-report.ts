import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { table } from "./table.ts";

/** What Node writes for one thread; times are in µs. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const ROOT = join(import.meta.dirname, "..");
const MOST = 20;
/** What is below this share is left out. */
const LEAST = 0.005;

/** Where the threads whose profiles are in the folder spent their time, the busiest thread first. */
export function describeProfiles(folder: string): string {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".cpuprofile"))
    .map((name) => readThread(join(folder, name)))
    .toSorted((a, b) => b.busy - a.busy)
    .map(describeThread)
    .join("\n\n");
}

interface Thread {
  /** All in µs. */
  readonly total: number;
  readonly busy: number;
  readonly byPlace: ReadonlyMap<string, number>;
  readonly byFunction: ReadonlyMap<string, number>;
}

function readThread(path: string): Thread {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(path, "utf8")) as CpuProfile;
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const byPlace = new Map<string, number>();
  const byFunction = new Map<string, number>();
  const add = (map: Map<string, number>, key: string, time: number) =>
    map.set(key, (map.get(key) ?? 0) + time);
  let total = 0;
  let busy = 0;
  for (const [index, id] of samples.entries()) {
    const time = timeDeltas[index] ?? 0;
    const frame = frames.get(id);
    total += time;
    if (!frame || frame.functionName === "(idle)") continue;
    const { functionName, url, lineNumber } = frame;
    const file = fileOf(url, functionName);
    busy += time;
    add(byPlace, placeOf(file), time);
    const name = functionName || "(anonymous)";
    add(byFunction, file.startsWith("(") ? name : `${name} ${file}:${lineNumber + 1}`, time);
  }
  return { total, busy, byPlace, byFunction };
}

/** `src/delivery/lane.ts`, `node_modules/got/dist/…`, `node:internal/…`; what is V8's own has its name alone. */
function fileOf(url: string, functionName: string): string {
  if (url.startsWith("file:")) return relative(ROOT, fileURLToPath(url));
  if (url !== "") return url;
  return functionName.startsWith("(") ? functionName : "(native)";
}

/** The package of what others wrote, the folder of what is ours or of Node. */
function placeOf(file: string): string {
  const inModules = file.split("node_modules/").at(-1);
  if (inModules !== undefined && inModules !== file) {
    return inModules.split("/", inModules.startsWith("@") ? 2 : 1).join("/");
  }
  return file.startsWith("src/") || file.startsWith("node:internal/") ? dirname(file) : file;
}

function describeThread({ total, busy, byPlace, byFunction }: Thread, index: number): string {
  const shares = (map: ReadonlyMap<string, number>) =>
    [...map]
      .filter(([, time]) => time >= LEAST * busy)
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, MOST)
      .map(([name, time]) => [name, `${((time / busy) * 100).toFixed(1)} %`]);
  const seconds = (time: number) => (time / 1e6).toFixed(1);
  return [
    `Thread ${index + 1}, busy ${seconds(busy)} of ${seconds(total)} s; shares are of the busy time`,
    table(["package or folder", "itself"], shares(byPlace)),
    table(["function", "itself"], shares(byFunction)),
  ].join("\n\n");
}
