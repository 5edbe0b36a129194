import { request as requestHttp } from "node:http";
import { type HttpServer, readBody, startHttpServer } from "../fakes/http/http-server.ts";
import type { BridgeProcess, createBridgeProcess } from "./bridge-process.ts";

/** Several equal bridges over one database, behind a load balancer of their own: as one to whoever starts, kills or reaches them. */
export async function createReplicas(
  count: number,
  { port, logFile, ...options }: Parameters<typeof createBridgeProcess>[0],
  createBridge: typeof createBridgeProcess,
): Promise<BridgeProcess> {
  const all = Array.from({ length: count }, (_, index) =>
    createBridge({ ...options, port: 0, logFile: logFile.replace(/\.log$/, `-${index + 1}.log`) }),
  );
  const balancer = await startBalancer(all, port);
  const stopped = () => all.filter(({ status }) => status.state === "stopped");
  return {
    get status() {
      const oneOf = (state: string) => all.find(({ status }) => status.state === state)?.status;
      const status = oneOf("running") ?? oneOf("starting");
      return {
        state: status?.state ?? "stopped",
        pid: status?.pid ?? null,
        problem: all.find(({ status: { problem } }) => problem !== "")?.status.problem ?? "",
        replicas: {
          running: all.filter(({ status: { state } }) => state === "running").length,
          of: count,
        },
      };
    },
    url: balancer.url,
    async start() {
      await Promise.all(stopped().map((each) => each.start()));
    },
    // One: the others go on with what it had to do.
    async kill() {
      await all.find(({ status }) => status.state === "running")?.kill();
    },
    async stop() {
      await Promise.all(all.map((each) => each.stop()));
      await balancer.close();
    },
  };
}

/** Each request goes to the next replica that runs; to another one if that does not answer. */
function startBalancer(replicas: readonly BridgeProcess[], port: number): Promise<HttpServer> {
  let turn = 0;
  return startHttpServer(async (request, response) => {
    const body = await readBody(request);
    turn += 1;
    const running = replicas.filter(({ status }) => status.state === "running");
    for (const index of running.keys()) {
      const target = running[(turn + index) % running.length];
      const answered = await new Promise<boolean>((resolve) => {
        const { method, url: path, rawHeaders: headers } = request;
        const passedOn = requestHttp(target?.url ?? "", { method, path, headers, agent: false });
        passedOn.once("error", () => resolve(false));
        passedOn.once("response", (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
          answer.pipe(response).once("close", () => resolve(true));
        });
        passedOn.end(body);
      });
      if (answered || response.headersSent) return;
    }
    response.writeHead(503).end();
  }, port);
}
