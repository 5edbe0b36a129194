import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a program in a container has. */
export interface Container {
  /** All that it sees of the machine; missing: it sees everything. */
  readonly root?: string;
  /** Of that root, or of the machine, cannot be written. */
  readonly readOnly: string;
  /** A folder of the machine, and where in `readOnly` it can be written. */
  readonly volume: { readonly source: string; readonly target: string };
  /** Whose rights it has: `uid:gid`; missing: our own user's, without capabilities. */
  readonly user?: string;
}

/** Whether this machine lets us make namespaces and mounts. */
export const canContain = ((): boolean => {
  try {
    execFileSync("unshare", ["--mount", "--pid", "--fork", "--mount-proc", "setpriv", "--dump"]);
    return true;
  } catch {
    return false;
  }
})();

/**
 * What has to stand before a program so that it starts as in a container: it is the first process (PID 1), has no capabilities
 * and cannot get any, and can write to the volume alone, and to a `/tmp` of its own if it has a root of its own.
 */
export function inContainer({ root, readOnly, volume, user }: Container): string[] {
  const script = [
    "set -e",
    'mount --bind "$1" "$1"',
    'mount -o remount,bind,ro "$1"',
    'mount --bind "$2" "$3"',
    ...(root ? ['mount -t proc proc "$4/proc"', 'mount -t tmpfs -o mode=1777 tmpfs "$4/tmp"'] : []),
    // Into what has been mounted there since.
    'cd "$PWD"',
    "shift 4",
    'exec "$@"',
  ].join("\n");
  const places = [readOnly, volume.source, volume.target, root ?? ""];
  return [
    ...["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"],
    ...["sh", "-c", script, "sh", ...places],
    // The three are for chroot alone; they end with root's rights.
    ...["setpriv", "--no-new-privs", "--inh-caps=-all"],
    `--bounding-set=-all${root ? ",+sys_chroot,+setuid,+setgid" : ""}`,
    ...(root ? ["chroot", ...(user ? [`--userspec=${user}`] : []), root] : []),
  ];
}

/** The process that such a command has started, by its number outside. */
export const firstProcessOf = (pid: number): number =>
  Number(readFileSync(join("/proc", `${pid}`, "task", `${pid}`, "children"), "utf8").trim());
