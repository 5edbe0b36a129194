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
  let left = Number.POSITIVE_INFINITY;
  /** What is to be done when it goes on again. */
  let held: (() => void)[] = [];

  function pass(from: Socket, to: Socket, isFromClient: boolean): void {
    from.on("data", (bytes) => {
      const now = isFromClient || left === 0 ? bytes.subarray(0, left) : bytes;
      if (isFromClient) left -= now.length;
      if (now.length > 0) to.write(now);
      const rest = bytes.subarray(now.length);
      if (rest.length > 0) held.push(() => to.write(rest));
    });
    from.on("end", () => {
      if (left > 0) to.end();
      else held.push(() => to.end());
    });
    from.on("error", () => {
      if (left > 0) to.destroy();
      else held.push(() => to.destroy());
    });
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
    pass(client, upstream, true);
    pass(upstream, client, false);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    breakAll();
  });

  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      breakAll();
    },
    stall() {
      left = 0;
    },
    stallAfter(bytes) {
      left = bytes;
    },
    resume() {
      isCut = false;
      left = Number.POSITIVE_INFINITY;
      for (const act of held.splice(0)) act();
    },
  };
}
