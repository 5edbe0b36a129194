/**
 * A process of its own that outlives the one that started it by a moment: when that ends, in whatever way, it kills every
 * process that it was told of. Each line that it reads is `+PID` or `-PID`.
 */
const pids = new Set<number>();
let rest = "";

process.stdin.setEncoding("utf8").on("data", (text: string) => {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const pid = Number(line.slice(1));
    if (line.startsWith("+")) pids.add(pid);
    else pids.delete(pid);
  }
});

process.stdin.on("end", () => {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
});
