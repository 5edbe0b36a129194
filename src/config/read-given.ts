import { isAbsolute } from "node:path";
import { loadFile } from "./load-file.ts";
import { SECRET_VARIABLES, VARIABLES, type VariableName } from "./variables.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** What the environment says. */
export interface Given {
  /** Without white space around them, and never empty. */
  readonly values: Readonly<Partial<Record<VariableName, string>>>;
  /** Why what was given for a variable is none, one line for each; never a value. */
  readonly problems: ReadonlyMap<VariableName, string>;
}

/** No secret is so long; what is has been mistaken for one. */
const MAX_BYTES = 64 * 1024;

/**
 * Reads these variables, and the files in which secrets stand instead, each once. White space around a value is not a part of
 * it, nor is the byte order mark of a file, and an empty variable counts as unset.
 */
export function readGiven(env: Env, names: readonly VariableName[] = VARIABLES): Given {
  const values: Partial<Record<VariableName, string>> = {};
  const problems = new Map<VariableName, string>();
  for (const name of names) {
    const value = env[name]?.trim();
    const path = isSecret(name) ? env[`${name}_FILE`]?.trim() : undefined;
    const read = path ? readSecret(name, path, Boolean(value)) : { value };
    if ("problem" in read) problems.set(name, read.problem);
    else if (read.value) values[name] = read.value;
  }
  return { values, problems };
}

const isSecret = (name: VariableName): boolean => SECRET_VARIABLES.some((known) => known === name);

function readSecret(
  name: VariableName,
  path: string,
  isGivenTwice: boolean,
): { readonly value: string } | { readonly problem: string } {
  const variable = `${name}_FILE`;
  if (isGivenTwice) {
    return {
      problem: `${variable} is set besides ${name}; keep one of the two, and unset the other`,
    };
  }
  // Not shown: it may be the secret itself.
  if (!isAbsolute(path)) {
    return {
      problem: `${variable} must be the whole path of a file, such as /run/secrets/${name}; the secret itself belongs into ${name}`,
    };
  }
  const loaded = loadFile(path, MAX_BYTES);
  if (!("text" in loaded)) {
    return { problem: `${variable} is ${path}, which must be a file ${loaded.problem}` };
  }
  const value = loaded.text.trim();
  return value === ""
    ? { problem: `${variable} is ${path}, which is empty; write into it what belongs into ${name}` }
    : { value };
}
