import { collectDefaultMetrics, Registry } from "prom-client";

let metrics: Registry | undefined;

/** What the process needs, as Node tells it. Collected once in a process, because the library's observers never end. */
export function processMetrics(): Registry {
  if (metrics) return metrics;
  metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  // These gauges of the library end in `_total` like counters; others of it show the same by kind.
  for (const what of ["handles", "requests", "resources"]) {
    metrics.removeSingleMetric(`nodejs_active_${what}_total`);
  }
  return metrics;
}
