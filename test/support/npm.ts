import { delimiter, join } from "node:path";

/** The PATH of the machine, without what the project installed: npm itself then runs on the machine's Node. */
export const MACHINE_PATH: string = (process.env.PATH ?? "")
  .split(delimiter)
  .filter((folder) => !folder.endsWith(join("node_modules", ".bin")))
  .join(delimiter);

/** The environment of this process as a person's shell has it: npm tells its scripts more, for which another npm would take it. */
export const shellEnv = (): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || /^(npm_|NODE_ENV$|INIT_CWD$)/.test(name) ? [] : [[name, value]],
    ),
  ),
  PATH: MACHINE_PATH,
});
