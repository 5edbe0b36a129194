import { type App, startApp } from "../../src/app.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { createLog } from "../../src/log.ts";
import type { BridgeProcess, createBridgeProcess } from "../bridge-process.ts";

/** The bridge in the process of the tests, for those in which nobody kills it: a process of its own takes a second to start. */
export function createBridgeHere({
  env,
  clock,
  onChange,
}: Parameters<typeof createBridgeProcess>[0]): BridgeProcess {
  let app: App | undefined;
  return {
    get status() {
      return { state: app ? "running" : "stopped", pid: process.pid, problem: "" } as const;
    },
    get url() {
      return `http://127.0.0.1:${app?.port}`;
    },
    async start() {
      app = await startApp(readConfig({ ...env, PORT: "0" }), createLog("silent", { write() {} }), {
        clock,
      });
      onChange();
    },
    kill: () => Promise.reject(new Error("this bridge cannot be killed")),
    async stop() {
      await app?.stop();
    },
  };
}
