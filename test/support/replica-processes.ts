import { onTestFinished } from "vitest";
import { findFreePort } from "../../bench/free-port.ts";
import { startBalancer } from "./balancer.ts";
import { type BridgeProcess, type LogLine, spawnBridge } from "./process.ts";
import { CALLBACK_TOKEN, type Env, type World } from "./world.ts";

/** One bridge, or several behind a load balancer, each a process of its own that keeps its port. */
export interface ReplicaProcesses {
  /** Where all of them are reached. */
  readonly url: string;
  /** What all of them have logged, also those that were there before. */
  readonly lines: readonly LogLine[];
  /** Stops and starts one after the other, as their service manager would. */
  restart(): Promise<void>;
}

/** For a world whose own bridge is stopped; the fakes know of them. */
export async function startReplicaProcesses(
  { slack, parley, env }: World,
  { count, changes = {} }: { readonly count: number; readonly changes?: Env },
): Promise<ReplicaProcesses> {
  const ports = await Promise.all(Array.from({ length: count }, findFreePort));
  const all: BridgeProcess[] = [];
  const start = async (port: number): Promise<BridgeProcess> => {
    const bridge = spawnBridge({ ...env, ...changes, PORT: String(port) });
    all.push(bridge);
    await bridge.line("app.started");
    return bridge;
  };
  const processes = await Promise.all(ports.map(start));
  const balancer = await startBalancer(ports.map((port) => `http://127.0.0.1:${port}`));
  onTestFinished(() => balancer.close());
  if (env.SLACK_APP_TOKEN === undefined) slack.deliverTo(`${balancer.url}/slack/events`);
  parley.registerCallback(parley.agentService.identification, `${balancer.url}/parley/callback`, {
    authorization: CALLBACK_TOKEN,
  });
  return {
    url: balancer.url,
    get lines() {
      return all.flatMap(({ lines }) => lines);
    },
    async restart() {
      for (const [index, port] of ports.entries()) {
        processes[index]?.signal("SIGTERM");
        await processes[index]?.exited;
        processes[index] = await start(port);
      }
    },
  };
}
