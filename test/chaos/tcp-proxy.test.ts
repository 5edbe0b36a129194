import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { startTcpProxy, type TcpProxy, type TcpProxyOptions } from "./tcp-proxy.ts";

/** A server that keeps what it hears and answers each piece in capitals. */
async function startLine(options: Partial<TcpProxyOptions> = {}) {
  let heard = "";
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      heard += bytes.toString();
      socket.write(bytes.toString().toUpperCase());
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy = await startTcpProxy({
    targetPort: (server.address() as AddressInfo).port,
    ...options,
  });
  onTestFinished(async () => {
    await proxy.close();
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  return { proxy, heard: () => heard };
}

function call(proxy: TcpProxy) {
  const socket = connect(proxy.port, "127.0.0.1");
  let answer = "";
  const closed = Promise.withResolvers<string | undefined>();
  socket.on("data", (bytes) => {
    answer += bytes.toString();
  });
  socket.on("error", (error: NodeJS.ErrnoException) => closed.resolve(error.code));
  socket.on("close", () => closed.resolve(undefined));
  onTestFinished(() => void socket.destroy());
  return { socket, answer: () => answer, closed: closed.promise };
}

it("passes on what both sides say, and the end of it", async () => {
  const { proxy, heard } = await startLine();
  const { socket, answer, closed } = call(proxy);
  socket.write("hello");
  await expect.poll(answer).toBe("HELLO");
  expect(proxy.nearPorts).toHaveLength(1);
  socket.end();
  expect(await closed).toBeUndefined();
  expect(heard()).toBe("hello");
});

it("resets every connection, and every new one, while it is cut", async () => {
  const { proxy } = await startLine();
  const before = call(proxy);
  before.socket.write("hello");
  await expect.poll(before.answer).toBe("HELLO");
  proxy.cut();
  expect(await before.closed).toBe("ECONNRESET");
  expect(await call(proxy).closed).toBe("ECONNRESET");
  proxy.resume();
  const after = call(proxy);
  after.socket.write("again");
  await expect.poll(after.answer).toBe("AGAIN");
});

it("keeps what is said while it is stalled, and passes it on afterwards", async () => {
  const sent: string[] = [];
  const { proxy, heard } = await startLine({ onSent: (bytes) => sent.push(bytes.toString()) });
  const before = call(proxy);
  before.socket.write("one ");
  await expect.poll(before.answer).toBe("ONE ");
  proxy.stall();
  const during = call(proxy);
  await once(during.socket, "connect");
  before.socket.write("two ");
  during.socket.write("three ");
  const stillOpen = call(proxy);
  await once(stillOpen.socket, "connect");
  expect([heard(), sent]).toEqual(["one ", ["one "]]);
  proxy.resume();
  await expect.poll(before.answer).toBe("ONE TWO ");
  await expect.poll(during.answer).toBe("THREE ");
});

it("stalls right behind the beginning of what matches", async () => {
  const { proxy, heard } = await startLine();
  const { socket, answer } = call(proxy);
  const isStalled = proxy.stallBehind((bytes) => bytes.includes("commit"), 0.5);
  socket.write("begin ");
  await expect.poll(answer).toBe("BEGIN ");
  socket.write("commit");
  await isStalled;
  await expect.poll(heard).toBe("begin com");
  proxy.resume();
  await expect.poll(answer).toBe("BEGIN COMMIT");
});

it("forgets what it kept for somebody who has gone", async () => {
  const { proxy, heard } = await startLine({ forgetsTheGone: true });
  const gone = call(proxy);
  gone.socket.write("hello ");
  await expect.poll(gone.answer).toBe("HELLO ");
  proxy.stall();
  gone.socket.write("never ");
  gone.socket.destroy();
  await gone.closed;
  const here = call(proxy);
  here.socket.write("here ");
  await once(here.socket, "connect");
  await expect.poll(() => proxy.clients).toBe(1);
  proxy.resume();
  await expect.poll(here.answer).toBe("HERE ");
  expect(heard()).toBe("hello here ");
});
