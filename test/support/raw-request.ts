import { connect } from "node:net";

/** What a server says to bytes that no HTTP client would send; the connection is closed when the test has seen it. */
export interface RawConnection {
  /** All that came back so far. */
  readonly received: string;
  readonly isClosed: boolean;
  write(bytes: string | Buffer): void;
  /** Reads nothing any more. */
  pause(): void;
  /** Goes away in the middle. */
  destroy(): void;
}

export async function connectTo(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let received = "";
  let isClosed = false;
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
  });
  // The other side may cut it.
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  return {
    get received() {
      return received;
    },
    get isClosed() {
      return isClosed;
    },
    write: (bytes) => {
      socket.write(bytes);
    },
    pause: () => {
      socket.pause();
    },
    destroy: () => {
      socket.destroy();
    },
  };
}

/** The lines of a request's head, with the empty line behind them. */
export const head = (first: string, headers: Readonly<Record<string, string>>): string =>
  [first, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), "", ""].join(
    "\r\n",
  );
