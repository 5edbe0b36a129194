import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { readSources } from "../support/sources.ts";

/** What the lockfile says of a package in one place. */
interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: true;
  readonly dev?: true;
  readonly bin?: Readonly<Record<string, string>>;
  readonly hasInstallScript?: true;
  readonly deprecated?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
  packages: Readonly<Record<string, LockedPackage>>;
};

/** Each place in the lockfile where something is installed, without the project itself and its workspaces. */
const installed = Object.entries(packages).filter(
  ([place, { link }]) => place.includes("node_modules/") && !link,
);

/** What `npm ci --omit=dev` installs. */
const runtime = installed.filter(([, { dev }]) => !dev);

const placesOf = (found: typeof installed): string[] => found.map(([place]) => place);

describe("package-lock.json", () => {
  it("holds the optional packages of every platform, without which npm ci refuses it", () => {
    const missing = Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) =>
          !(`node_modules/${name}` in packages || `${place}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });

  it("names no registry: each machine asks its own", () => {
    expect(placesOf(installed.filter(([, { resolved }]) => resolved))).toEqual([]);
  });

  it("lets no package run a script on installation, but those that have to", () => {
    const scripted = installed.filter(([, { hasInstallScript }]) => hasInstallScript);
    const names = placesOf(scripted).map((place) => place.replace(/^.*node_modules\//, ""));
    expect(names.sort()).toEqual(Object.keys(packageJson.allowScripts).sort());
  });

  it("has nothing that is deprecated", () => {
    expect(placesOf(installed.filter(([, { deprecated }]) => deprecated !== undefined))).toEqual(
      [],
    );
  });
});

describe("the packages of a production installation", () => {
  it("hold one Node, the same for each platform", () => {
    const nodes = runtime.filter(([, { bin }]) => bin?.node !== undefined);
    const { optionalDependencies } = packageJson;
    expect(placesOf(nodes)).toEqual(
      Object.keys(optionalDependencies).map((name) => `node_modules/${name}`),
    );
    expect(new Set(nodes.map(([, { version }]) => version))).toEqual(
      new Set([Object.values(optionalDependencies)[0]]),
    );
  });

  it("run no script on installation", () => {
    expect(placesOf(runtime.filter(([, { hasInstallScript }]) => hasInstallScript))).toEqual([]);
  });

  it("are what their checksums say", () => {
    const unchecked = runtime.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"));
    expect(placesOf(unchecked)).toEqual([]);
    expect(runtime.length).toBeGreaterThan(100);
  });

  it("hold whatever the program imports", () => {
    const imported = new Set(readSources("src").flatMap(packagesIn));
    expect([...imported].sort()).toEqual(
      [...imported].filter((name) => name in packageJson.dependencies).sort(),
    );
    expect(imported).toContain("@slack/bolt");
  });

  it.each(["start", "doctor", "dead-letters", "backup", "restore", "migrate"] as const)(
    "hold what npm run %s calls",
    (script) => {
      const command = packageJson.scripts[script].split(" || ").at(-1);
      expect(command?.split(" ")[0]).toBe("node");
    },
  );
});

/** The packages that a source loads when it runs: what it only takes types from is gone by then. */
function packagesIn({ text }: { readonly text: string }): string[] {
  const imports = text.matchAll(
    /^(?:import(?! type )|export(?! type ))[^;]*? from "([^"]+)"|^import "([^"]+)"/gm,
  );
  return [...imports]
    .map(([, from, bare]) => from ?? bare ?? "")
    .filter((specifier) => !/^(\.|node:)/.test(specifier))
    .map((specifier) => specifier.match(/^(?:@[^/]+\/)?[^/]+/)?.[0] ?? specifier);
}
