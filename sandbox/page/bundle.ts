import { join } from "node:path";
import { build } from "esbuild";

export interface Bundle {
  readonly script: string;
  readonly style: string;
}

const CLIENT = join(import.meta.dirname, "client");

let bundle: Promise<Bundle> | undefined;

/** The page's script and style, built in memory from `client/`, once in a process. */
export function bundlePage(): Promise<Bundle> {
  bundle ??= buildPage();
  return bundle;
}

async function buildPage(): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: [join(CLIENT, "main.tsx"), join(CLIENT, "styles/main.css")],
    entryNames: "[name]",
    outdir: "/",
    write: false,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2023",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  const find = (extension: string): string =>
    outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? "";
  return { script: find(".js"), style: find(".css") };
}
