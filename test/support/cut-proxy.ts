import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** The network between a client and a server, which can be disturbed; gone when the test ends. */
export interface CutProxy {
  readonly port: number;
  /** Breaks all connections, and lets no new one come about. */
  cut(): void;
  /** Takes whatever comes and passes nothing on, not even that a side has ended. */
  stall(): void;
  /** As `stall`, but what clients send arrives. */
  holdAnswers(): void;
  /** Passes on so many bytes more of what clients send, and then stalls. */
  stallAfter(bytes: number): void;
  /** Passes on what was held, and all that comes. */
  resume(): void;
}

export async function startCutProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<CutProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let isCut = false;
  /** How many bytes may pass. */
  const left = { requests: Number.POSITIVE_INFINITY, answers: Number.POSITIVE_INFINITY };
  /** What is to be done when it goes on again. */
  let held: (() => void)[] = [];

  function pass(from: Socket, to: Socket, kind: keyof typeof left): void {
    const whenPassing = (act: () => void) => {
      if (left[kind] > 0) act();
      else held.push(act);
    };
    from.on("data", (bytes) => {
      const now = bytes.subarray(0, left[kind]);
      left[kind] -= now.length;
      if (now.length > 0) to.write(now);
      const rest = bytes.subarray(now.length);
      if (rest.length > 0) held.push(() => to.write(rest));
    });
    from.on("end", () => whenPassing(() => to.end()));
    from.on("error", () => whenPassing(() => to.destroy()));
  }

  function breakAll(): void {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
    pairs.clear();
    held = [];
  }

  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = connect({ ...target, allowHalfOpen: true });
    const pair = [client, upstream] as const;
    pairs.add(pair);
    client.on("close", () => pairs.delete(pair));
    pass(client, upstream, "requests");
    pass(upstream, client, "answers");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    breakAll();
  });

  const allow = (requests: number, answers: number) => Object.assign(left, { requests, answers });

  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      breakAll();
    },
    stall: () => allow(0, 0),
    holdAnswers: () => allow(Number.POSITIVE_INFINITY, 0),
    stallAfter: (bytes) => allow(bytes, 0),
    resume() {
      isCut = false;
      allow(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
      for (const act of held.splice(0)) act();
    },
  };
}
