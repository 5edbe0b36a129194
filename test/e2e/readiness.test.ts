import { statfs } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { sign } from "../../fakes/slack/http-delivery.ts";
import { DEFAULT_SCOPES } from "../../fakes/slack/identity.ts";
import { startCutProxy } from "../support/cut-proxy.ts";
import { metricsOf } from "../support/metrics.ts";
import { createDatabase, describePostgres } from "../support/postgres.ts";
import { readyzNow } from "../support/readyz.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { inBridgeFile, PEOPLE, startTeams } from "../support/two-teams.ts";
import { CALLBACK_TOKEN, startWorld, type World } from "../support/world.ts";

interface Answer {
  readonly status: number;
  readonly body: { readonly status: string; readonly checks: Readonly<Record<string, string>> };
}

async function ask(world: World, path: "/readyz" | "/readyz/intake"): Promise<Answer> {
  const answer = await fetch(world.bridgeUrl() + path);
  return { status: answer.status, body: (await answer.json()) as Answer["body"] };
}

const alarmsIn = ({ log }: World) =>
  log.lines.filter(({ event }) => event === "alarm.raised").map(({ fields }) => fields.advice);

async function homeOf({ slack }: World): Promise<string> {
  await slack.openHome({ user: "U0ANNA" });
  const home = await slack.waitFor(() => slack.state.homes.get("U0ANNA"));
  return JSON.stringify(home);
}

describe("/readyz", () => {
  it("is red as soon as the bot is not in its channel any more, and green when it is back", async () => {
    const world = await startWorld();
    const channel = world.slack.state.channels.get(world.slack.channel);
    channel?.members.delete(world.slack.botUserId);

    const { status, body } = await ask(world, "/readyz");

    expect(status).toBe(503);
    expect(body.checks).toMatchObject({
      store: "ok",
      slack: expect.stringMatching(/^SLACK_CHANNEL C0SUPPORT: the bot is not in it; .*\/invite/),
      parley: "ok",
    });
    expect(alarmsIn(world)).toEqual([expect.stringMatching(/the bot is not in it; .*\/invite/)]);
    expect((await ask(world, "/readyz/intake")).status).toBe(200);
    expect(await homeOf(world)).toContain("the bot is not in it");
    expect(await metricsOf(world)).toContain('parley_bridge_alarm{alarm="slack-setup"} 1');
    channel?.members.add(world.slack.botUserId);
    await expect.poll(() => readyzNow(world), PATIENCE).toHaveProperty("status", 200);
    expect(await metricsOf(world)).toContain('parley_bridge_alarm{alarm="slack-setup"} 0');
  });

  it("is red when the channel is archived", async () => {
    const world = await startWorld();
    await world.slack.archive({ user: "U0ANNA" });

    const { status, body } = await ask(world, "/readyz");

    expect(status).toBe(503);
    expect(body.checks.slack).toMatch(/C0SUPPORT is archived; unarchive it/);
  });

  it.each(["reactions:read", "users:read", "channels:read", "channels:history"])(
    "is red without the scope %s, which the start says at once",
    async (missing) => {
      const scopes = DEFAULT_SCOPES.filter((scope) => scope !== missing);
      const world = await startWorld({ slack: { scopes } });

      expect(alarmsIn(world)).toEqual([
        expect.stringMatching(
          new RegExp(`lacks the scope ${missing}; .*manifest.yml.*install the app again`),
        ),
      ]);
      const { status, body } = await ask(world, "/readyz");
      expect(status).toBe(503);
      expect(body.checks["slack-setup"]).toContain(missing);
      expect((await ask(world, "/readyz/intake")).status).toBe(200);
      await handOver(world);
    },
  );

  it("needs only the scopes of the kind of channel and of what is switched on", async () => {
    const scopes = DEFAULT_SCOPES.filter(
      (scope) => !scope.startsWith("channels:") && scope !== "chat:write.customize",
    );
    const channels = [
      { id: "G0PRIVATE", name: "private", isPrivate: true, members: ["U0ANNA", "U0BRIDGE1"] },
    ];
    const world = await startWorld({
      slack: { scopes, channels },
      env: { SLACK_CHANNEL: "G0PRIVATE" },
    });

    expect((await ask(world, "/readyz")).status).toBe(200);
    await world.stopBridge();
    await world.startBridge({ SHOW_USER_IDENTITY: "true" });
    expect((await ask(world, "/readyz")).body.checks["slack-setup"]).toContain(
      "chat:write.customize",
    );
  });

  it("needs the scope for direct messages only where a team names somebody", async () => {
    const scopes = DEFAULT_SCOPES.filter((scope) => scope !== "im:write");
    const world = await startWorld({ slack: { scopes } });

    expect((await ask(world, "/readyz")).status).toBe(200);
    await world.stopBridge();
    await world.startBridge(await inBridgeFile([{ name: "Support", leads: ["U0ANNA"] }]));
    expect((await ask(world, "/readyz")).body.checks["slack-setup"]).toContain("im:write");
  });

  it.each(["slack", "parley"] as const)("leaves /readyz/intake green without %s", async (side) => {
    const world = await startWorld();
    world[side].faults.add("*", { kind: "status", status: 503 });

    expect((await ask(world, "/readyz")).status).toBe(503);
    expect(await ask(world, "/readyz/intake")).toEqual({
      status: 200,
      body: { status: "ready", checks: { store: "ok" } },
    });
  });
});

