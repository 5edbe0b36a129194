import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse, stringify } from "yaml";
import { anchorsOf } from "../support/anchors.ts";
import { metricUse, servedMetrics, unknownIn } from "../support/metric-uses.ts";
import { metricsOf } from "../support/metrics.ts";
import { handBack, handOver, PATIENCE } from "../support/steps.ts";
import { startWorld } from "../support/world.ts";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = "examples/prometheus";
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<"summary" | "description" | "runbook", string>>;
}

interface Tests {
  readonly tests: readonly {
    readonly input_series: readonly { readonly series: string }[];
    readonly promql_expr_test: readonly {
      readonly exp_samples: readonly { readonly labels: string }[];
    }[];
  }[];
}

interface Panel {
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
}

const { groups } = parse(read(`${FOLDER}/rules.yml`)) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const { tests } = parse(read(`${FOLDER}/rules.test.yml`)) as Tests;
const dashboard = JSON.parse(read("examples/grafana/dashboard.json")) as Dashboard;
const shown = dashboard.panels.flatMap(({ targets }) => targets);

const labelsIn = (text: string): string[] =>
  [...text.matchAll(/\{\{ ?(?:\$labels\.)?(\w+)/g)].map(([, label = ""]) => label);

/** Each query, and the labels that the text beside it names. */
const queries = [
  ...rules.map(({ expr, annotations }) => ({ query: expr, text: Object.values(annotations) })),
  ...shown.map(({ expr, legendFormat }) => ({ query: expr, text: [legendFormat] })),
].map(({ query, text }) => ({ query, told: labelsIn(text.join()) }));

describe("the alerts and the dashboard", () => {
  it("ask for metrics and labels that a running bridge has, and for no others", async () => {
    const world = await startWorld();
    const { user, ts, root } = await handOver(world, { metadata: { reasonCode: "refund" } });
    await (await world.slack.post({ user: "U0ANNA", threadTs: ts, text: "Hi" })).delivered;
    await handBack(world, root);
    await (await world.parley.userWrites(user.id, "Thanks")).delivered;
    await fetch(`${world.bridgeUrl()}/readyz`);

    const missing = async () => {
      const served = servedMetrics([...(await metricsOf(world)), "up "]);
      return queries.flatMap(({ query, told }) => unknownIn(query, told, served));
    };

    expect(queries.length).toBeGreaterThan(30);
    await expect.poll(missing, PATIENCE).toEqual([]);
  });

  it("are compared in earnest", () => {
    const served = servedMetrics(['a_total{from="x"} 1', "b 2"]);

    expect(
      unknownIn('sum by (job, from) (increase(a_total{from="x"}[5m])) > 1e3', [], served),
    ).toEqual([]);
    expect(unknownIn('rate(c_total{x="1"}[5m]) > 2 and on (job) b == 1', [], served)).toEqual([
      "c_total",
    ]);
    expect(unknownIn('b{from="x"}', ["from"], served)).toEqual([
      "b{from}",
      '{{from}} of b{from="x"}',
    ]);
    expect(unknownIn("sum by (team) (a_total)", ["from"], served)).toEqual([
      "by (team) in sum by (team) (a_total)",
      "{{from}} of sum by (team) (a_total)",
    ]);
  });
});

describe("the alerts", () => {
  it("have each a word for what is wrong, what to do, and where that is told in full", () => {
    const broken = rules.filter(({ annotations: { summary, description, runbook } }) => {
      const [file = "", anchor = ""] = runbook.split("#");
      return !summary || !description || !anchorsOf(read(file)).includes(anchor);
    });
    expect(broken.map(({ alert }) => alert)).toEqual([]);
  });

  it("are tried each, as it fires and while all is well", () => {
    const [allIsWell, ...others] = tests;
    const given = new Set(allIsWell?.input_series.map(({ series }) => /^\w+/.exec(series)?.[0]));
    const used = rules.flatMap(({ expr }) => metricUse(expr).selected.map(({ name }) => name));
    expect(used.filter((name) => !given.has(name))).toEqual([]);
    const expected = (each: Tests["tests"][number] | undefined) =>
      each?.promql_expr_test.flatMap(({ exp_samples }) => exp_samples) ?? [];
    expect(expected(allIsWell)).toEqual([]);
    const fired = others
      .flatMap(expected)
      .map(({ labels }) => /alertname="(\w+)"/.exec(labels)?.[1]);
    expect(new Set(fired)).toEqual(new Set(rules.map(({ alert }) => alert)));
  });

  const PROMTOOL = "/usr/bin/promtool";
  /** What Debian's package `prometheus` brings. */
  const promtool = async (...args: string[]) =>
    (await promisify(execFile)(PROMTOOL, args, { cwd: join(ROOT, FOLDER) })).stdout;

  it.skipIf(!existsSync(PROMTOOL))(
    "are understood by promtool, with the configuration",
    async () => {
      expect(await promtool("check", "config", "prometheus.yml")).toContain(
        `${rules.length} rules found`,
      );
    },
  );

  it.skipIf(!existsSync(PROMTOOL))("fire when they should, says promtool", async () => {
    expect(await promtool("test", "rules", "rules.test.yml")).toContain("SUCCESS");
  });

  it.skipIf(!existsSync(PROMTOOL))("are beside a dashboard that asks in PromQL", async () => {
    const folder = await mkdtemp(join(tmpdir(), "queries-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "queries.yml");
    // Grafana fills in these.
    const asked = shown.map(({ expr }, index) => ({
      record: `query:${index}`,
      expr: expr.replaceAll("$__rate_interval", "1m"),
    }));
    await writeFile(file, stringify({ groups: [{ name: "dashboard", rules: asked }] }));
    expect(await promtool("check", "rules", file)).toContain(`${shown.length} rules found`);
  });
});
