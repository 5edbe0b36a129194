import { describe, expect, it, onTestFinished } from "vitest";
import { spawnBridge, startBridgeProcess } from "../support/process.ts";
import { connectTo, head } from "../support/raw-request.ts";
import { PATIENCE } from "../support/steps.ts";
import { CALLBACK_TOKEN, startWorld, type World } from "../support/world.ts";

const events = (bridge: Awaited<ReturnType<typeof startBridgeProcess>>) =>
  bridge.lines.map(({ msg }) => msg);

/** Longer than any test: what is cut off at the deadline would be noticed. */
const NO_DEADLINE = { STOP_DEADLINE_SECONDS: "600" };

/** A module that runs inside of the bridge's process, and throws where nobody catches it when a signal comes. */
const crashing = (how: string) =>
  `--import=data:text/javascript,${encodeURIComponent(`process.on("SIGUSR2", () => { ${how} })`)}`;

const startStopped = (): Promise<World> => startWorld({ stopped: true });

describe("the process", () => {
  it("stops in order when it gets one signal twice", async () => {
    const bridge = await startBridgeProcess(await startStopped(), NO_DEADLINE);

    bridge.signal("SIGINT");
    bridge.signal("SIGTERM");

    expect(await bridge.exited).toEqual({ code: 0, signal: null });
    expect(events(bridge).at(-1)).toBe("app.stopped");
  });

  it.each([
    ["its headers", ["POST /parley/callback HTTP/1.1", "host: bridge", ""].join("\r\n")],
    [
      "its body",
      head("POST /parley/callback HTTP/1.1", {
        host: "bridge",
        authorization: CALLBACK_TOKEN,
        "content-length": "100",
      }),
    ],
  ])("does not wait for a request that has not sent %s", async (_, start) => {
    const bridge = await startBridgeProcess(await startStopped(), NO_DEADLINE);
    const { port } = await bridge.line("app.started");
    const connection = await connectTo(`http://127.0.0.1:${String(port)}`);
    onTestFinished(() => connection.destroy());
    connection.write(start);
    // The same loop has seen the bytes above when it answers this.
    await (await fetch(`http://127.0.0.1:${String(port)}/healthz`)).text();

    bridge.signal("SIGTERM");

    expect(await bridge.exited).toEqual({ code: 0, signal: null });
    expect(events(bridge)).toContain("app.stopped");
    await expect.poll(() => connection.isClosed, PATIENCE).toBe(true);
  });

  it.each(["slack", "parley"] as const)(
    "does not wait for an answer of %s that its start asks for",
    async (side) => {
      const world = await startStopped();
      const target = side === "slack" ? "auth.test" : "GET /services";
      const asked = Promise.withResolvers<void>();
      const write = () => asked.resolve();
      world[side].faults.add(target, { kind: "other-answer", isDone: false, write });
      const bridge = spawnBridge({ ...world.env, ...NO_DEADLINE });
      // How long a process takes until then is the machine's affair.
      await asked.promise;

      bridge.signal("SIGTERM");

      expect(await bridge.exited).toEqual({ code: 0, signal: null });
      expect(events(bridge).at(-1)).toBe("app.stopped");
    },
  );

  it.each([
    ["unhandledRejection", 'Promise.reject(new Error("a defect"))'],
    ["uncaughtException", 'throw new Error("a defect")'],
  ])("says what it was at an %s, stops in order and exits with 1", async (origin, how) => {
    const env = { ...NO_DEADLINE, NODE_OPTIONS: crashing(how) };
    const bridge = await startBridgeProcess(await startStopped(), env);

    process.kill(bridge.pid, "SIGUSR2");

    expect(await bridge.exited).toEqual({ code: 1, signal: null });
    expect(bridge.lines.find(({ msg }) => msg === "process.crashed")).toMatchObject({
      level: 50,
      origin,
      error: "a defect",
      stack: expect.stringContaining("Error: a defect"),
    });
    expect(events(bridge).at(-1)).toBe("app.stopped");
  });
});
