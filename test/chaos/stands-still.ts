import { readFile } from "node:fs/promises";

/** Whether a process is stopped by a signal. Also true of one that has ended: it does nothing more. */
export async function standsStill(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") X");
  // The state stands behind the name, which may hold anything.
  return /^ [TXZ]/.test(stat.slice(stat.lastIndexOf(")") + 1));
}
