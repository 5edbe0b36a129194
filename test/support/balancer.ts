import { request as requestHttp } from "node:http";
import { pipeline } from "node:stream/promises";
import { type HttpServer, startHttpServer } from "../../fakes/http/http-server.ts";

/**
 * A load balancer in front of equal replicas: each request goes to the next one, whoever sends it and over whichever connection.
 * It passes on what it is given, byte for byte.
 */
export function startBalancer(targets: readonly string[]): Promise<HttpServer> {
  let turn = 0;
  return startHttpServer(async (request, response) => {
    const target = targets[turn++ % targets.length] ?? "";
    const { method, url: path, rawHeaders: headers } = request;
    const passedOn = requestHttp(target, { method, path, headers, agent: false });
    // Who does not wait for the answer any more has broken off at the replica too.
    response.once("close", () => passedOn.destroy());
    const answered = new Promise<void>((resolve, reject) => {
      passedOn.once("error", reject);
      passedOn.once("response", (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        pipeline(answer, response).then(resolve, reject);
      });
    });
    // A replica may answer before it has read all of it, and read no more.
    request.pipe(passedOn);
    await answered.catch(() => response.destroy());
  });
}
