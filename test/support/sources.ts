import { globSync, readFileSync } from "node:fs";

export interface Source {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript file below a folder of the repository. */
export const readSources = (folder: string): readonly Source[] =>
  globSync(`${folder}/**/*.ts`)
    .sort()
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));
