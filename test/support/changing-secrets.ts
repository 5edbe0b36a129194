import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import type { LogLine } from "./process.ts";
import { type ReplicaProcesses, startReplicaProcesses } from "./replica-processes.ts";
import { handOver, PATIENCE } from "./steps.ts";
import { startTraffic, type Traffic } from "./traffic.ts";
import { type Env, startWorld, type World } from "./world.ts";

/** Bridges whose secrets stand in files, and between whose sides somebody writes all the time. */
interface ChangingSecrets {
  readonly world: World;
  readonly userId: string;
  /** Of the thread's root. */
  readonly ts: string;
  readonly bridges: ReplicaProcesses;
  readonly traffic: Traffic;
  /** Writes a secret into its file. */
  put(name: string, value: string): void;
}

interface Given {
  /** How many bridges there are. */
  readonly count: number;
  /** Which secrets stand in files. */
  readonly names: readonly string[];
  readonly env?: Env;
  readonly socketMode?: boolean;
}

export function makeSecretsFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "secrets-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function startWithSecrets({
  count,
  names,
  env = {},
  socketMode = false,
}: Given): Promise<ChangingSecrets> {
  const world = await startWorld({
    replicas: 1,
    socketMode,
    env: { RETRY_FIRST_MS: "20", RETRY_CAP_MS: "200", ...env },
  });
  const { user, ts } = await handOver(world);
  await world.stopBridge();
  const folder = makeSecretsFolder();
  const put = (name: string, value: string) => writeFileSync(join(folder, name), `${value}\n`);
  for (const name of names) put(name, world.env[name] ?? "");
  const changes = Object.fromEntries(
    names.flatMap((name) => [
      [name, ""],
      [`${name}_FILE`, join(folder, name)],
    ]),
  );
  const bridges = await startReplicaProcesses(world, { count, changes });
  const traffic = startTraffic(world, { userId: user.id, ts });
  await traffic.more();
  return { world, userId: user.id, ts, bridges, traffic, put };
}

type Matches = (line: LogLine) => boolean;

export const hasLogged = ({ lines }: ReplicaProcesses, matches: Matches): boolean =>
  lines.some(matches);

export const untilLogged = (bridges: ReplicaProcesses, matches: Matches): Promise<void> =>
  expect.poll(() => hasLogged(bridges, matches), PATIENCE).toBe(true);

export const isAlarm =
  (name: string): Matches =>
  ({ msg, alarm }) =>
    msg === "alarm.raised" && alarm === name;
