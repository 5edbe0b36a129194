import type { World } from "./world.ts";

/** What each replica counts by itself. */
const COUNTED = /_(total|count|sum|bucket)(\{|$)/;

/** The lines of `/metrics`, as a dashboard shows them: the sum of what all replicas count, and the greatest of what they say of now. */
export async function metricsOf({ replicaUrls }: Pick<World, "replicaUrls">): Promise<string[]> {
  const pages = await Promise.all(
    replicaUrls().map(async (url) => (await (await fetch(`${url}/metrics`)).text()).split("\n")),
  );
  const [only = [], ...others] = pages;
  if (others.length === 0) return only;
  const samples = new Map<string, number>();
  for (const line of pages.flat().filter((each) => /^[^#]/.test(each))) {
    const [name, value] = sampleOf(line);
    const before = samples.get(name) ?? 0;
    samples.set(name, COUNTED.test(name) ? before + value : Math.max(before, value));
  }
  return [...samples].map(([name, value]) => `${name} ${value}`);
}

/** A line is the name of a sample, with its labels, and a number. */
function sampleOf(line: string): [name: string, value: number] {
  const at = line.lastIndexOf(" ");
  return [line.slice(0, at), Number(line.slice(at + 1))];
}
