import module from "node:module";
import { join } from "node:path";

// An older Node knows neither what follows nor TypeScript, and would not say what it lacks. `npm ci` may leave its own Node
// out in silence: it is an optional package.
if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write(
    `The bridge needs Node 24, but runs on ${process.versions.node}. Where there is a package of Node for the machine, npm ci brings it, unless it could not be fetched or optional packages are left out.\n`,
  );
  process.exit(78);
}

// In JavaScript, so that Node need not load what takes the types out of TypeScript. That stays in memory, 20 MB of it, and
// takes half the time of a start; a start that finds this folder reads what came of it instead. The environment may name
// another folder; to Node an empty name is the folder that it runs in. Threads learn of it by the variable.
process.env.NODE_COMPILE_CACHE ||= join(import.meta.dirname, "../node_modules/.cache/start");
module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
await import("./main.ts");
// Not only at the end, because a process that is killed would leave nothing.
module.flushCompileCache();
// What the start needed once, a tenth of the memory, would stay until Node finds nothing to do for a while.
globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
