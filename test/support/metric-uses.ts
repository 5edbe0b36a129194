/** Each metric that is there, and the labels that it has. */
export type ServedMetrics = ReadonlyMap<string, ReadonlySet<string>>;

/** What a query takes from metrics. */
interface MetricUse {
  /** Names of metrics, each with the labels by which it is selected. */
  readonly selected: readonly { readonly name: string; readonly labels: readonly string[] }[];
  /** Labels by which series are grouped or matched. */
  readonly grouped: readonly string[];
}

/** What Prometheus adds to all that it scrapes. */
const ADDED = ["job", "instance"];

const OPERATORS = new Set(["and", "or", "unless"]);

/** Of the lines of `/metrics`. */
export function servedMetrics(lines: readonly string[]): ServedMetrics {
  const served = new Map<string, Set<string>>();
  for (const line of lines) {
    const [, name, labels = ""] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
    if (name === undefined) continue;
    const known = served.get(name) ?? new Set(ADDED);
    for (const [, label = ""] of labels.matchAll(/(\w+)="/g)) known.add(label);
    served.set(name, known);
  }
  return served;
}

/** Understands of PromQL what the examples need: whatever is neither grouping, function nor operator is a metric. */
export function metricUse(query: string): MetricUse {
  const grouped: string[] = [];
  const rest = query
    .replaceAll(/"[^"]*"/g, '""')
    .replaceAll(/\[[^\]]*\]/g, "")
    .replaceAll(/\b(?:by|on) \(([^)]*)\)/g, (_, labels: string) => {
      grouped.push(...labels.split(/, */));
      return "";
    });
  const found = rest.matchAll(/\b([a-zA-Z_]\w*)\b(?!\s*\()(?:\{([^}]*)\})?/g);
  const selected = [...found].flatMap(([, name = "", selector = ""]) =>
    OPERATORS.has(name)
      ? []
      : [{ name, labels: [...selector.matchAll(/(\w+)\s*[=!]/g)].map(([, label = ""]) => label) }],
  );
  return { selected, grouped };
}

/**
 * One line for each metric and each label of a query, and of the text that tells its result, that is not there.
 *
 * @param told labels that the text names
 */
export function unknownIn(
  query: string,
  told: readonly string[],
  served: ServedMetrics,
): readonly string[] {
  const { selected, grouped } = metricUse(query);
  const any = new Set(selected.flatMap(({ name }) => [...(served.get(name) ?? [])]));
  const left = grouped.length > 0 ? new Set(grouped) : any;
  return [
    ...selected.flatMap(({ name, labels }) => {
      const has = served.get(name);
      if (!has) return [name];
      return labels.filter((label) => !has.has(label)).map((label) => `${name}{${label}}`);
    }),
    ...grouped.filter((label) => !any.has(label)).map((label) => `by (${label}) in ${query}`),
    ...told.filter((label) => !left.has(label)).map((label) => `{{${label}}} of ${query}`),
  ];
}
