import { setTimeout as pause } from "node:timers/promises";
import { type Harm, waysToHarm } from "./harms.ts";
import type { Plan } from "./plan.ts";
import type { Random } from "./random.ts";
import type { Cluster, Replica } from "./stage.ts";

/**
 * Harms one replica after the other, often while another one is still down, until `stopping`; then all are up. Who ends by
 * itself is started again, as by systemd.
 */
export async function harmReplicas(
  cluster: Cluster,
  plan: Plan,
  random: Random,
  {
    stopping,
    count,
    note,
  }: {
    stopping: AbortSignal;
    count: (name: string) => void;
    /** Writes a line into the diary of the run. */
    note: (line: string) => void;
  },
): Promise<Harm[]> {
  const { replicas } = cluster;
  const harms: Harm[] = [];
  const hurt = new Set<Replica>();
  const open: Promise<void>[] = [];
  const rest = (ms: number) => pause(ms, undefined, { signal: stopping }).catch(() => undefined);
  const ways = waysToHarm(cluster, random.fork(), count).flatMap((way) =>
    Array.from({ length: way.weight }, () => way),
  );

  async function harmOne(replica: Replica, chance: Random): Promise<void> {
    const { name, harm } = chance.pick(ways);
    count(name);
    note(`replica ${replica.index}: ${name}`);
    const done = await harm(replica);
    note(`replica ${replica.index}: ${name}, over`);
    if (done) harms.push(done);
    const { bridge } = replica;
    if (!bridge.isRunning) {
      await rest(chance.between(0, 2_000));
      bridge.start();
      if (chance.chance(0.2)) {
        await rest(chance.between(0, 1_500));
        count("SIGKILL during start");
        await bridge.kill();
        bridge.start();
      }
    }
    await bridge.up();
    note(`replica ${replica.index}: up`);
  }

  async function keepHarming(): Promise<void> {
    while (!stopping.aborted) {
      await rest(random.between(plan.killEveryMs / 2, plan.killEveryMs * 1.5));
      if (stopping.aborted) return;
      const well = replicas.filter((replica) => !hurt.has(replica));
      // Seldom nobody is left, unless there is only one.
      const isLast = well.length === 1 && replicas.length > 1;
      if (well.length === 0 || (isLast && !random.chance(0.1))) continue;
      const replica = random.pick(well);
      hurt.add(replica);
      const work = harmOne(replica, random.fork()).finally(() => hurt.delete(replica));
      // Who awaits all of them in the end hears of it.
      work.catch((error: unknown) => note(`replica ${replica.index}: ${String(error)}`));
      open.push(work);
    }
  }

  async function keepUp(): Promise<void> {
    while (!stopping.aborted) {
      await rest(200);
      const down = replicas.filter((each) => !hurt.has(each) && !each.bridge.isRunning);
      await Promise.all(down.map(({ bridge }) => bridge.up()));
    }
  }

  await Promise.all([keepHarming(), keepUp()]);
  await Promise.all(open);
  return harms;
}
