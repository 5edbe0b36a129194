import { execFile } from "node:child_process";
import { cp, mkdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { STAGES } from "../support/dockerfile.ts";

const run = promisify(execFile);

interface Build {
  /** The root of the image that all stages begin with. */
  readonly base: string;
  /** Where the Dockerfile copies from. */
  readonly context: string;
  /** Where a root for each stage is made. */
  readonly folder: string;
}

/**
 * Does what the Dockerfile says, line by line, in roots in place of layers. Returns the root of the last stage.
 *
 * @throws {Error} a step fails, or is none that is known here
 */
export async function buildImage({ base, context, folder }: Build): Promise<string> {
  const roots = new Map<string | undefined, string>();
  let root = base;
  for (const [index, stage] of STAGES.entries()) {
    root = join(folder, `stage-${index}`);
    await run("cp", ["-a", base, root]);
    roots.set(stage.name, root);
    let workdir = "/";
    let user = "root";
    // As Docker has it for every step.
    let env: readonly string[] = ["PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"];
    for (const { keyword, flags, words, shell } of stage.instructions) {
      if (keyword === "WORKDIR") {
        workdir = resolve(workdir, words[0] ?? "");
        await mkdir(join(root, workdir), { recursive: true });
      } else if (keyword === "COPY") {
        const from = flags.map((flag) => flag.replace(/^--from=/, ""))[0];
        const origin = from === undefined ? context : (roots.get(from) ?? "");
        await copy(origin, words, join(root, workdir));
      } else if (keyword === "ENV") env = [...env, ...words];
      else if (keyword === "USER") [user = user] = words;
      else if (keyword === "RUN") {
        const command = shell ? ["sh", "-c", words.join(" ")] : words;
        await runIn(root, { user, workdir, env, command });
      } else if (!["VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT"].includes(keyword)) {
        throw new Error(`${keyword} is not known here`);
      }
    }
  }
  return root;
}

/** A folder's contents go into the target; a file goes into it if it ends in "/", else it becomes it. */
async function copy(origin: string, words: readonly string[], workdir: string): Promise<void> {
  const target = words.at(-1) ?? "";
  for (const source of words.slice(0, -1)) {
    const from = join(origin, source);
    const isFolder = (await stat(from)).isDirectory();
    const to = resolve(workdir, target, isFolder || !target.endsWith("/") ? "" : basename(source));
    await cp(from, to, { recursive: true, verbatimSymlinks: true });
  }
}

interface Step {
  readonly user: string;
  readonly workdir: string;
  readonly env: readonly string[];
  readonly command: readonly string[];
}

async function runIn(root: string, { user, workdir, env, command }: Step): Promise<void> {
  const registry = process.env.NODE_EXTRA_CA_CERTS ? ["NODE_EXTRA_CA_CERTS=/etc/registry.pem"] : [];
  await run("chroot", [
    `--userspec=${user}:${user}`,
    root,
    ...["env", "-i", "-C", workdir, ...env, ...registry],
    ...command,
  ]);
}