describe("/metrics", () => {
  it("tells what runs, and what the process needs", async () => {
    const metrics = await metricsOf(await startWorld());

    expect(metrics).toContainEqual(
      expect.stringMatching(
        /^parley_bridge_build_info\{version="\d+\.\d+\.\d+",node="v24\.\d+\.\d+",mode="test",transport="http"\} 1$/,
      ),
    );
    for (const name of ["process_resident_memory_bytes", "nodejs_eventloop_lag_seconds"]) {
      expect(metrics).toContainEqual(expect.stringMatching(new RegExp(`^${name} [\\d.e-]+$`)));
    }
  });

  it.each([false, true])("tells how long nothing came, Socket Mode: %s", async (socketMode) => {
    const world = await startWorld({ socketMode });
    /** When the last one came by our clock, s: between these two. */
    const lastFrom = async (from: string): Promise<{ earliest: number; latest: number }> => {
      const before = performance.now() / 1000;
      const lines = await metricsOf(world);
      const after = performance.now() / 1000;
      const name = `parley_bridge_last_request_seconds{from="${from}"} `;
      const since = Number(lines.find((line) => line.startsWith(name))?.slice(name.length));
      return { earliest: before - since, latest: after - since };
    };
    const { user, ts } = await handOver(world);

    for (const [from, send] of [
      ["parley", () => world.parley.userWrites(user.id, "Hello")],
      ["slack", () => world.slack.post({ user: "U0ANNA", threadTs: ts, text: "Hi" })],
    ] as const) {
      const { latest } = await lastFrom(from);
      const again = async () => {
        await (await send()).delivered;
        return (await lastFrom(from)).earliest;
      };
      await expect.poll(again, PATIENCE).toBeGreaterThan(latest);
    }
  });

  it("tells what each check of /readyz found when it ran last", async () => {
    const world = await startWorld({ socketMode: true });
    const ready = async (check: string, value: number) =>
      expect(await metricsOf(world)).toContain(`parley_bridge_ready{check="${check}"} ${value}`);

    await ask(world, "/readyz");
    for (const check of ["store", "slack", "socket", "parley"]) await ready(check, 1);

    world.parley.faults.add("*", { kind: "status", status: 503 });
    world.advance(6_000);
    await ask(world, "/readyz");
    await ready("parley", 0);
    await ready("store", 1);
  });

  it("tells which teams are open, by the bridge's clock", async () => {
    const DAY_MS = 24 * 60 * 60_000;
    const day = (ahead: number) => new Date(Date.now() + ahead * DAY_MS).toISOString().slice(0, 10);
    const hours = {
      always: { timezone: "UTC", open: { "mon-sun": "00:00-24:00" } },
      later: {
        timezone: "UTC",
        open: { "mon-sun": "00:00-24:00" },
        closed: [`${day(-1)}..${day(1)}`],
      },
    };
    const world = await startWorld({
      slack: PEOPLE,
      env: await inBridgeFile(
        [
          { name: "Support", hours: "always" },
          { name: "Billing", channel: "C0BILLING", hours: "later", when: [{ reason: "refund" }] },
        ],
        { hours },
      ),
    });
    const open = async () =>
      (await metricsOf(world)).filter((line) => line.startsWith("parley_bridge_team_open{"));

    const [support, billing] = ["Support", "Billing"].map(
      (team) => `parley_bridge_team_open{team="${team}"}`,
    );
    expect(await open()).toEqual([`${support} 1`, `${billing} 0`]);
    world.advance(3 * DAY_MS);
    expect(await open()).toEqual([`${support} 1`, `${billing} 1`]);
  });

  it("tells how much room is left on the disk of the state's file", async () => {
    const world = await startWorld();
    const file = String(world.env.STATE_URL).replace("sqlite:", "");
    const { blocks, bsize } = await statfs(file);

    const [bytes = ""] = (await metricsOf(world)).flatMap(
      (line) => /^parley_bridge_state_free_bytes (.+)/.exec(line)?.[1] ?? [],
    );
    expect(Number(bytes)).toBeGreaterThan(0);
    expect(Number(bytes)).toBeLessThan(blocks * bsize);
  });

  it("counts what was refused, says which variable may be wrong, and stays green", async () => {
    const world = await startWorld();
    const body = "{}";
    const timestamp = String(Math.floor(Date.now() / 1000));
    const post = (path: string, headers: Record<string, string>) =>
      fetch(world.bridgeUrl() + path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body,
      });
    const signed = {
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": sign("an0ther-s1gning-secret", timestamp, body),
    };

    expect((await post("/slack/events", signed)).status).toBe(401);
    expect((await post("/slack/events", {})).status).toBe(401);
    expect((await post("/parley/callback", { authorization: "an0ther-t0ken" })).status).toBe(401);

    const metrics = await metricsOf(world);
    expect(metrics).toContain('parley_bridge_refused_requests_total{from="slack"} 2');
    expect(metrics).toContain('parley_bridge_refused_requests_total{from="parley"} 1');
    const advice = world.log.lines.flatMap(({ event, fields }) =>
      event.endsWith(".refused") ? [[event, fields.advice]] : [],
    );
    expect(advice).toEqual([
      ["slack.refused", expect.stringContaining("SLACK_SIGNING_SECRET")],
      ["slack.refused", expect.stringContaining("SLACK_SIGNING_SECRET")],
      ["callback.refused", expect.stringContaining("PARLEY_CALLBACK_TOKEN")],
    ]);
    expect((await ask(world, "/readyz")).status).toBe(200);
    expect(alarmsIn(world)).toEqual([]);
  });

  it.each([
    ["slack", "/slack/events", {}, "{}"],
    ["parley", "/parley/callback", {}, "{}"],
    ["parley", "/parley/handovers", { authorization: CALLBACK_TOKEN }, '{"userId":""}'],
  ] as const)("counts a flood from %s to %s, which the log names once", async (...given) => {
    const [from, path, headers, body] = given;
    const world = await startWorld();
    const knock = () => fetch(world.bridgeUrl() + path, { method: "POST", headers, body });

    const answers = await Promise.all(Array.from({ length: 50 }, knock));

    expect(answers.every(({ ok }) => !ok)).toBe(true);
    expect(await metricsOf(world)).toContain(
      `parley_bridge_refused_requests_total{from="${from}"} 50`,
    );
    expect(world.log.lines.filter(({ event }) => event.endsWith(".refused"))).toHaveLength(1);
  });
});

