import type { World } from "./world.ts";

interface Readiness {
  readonly status: number;
  readonly checks: Readonly<Record<string, string>>;
}

/** Longer than the bridge reuses what its checks have found. */
const RESULT_LIFE_MS = 6_000;

/** What `/readyz` says, with results from the last seconds as they were. */
export async function readyz({ bridgeUrl }: Pick<World, "bridgeUrl">): Promise<Readiness> {
  const answer = await fetch(`${bridgeUrl()}/readyz`);
  const { checks } = (await answer.json()) as Pick<Readiness, "checks">;
  return { status: answer.status, checks };
}

/** What `/readyz` finds now. */
export function readyzNow(world: World): Promise<Readiness> {
  world.advance(RESULT_LIFE_MS);
  return readyz(world);
}
