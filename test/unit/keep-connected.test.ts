import { SocketModeReceiver } from "@slack/bolt";
import { expect, it, onTestFinished } from "vitest";
import { startFakeSlack } from "../../sandbox/slack/fake-slack.ts";
import { createAlarms } from "../../src/alarms.ts";
import { createBoltLog } from "../../src/slack/bolt-log.ts";
import { keepConnected } from "../../src/slack/keep-connected.ts";
import { webClientOptions } from "../../src/slack/web-api.ts";
import { captureLog } from "../support/captured-log.ts";

it("gives up a socket that opens and never says hello, and opens the next one", async () => {
  const slack = await startFakeSlack();
  const log = captureLog();
  const { client } = new SocketModeReceiver({
    appToken: slack.appToken,
    logger: createBoltLog(log),
    installerOptions: { clientOptions: webClientOptions(slack.apiUrl) },
    autoReconnectEnabled: false,
  });
  const sockets = keepConnected(client, { alarms: createAlarms(log), log, helloMs: 50 });
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
  await slack.waitFor(() => slack.socketConnections === 1);
  await expect.poll(() => connections).toBe(1);
  await sockets.check();
  expect(slack.calls("apps.connections.open")).toHaveLength(3);
  expect(log.lines.filter(({ event }) => event === "socket.not-open")).toHaveLength(2);
});
