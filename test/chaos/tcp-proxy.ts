import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A network between a client and a server on loopback, which can be cut and stalled. */
export interface TcpProxy {
  readonly port: number;
  /** The near ends of the connections to the server, by which the server knows them. */
  readonly nearPorts: readonly number[];
  /** How many clients there are that have not ended. */
  readonly clients: number;
  /** Resets every connection, and every new one, until {@link resume}. */
  cut(): void;
  /** From now on takes bytes in on both sides and passes none on; new connections lead nowhere. */
  stall(): void;
  /**
   * Stalls right behind the next bytes of a client that match: all of these are passed, or with `part` (0 to 1) only their
   * beginning, and no answer. Resolves then; never, if there is a {@link resume} before.
   */
  stallBehind(matches: (bytes: Buffer) => boolean, part?: number): Promise<void>;
  /** Passes on what was kept, and everything from now on. */
  resume(): void;
  close(): Promise<void>;
}

export interface TcpProxyOptions {
  readonly targetPort: number;
  /** Hears whatever leaves for the server, at the moment when it does. */
  readonly onSent?: (bytes: Buffer) => void;
  /** What was kept for a client who has gone meanwhile is not passed on, so that it never arrives. */
  readonly forgetsTheGone?: boolean;
}

interface Trap {
  matches(bytes: Buffer): boolean;
  readonly part: number;
  readonly sprung: () => void;
}

/** Both ends of one connection. */
interface Line {
  readonly client: Socket;
  /** Missing: it came while the network was stalled. */
  server?: Socket;
  readonly kept: { up: Buffer[]; down: Buffer[] };
  readonly hasEnded: { client: boolean; server: boolean };
}

export async function startTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  const { targetPort, onSent, forgetsTheGone = false } = options;
  const lines = new Set<Line>();
  let state: "open" | "stalled" | "cut" = "open";
  let trap: Trap | undefined;

  const drop = (line: Line): void => {
    lines.delete(line);
    line.client.resetAndDestroy();
    line.server?.resetAndDestroy();
  };

  const sendUp = (line: Line, bytes: Buffer): void => {
    line.server?.write(bytes);
    onSent?.(bytes);
  };

  function onClientBytes(line: Line, bytes: Buffer): void {
    if (state === "stalled" || !line.server) {
      line.kept.up.push(bytes);
      return;
    }
    if (!trap?.matches(bytes)) {
      sendUp(line, bytes);
      return;
    }
    const { part, sprung } = trap;
    trap = undefined;
    const length = Math.ceil(bytes.length * part);
    sendUp(line, bytes.subarray(0, length));
    state = "stalled";
    if (length < bytes.length) line.kept.up.push(bytes.subarray(length));
    sprung();
  }

  /** Tells each side that the other one has ended, once it has got everything of it. */
  function passEnds(line: Line): void {
    if (state === "stalled") return;
    if (line.hasEnded.client) line.server?.end();
    if (line.hasEnded.server) line.client.end();
    if (line.hasEnded.client && line.hasEnded.server) lines.delete(line);
  }

  function connectTo(line: Line): void {
    const server = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
    line.server = server;
    server.setNoDelay(true);
    server.on("data", (bytes: Buffer) => {
      if (state === "stalled") line.kept.down.push(bytes);
      else line.client.write(bytes);
    });
    server.on("end", () => {
      line.hasEnded.server = true;
      passEnds(line);
    });
    server.on("error", () => {
      line.hasEnded.server = true;
      if (state !== "stalled") drop(line);
    });
  }

  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (state === "cut") {
      client.on("error", () => undefined);
      client.resetAndDestroy();
      return;
    }
    const line: Line = {
      client,
      kept: { up: [], down: [] },
      hasEnded: { client: false, server: false },
    };
    lines.add(line);
    client.setNoDelay(true);
    client.on("data", (bytes: Buffer) => onClientBytes(line, bytes));
    client.on("end", () => {
      line.hasEnded.client = true;
      passEnds(line);
    });
    client.on("error", () => {
      line.hasEnded.client = true;
      if (state !== "stalled") drop(line);
    });
    if (state === "open") connectTo(line);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    get nearPorts() {
      return [...lines].flatMap((line) => line.server?.localPort ?? []);
    },
    get clients() {
      return [...lines].filter(({ hasEnded }) => !hasEnded.client).length;
    },
    cut() {
      state = "cut";
      trap = undefined;
      for (const line of [...lines]) drop(line);
    },
    stall() {
      state = "stalled";
      trap = undefined;
    },
    stallBehind(matches, part = 1) {
      const { promise, resolve } = Promise.withResolvers<void>();
      trap = { matches, part, sprung: resolve };
      return promise;
    },
    resume() {
      state = "open";
      trap = undefined;
      for (const line of [...lines]) {
        if (forgetsTheGone && line.hasEnded.client) {
          drop(line);
          continue;
        }
        if (!line.server) connectTo(line);
        for (const bytes of line.kept.up.splice(0)) sendUp(line, bytes);
        for (const bytes of line.kept.down.splice(0)) line.client.write(bytes);
        passEnds(line);
      }
    },
    async close() {
      for (const line of [...lines]) drop(line);
      server.close();
      await once(server, "close");
    },
  };
}
