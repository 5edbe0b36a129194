import { SocketModeReceiver } from "@slack/bolt";
import { expect, it, onTestFinished } from "vitest";
import { startFakeSlack } from "../../fakes/slack/fake-slack.ts";
import { createAlarms } from "../../src/alarms.ts";
import { createBoltLog } from "../../src/slack/bolt-log.ts";
import { keepConnected } from "../../src/slack/keep-connected.ts";
import { webClientOptions } from "../../src/slack/web-api.ts";
import { captureLog } from "../support/captured-log.ts";
import { PATIENCE } from "../support/steps.ts";

it("gives up a socket that opens and never says hello, and opens the next one", async () => {
  const slack = await startFakeSlack();
  const log = captureLog();
  const { client } = new SocketModeReceiver({
    appToken: slack.appToken,
    logger: createBoltLog(log),
    installerOptions: { clientOptions: webClientOptions(slack.apiUrl) },
    autoReconnectEnabled: false,
  });
  const sockets = keepConnected(client, { alarms: createAlarms(log), log, helloMs: 200 });
  onTestFinished(async () => {
    await sockets.stop();
    await slack.close();
  });
  slack.faults.add("socket", { kind: "hang" }, 2);
  let connections = 0;

  await sockets.start(() => {
    connections += 1;
  });

  await expect(sockets.check()).rejects.toThrow("no socket to Slack is open");
  await expect.poll(() => connections, PATIENCE).toBe(1);
  await sockets.check();
  expect(slack.socketConnections).toBe(1);
  // More where the machine is too busy to say hello in that time.
  const given = log.lines.filter(({ event }) => event === "socket.not-open").length;
  expect(given).toBeGreaterThanOrEqual(2);
  expect(slack.calls("apps.connections.open")).toHaveLength(given + 1);
});
