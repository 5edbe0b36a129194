import { expect, it, onTestFinished } from "vitest";
import { startApp } from "../../src/app.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { startCutProxy } from "../support/cut-proxy.ts";
import { createTables, describePostgres } from "../support/postgres.ts";
import { sentTo } from "../support/sent.ts";
import { handOver } from "../support/steps.ts";
import { startWorld } from "../support/world.ts";

/** So many that each of two replicas has the lanes of some. */
const USERS = 12;

describePostgres("a replica that cannot reach Parley", () => {
  it("leaves its lanes to another that can", async () => {
    const world = await startWorld({ replicas: 1, env: { STATE_URL: await createTables() } });
    const { slack, parley, env } = world;
    const parleyUrl = new URL(env.PARLEY_API_URL ?? "");
    const network = await startCutProxy({ host: parleyUrl.hostname, port: Number(parleyUrl.port) });
    parleyUrl.port = String(network.port);
    const other = await startApp(readConfig({ ...env, PARLEY_API_URL: parleyUrl.href }), world.log);
    onTestFinished(() => other.stop());
    const users: Awaited<ReturnType<typeof handOver>>[] = [];
    for (let user = 0; user < USERS; user++) users.push(await handOver(world));

    network.cut();

    for (const { ts } of users) await slack.post({ user: "U0ANNA", threadTs: ts, text: "Hello" });
    await parley.until(() => users.every(({ user }) => sentTo(world, user.id).length > 0), {
      timeoutMs: 30_000,
    });
    expect(users.map(({ user }) => sentTo(world, user.id))).toEqual(users.map(() => ["Hello"]));
  });
});
