import { expect, it, onTestFinished } from "vitest";
import { type HttpServer, readBody, startHttpServer } from "../../fakes/http/http-server.ts";
import { startRetryingBalancer, type WithoutAnswer } from "./retrying-balancer.ts";

type Behaviour = "answers" | "breaks off" | "is full";

/** Replicas that note what they get, behind a load balancer. */
async function startReplicas(behaviours: readonly Behaviour[], withoutAnswer: WithoutAnswer) {
  const got: string[] = [];
  const servers: HttpServer[] = [];
  for (const [index, behaviour] of behaviours.entries()) {
    servers.push(
      await startHttpServer(async (request, response) => {
        const body = (await readBody(request)).toString();
        got.push(
          `${index} ${request.method} ${request.url} ${String(request.headers.token)} ${body}`,
        );
        if (behaviour === "breaks off") request.socket.destroy();
        else response.writeHead(behaviour === "is full" ? 503 : 200).end(`by ${index}`);
      }),
    );
  }
  const balancer = await startRetryingBalancer(
    servers.map(({ url }) => url),
    withoutAnswer,
  );
  onTestFinished(async () => {
    await balancer.close();
    await Promise.all(servers.map((server) => server.close()));
  });
  const send = async (body: string) => {
    const response = await fetch(`${balancer.url}/path?x=1`, {
      method: "POST",
      headers: { token: "secret" },
      body,
    });
    return `${response.status} ${await response.text()}`;
  };
  return { got, servers, balancer, send };
}

it("gives each request as it came to the next replica", async () => {
  const { got, send } = await startReplicas(["answers", "answers"], "fails");
  expect([await send("a"), await send("b"), await send("c")]).toEqual([
    "200 by 0",
    "200 by 1",
    "200 by 0",
  ]);
  expect(got).toEqual([
    "0 POST /path?x=1 secret a",
    "1 POST /path?x=1 secret b",
    "0 POST /path?x=1 secret c",
  ]);
});

it("goes to the next one if a replica is not there", async () => {
  const { got, servers, send } = await startReplicas(["answers", "answers"], "fails");
  await servers[0]?.close();
  expect(await send("a")).toBe("200 by 1");
  expect(got).toHaveLength(1);
});

it.each<Behaviour>(["breaks off", "is full"])(
  "gives no request to two replicas where the first one %s",
  async (behaviour) => {
    const { got, send } = await startReplicas([behaviour, "answers"], "fails");
    expect(await send("a")).toMatch(/^50[23] /);
    expect(got).toHaveLength(1);
  },
);

it.each<Behaviour>(["breaks off", "is full"])(
  "repeats a request that a replica may have taken, if it is told to, where that one %s",
  async (behaviour) => {
    const { got, send, balancer } = await startReplicas([behaviour, "answers"], "repeats");
    expect(await send("a")).toBe("200 by 1");
    expect(got).toHaveLength(2);
    expect(balancer.counts).toEqual({ passedOn: 1, repeated: 1, failed: 0 });
  },
);

it("fails where nobody is there", async () => {
  const { servers, send } = await startReplicas(["answers"], "repeats");
  await servers[0]?.close();
  expect(await send("a")).toBe("502 Bad gateway");
});