it("tells at the start what has started", async () => {
  const world = await startWorld({ env: { REPLY_MODE: "explicit" } });

  const started = world.log.lines.find(({ event }) => event === "app.started");

  expect(started?.fields).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    node: expect.stringMatching(/^v24\./),
    mode: "test",
    transport: "http",
    reply_mode: "explicit",
    channel: "C0SUPPORT",
    channel_name: "support",
  });
});

it("tells at the start the channels of all teams where a file names them", async () => {
  const world = await startTeams();

  const started = world.log.lines.find(({ event }) => event === "app.started");

  expect(started?.fields).toMatchObject({
    channels: ["C0BILLING", "C0SUPPORT"],
    channel_names: ["billing", "support"],
  });
  expect(started?.fields).not.toHaveProperty("channel");
});

describePostgres("/metrics of a replica that has lost its database", () => {
  it("tells that, and leaves out what only the database knows", async () => {
    const url = new URL(await createDatabase());
    const network = await startCutProxy({ host: url.hostname, port: Number(url.port) });
    url.port = String(network.port);
    const world = await startWorld({ replicas: 1, env: { STATE_URL: url.href } });

    network.cut();

    const alarm = 'parley_bridge_alarm{alarm="store"} 1';
    await expect.poll(() => metricsOf(world), PATIENCE).toContain(alarm);
    const names = (await metricsOf(world)).map((line) => /^\w+/.exec(line)?.[0]);
    expect(names).toContain("process_resident_memory_bytes");
    expect(names).toContain("parley_bridge_last_request_seconds");
    for (const name of [
      "open_conversations",
      "queue_items",
      "queue_oldest_seconds",
      "dead_letters",
    ]) {
      expect(names).not.toContain(`parley_bridge_${name}`);
    }
    network.resume();
    const again = 'parley_bridge_queue_items{queue="inbox"} 0';
    await expect.poll(() => metricsOf(world), PATIENCE).toContain(again);
    // Nor does the bridge know the database's disk.
    expect((await metricsOf(world)).join()).not.toContain("parley_bridge_state_free_bytes");
  });
});
