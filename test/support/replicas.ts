import type { App } from "../../src/app.ts";
import { startBalancer } from "./balancer.ts";

/** How many replicas a world has, over one database of PostgreSQL; `undefined`: one bridge with a file of its own. */
export const REPLICAS = process.env.REPLICAS ? Number(process.env.REPLICAS) : undefined;

/** One bridge, or several equal ones behind a load balancer. */
export interface Replicas {
  /** `http://127.0.0.1:PORT`, where all of them are reached. */
  readonly url: string;
  /** The same of each. */
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

/** Starts them at the same time. @throws what one of them throws; then none is left */
export async function startReplicas(count: number, start: () => Promise<App>): Promise<Replicas> {
  const started = await Promise.allSettled(Array.from({ length: count }, start));
  const apps = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const stopAll = () => Promise.all(apps.map((app) => app.stop()));
  const failed = started.find((each) => each.status === "rejected");
  if (failed) {
    await stopAll();
    throw failed.reason;
  }
  const urls = apps.map(({ port }) => `http://127.0.0.1:${port}`);
  const [only = ""] = urls;
  if (urls.length === 1) {
    return {
      url: only,
      urls,
      async stop() {
        await stopAll();
      },
    };
  }
  const balancer = await startBalancer(urls);
  return {
    url: balancer.url,
    urls,
    async stop() {
      await stopAll();
      await balancer.close();
    },
  };
}
