import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "./random.ts";
import type { Cluster, Replica } from "./stage.ts";

/** What was done to one replica, or to the database of all. Times in ms since the epoch. */
export interface Harm {
  readonly kind: HarmKind;
  /** Missing: to all. */
  readonly replica?: number;
  /** When it stopped to work. */
  readonly at: number;
  /** When nothing held it up any more. */
  readonly until: number;
}

export type HarmKind =
  | "killed"
  | "stopped"
  | "frozen"
  | "session ended"
  | "cut off"
  | "database restarted";

/** Nothing that is done to a replica holds it up for longer. */
export const LONGEST_HARM_MS = 10_000;

/** One way to harm a replica; resolves when nothing of it lasts, though the replica may be down. */
type Way = (replica: Replica) => Promise<Harm | undefined>;

/** A transaction, and not what only keeps a session alive. */
const isWork = (bytes: Buffer): boolean => bytes.length > 300;

/** Ways to harm a replica by name, and how often each of them is chosen. */
export function waysToHarm(
  { database }: Cluster,
  random: Random,
  count: (name: string) => void,
): { name: string; weight: number; harm: Way }[] {
  const seconds = (low: number, high: number) => pause(random.between(low * 1_000, high * 1_000));
  const since = async (
    kind: HarmKind,
    replica: Replica,
    work: () => Promise<unknown>,
  ): Promise<Harm> => {
    const at = Date.now();
    await work();
    return { kind, replica: replica.index, at, until: Date.now() };
  };

  const frozen = (replica: Replica): Promise<Harm> =>
    since("frozen", replica, async () => {
      await seconds(1, 8);
      replica.bridge.thaw();
    });

  return [
    {
      name: "killed",
      weight: 5,
      harm: (replica) => since("killed", replica, () => replica.bridge.kill()),
    },
    {
      name: "stopped",
      weight: 2,
      harm: (replica) => since("stopped", replica, () => replica.bridge.stop()),
    },
    {
      name: "frozen",
      weight: 3,
      async harm(replica) {
        await replica.bridge.freeze();
        return await frozen(replica);
      },
    },
    {
      // The statement is on its way, or at work, and its answer is not heard; or only a part of it has left.
      name: "frozen in a transaction",
      weight: 3,
      async harm(replica) {
        const network = replica.networks.database;
        const isWhole = random.chance(0.5);
        const part = isWhole ? 1 : random.next();
        const sprung = network.stallBehind(isWork, part).then(() => true);
        const isStalled = await Promise.race([sprung, pause(3_000, false)]);
        await replica.bridge.freeze();
        if (isStalled) count(isWhole ? "frozen before an answer" : "frozen amid a transaction");
        if (random.chance(0.5)) {
          const harm = await frozen(replica);
          await pause(random.between(0, 1_000));
          network.resume();
          return harm;
        }
        return await since("frozen", replica, async () => {
          await seconds(1, 7);
          network.resume();
          await pause(random.between(0, 1_000));
          replica.bridge.thaw();
        });
      },
    },
    {
      name: "frozen before a message",
      weight: 4,
      async harm(replica) {
        if (!(await replica.bridge.freezeBeforeMessage(3_000))) {
          await replica.bridge.kill();
          return { kind: "killed", replica: replica.index, at: Date.now(), until: Date.now() };
        }
        return await frozen(replica);
      },
    },
    {
      name: "session ended",
      weight: 3,
      harm: (replica) =>
        since("session ended", replica, () =>
          database.endSessions(replica.networks.database.nearPorts),
        ),
    },
    {
      name: "cut off from the database",
      weight: 3,
      harm: (replica) =>
        since("cut off", replica, async () => {
          replica.networks.database.cut();
          await seconds(0, 5);
          replica.networks.database.resume();
        }),
    },
    {
      name: "database not heard",
      weight: 3,
      harm: (replica) =>
        since("cut off", replica, async () => {
          replica.networks.database.stall();
          await seconds(0, 8);
          replica.networks.database.resume();
        }),
    },
    ...(["slack", "parley"] as const).map((side) => ({
      name: `cut off from ${side}`,
      weight: 1,
      async harm({ networks }: Replica) {
        if (random.chance(0.5)) networks[side].cut();
        else networks[side].stall();
        await seconds(0, 4);
        networks[side].resume();
        return undefined;
      },
    })),
    {
      name: "database restarted",
      weight: 1,
      async harm() {
        const at = Date.now();
        await database.restart(random.pick(["fast", "immediate"]));
        return { kind: "database restarted", at, until: Date.now() };
      },
    },
  ];
}
