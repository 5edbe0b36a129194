import type { Standing } from "../bridge/stored/last-known-schemas.ts";
import { withinTime } from "../within-time.ts";
import type { Directory } from "./directory.ts";
import type { Remembered } from "./known-members.ts";

/**
 * Who somebody is, as Slack says or, while it does not, as it said last, which `remembered` keeps on disk. `undefined`: it never has.
 * With `withinMs` it takes no longer. Never fails.
 */
export function createKnownPersons(
  { personOf }: Pick<Directory, "personOf">,
  remembered?: Remembered<Standing>,
): (agent: string, withinMs?: number) => Promise<Standing | undefined> {
  /** As it stands on disk. */
  const kept = new Map<string, Standing>();

  async function recall(agent: string): Promise<Standing | undefined> {
    const known = kept.get(agent) ?? (await remembered?.get(keyOf(agent)).catch(() => undefined));
    if (known) kept.set(agent, known);
    return known;
  }

  async function ask(agent: string): Promise<Standing | undefined> {
    const told = await personOf(agent);
    if (!told) return undefined;
    const before = await recall(agent);
    if (before?.is !== told.is || before.isColleague !== told.isColleague) {
      kept.set(agent, told);
      // Written again at the next start if this fails.
      await remembered?.set(keyOf(agent), told).catch(() => undefined);
    }
    return told;
  }

  return async (agent, withinMs) => {
    const asked = ask(agent);
    const told = await (withinMs === undefined ? asked : withinTime(asked, withinMs, undefined));
    return told ?? (await recall(agent));
  };
}

const keyOf = (agent: string): string => `person/${agent}`;
