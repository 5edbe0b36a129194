import { request } from "node:http";
import { WebClient } from "@slack/web-api";
import { describe, expect, it } from "vitest";
import { settledIn } from "../support/attempts.ts";
import { nowSeconds, sendAsSlack } from "../support/send-as-slack.ts";
import { handOver, openModal, PATIENCE } from "../support/steps.ts";
import { postsIn, rootsOf, textsTo } from "../support/threads.ts";
import { CALLBACK_TOKEN, startWorld, type World } from "../support/world.ts";

const SECONDS_ALLOWED = 5 * 60;

/** A reply in a thread, as Slack would tell of it. */
const replyEvent = ({ slack }: World, threadTs: string, text: string) =>
  JSON.stringify({
    type: "event_callback",
    team_id: slack.teamId,
    api_app_id: slack.appId,
    event_id: `Ev${text}`,
    event_time: nowSeconds(),
    event: {
      type: "message",
      channel: slack.channel,
      channel_type: "channel",
      user: "U0ANNA",
      parent_user_id: slack.botUserId,
      text,
      ts: `${nowSeconds()}.000001`,
      thread_ts: threadTs,
    },
  });

const OTHER_SECRET = "0".repeat(32);

describe("over HTTP", () => {
  it.each([
    ["a signature of another secret", { secret: OTHER_SECRET }],
    ["no signature", { secret: OTHER_SECRET, signature: "" }],
    ["a signature of another length", { secret: OTHER_SECRET, signature: "v0=ab" }],
    ["an old timestamp", { timestamp: nowSeconds() - SECONDS_ALLOWED - 60 }],
    ["a timestamp of the future", { timestamp: nowSeconds() + SECONDS_ALLOWED + 60 }],
  ])("refuses %s with 401 and does nothing", async (_, forged) => {
    const world = await startWorld();
    const { slack, parley, log } = world;
    const { user, ts, outbox } = await handOver(world);
    const secret = slack.signingSecret;

    const answer = await sendAsSlack(world, replyEvent(world, ts, "Forged"), { secret, ...forged });

    expect(answer.status).toBe(401);
    // In the lane this would come behind the forged one.
    await sendAsSlack(world, replyEvent(world, ts, "Genuine"), { secret });
    await expect.poll(() => settledIn(log, outbox), PATIENCE).toHaveLength(1);
    expect(parley.sent(user.id).map(({ message }) => message)).toEqual(["Genuine"]);
  });

  it("refuses a forged command, and says nothing about Users", async () => {
    const world = await startWorld();
    const { user } = await handOver(world);
    const form = new URLSearchParams({ command: "/parley-owner", text: "" }).toString();

    const answer = await sendAsSlack(world, form, {
      secret: OTHER_SECRET,
      contentType: "application/x-www-form-urlencoded",
    });

    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain(user.id);
  });

  it.each([
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-8",
  ])("understands a command sent as %s", async (contentType) => {
    const world = await startWorld();
    const form = new URLSearchParams({
      command: "/parley-owner",
      text: "",
      user_id: "U0ANNA",
      channel_id: world.slack.channel,
      team_id: world.slack.teamId,
      trigger_id: "1.2.3",
      response_url: `${world.slack.url}/nowhere`,
    }).toString();

    const answer = await sendAsSlack(world, form, {
      secret: world.slack.signingSecret,
      contentType,
    });

    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ text: "No open conversations." });
  });

  it("serves everything on one port", async () => {
    const { bridgeUrl } = await startWorld();
    const status = async (path: string, method = "GET") =>
      (await fetch(bridgeUrl() + path, { method })).status;

    expect(await status("/healthz")).toBe(200);
    expect(await status("/readyz")).toBe(200);
    expect(await status("/metrics")).toBe(200);
    expect(await status("/parley/callback", "POST")).toBe(401);
    expect(await status("/slack/events", "POST")).toBe(401);
    expect(await status("/slack/events")).toBe(405);
    expect(await status("/")).toBe(404);
  });

  it.each(["//", "//[", "*"])("answers 404 to the malformed path %s and goes on", async (path) => {
    const { bridgeUrl } = await startWorld();
    const { hostname: host, port } = new URL(bridgeUrl());

    const status = await new Promise((resolve, reject) => {
      request({ host, port, path, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });

    expect(status).toBe(404);
    expect((await fetch(`${bridgeUrl()}/healthz`)).status).toBe(200);
  });
});

describe("in Socket Mode", () => {
  it("carries a conversation from handover to hand-back", async () => {
    const world = await startWorld({ socketMode: true });
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);

    await parley.userWrites(user.id, "Hello?");
    await slack.waitFor(() => postsIn(slack, ts)[0]);
    const reply = await slack.post({ user: "U0ANNA", threadTs: ts, text: "Hello!" });
    expect(await reply.delivered).toMatchObject({
      status: "delivered",
      via: "socket",
      attempts: 1,
    });
    await parley.until(() => parley.sent(user.id)[0]?.message === "Hello!");

    const view = await openModal(slack, reply.ts);
    const submission = await slack.submitView({
      user: "U0ANNA",
      viewId: view.id,
      values: { last_message: "Bye" },
    });
    expect(submission).toMatchObject({ status: "delivered", via: "socket" });
    await parley.until(() => parley.user(user.id).owner === parley.botService.identification);
    expect(parley.sent(user.id).at(-1)?.message).toBe("Bye");
    await slack.waitFor(() => /Handed back/.test(JSON.stringify(rootsOf(slack)[0]?.blocks)));
  });

  it("opens the form by the root's button and shows in it what is wrong", async () => {
    const world = await startWorld({ socketMode: true });
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);
    const early = await openModal(slack, ts, { by: "button" });
    const late = await openModal(slack, ts, { by: "button" });

    await slack.submitView({ user: "U0ANNA", viewId: early.id });
    await parley.until(() => parley.user(user.id).owner === parley.botService.identification);
    await slack.waitFor(() => /Handed back/.test(JSON.stringify(rootsOf(slack)[0]?.blocks)));

    const submission = await slack.submitView({ user: "U0ANNA", viewId: late.id });
    expect(submission.errors?.destination).toMatch(/over/);
  });

  it("answers the command in the acknowledgement, and later when Parley is slow", async () => {
    const world = await startWorld({ socketMode: true });
    const { slack, parley } = world;
    const { user } = await handOver(world);
    const command = { user: "U0ANNA", channel: slack.channel, command: "/parley-owner" };

    const outcome = await slack.command({ ...command, text: "" });
    expect(outcome).toMatchObject({ status: "delivered", via: "socket" });
    expect(outcome.ack?.text).toContain(`User ${user.id}`);

    parley.faults.add("GET /services", { kind: "latency", ms: 2_600 }, 1);
    const slow = await slack.command({ ...command, text: "services" });
    expect(slow.ack?.text).toMatch(/slow/);
    await slack.waitFor(() => textsTo(slack, "U0ANNA").at(-1)?.includes("Bot Service"));
  });

  it("serves callback, health and metrics itself, but nothing for Slack", async () => {
    const world = await startWorld({ socketMode: true });
    const { slack, bridgeUrl } = world;
    const status = async (path: string, init?: RequestInit) =>
      (await fetch(bridgeUrl() + path, init)).status;

    expect(await status("/healthz")).toBe(200);
    expect(await status("/readyz")).toBe(200);
    expect(await status("/metrics")).toBe(200);
    expect(
      await status("/parley/callback", {
        method: "POST",
        headers: { authorization: CALLBACK_TOKEN },
        body: '{"type":"event","body":{}}',
      }),
    ).toBe(200);
    const signed = await sendAsSlack(world, '{"type":"url_verification","challenge":"x"}', {
      secret: slack.signingSecret,
    });
    expect(signed.status).toBe(404);
  });

  it.each(["refresh_requested", "warning"] as const)(
    "comes back after Slack announced the end of the connection (%s)",
    async (reason) => {
      const world = await startWorld({ socketMode: true });
      const { slack, parley } = world;
      const { user, ts } = await handOver(world);
      const connections = slack.calls("apps.connections.open").length;

      slack.disconnectSockets(reason);
      await slack.waitFor(
        () =>
          slack.calls("apps.connections.open").length > connections &&
          slack.socketConnections === 1,
        15_000,
      );

      const { delivered } = await slack.post({ user: "U0ANNA", threadTs: ts, text: "I am back" });
      expect((await delivered).status).toBe("delivered");
      await parley.until(() => parley.sent(user.id)[0]?.message === "I am back");
    },
  );

  it("comes back after the connection has swallowed everything for a while", async () => {
    const world = await startWorld({ socketMode: true, env: { SLACK_PING_TIMEOUT_MS: "1000" } });
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);

    slack.deafenSockets();
    await slack.waitFor(() => slack.socketConnections === 1, 15_000);

    await slack.post({ user: "U0ANNA", threadTs: ts, text: "I am back" });
    await parley.until(() => parley.sent(user.id)[0]?.message === "I am back");
  });

  it("comes back after the connection broke, also when Slack fails at first", async () => {
    const world = await startWorld({ socketMode: true });
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);

    slack.faults.add("apps.connections.open", { kind: "status", status: 500 }, 1);
    slack.cutSockets();
    await slack.waitFor(() => slack.socketConnections === 1, 15_000);

    await slack.post({ user: "U0ANNA", threadTs: ts, text: "I am back" });
    await parley.until(() => parley.sent(user.id)[0]?.message === "I am back");
  });
});

describe.each([
  ["HTTP", false],
  ["Socket Mode", true],
])("whatever is not ours over %s", (_, socketMode) => {
  const start = () => startWorld({ socketMode });

  it("acknowledges other shortcuts and shows nothing", async () => {
    const { slack } = await start();
    const { ts } = await slack.post({ user: "U0BEN", text: "Lunch?" });
    const at = { user: "U0ANNA", callbackId: "of_another_app", channel: slack.channel, ts };

    expect((await slack.shortcut(at)).status).toBe("delivered");
    expect((await slack.globalShortcut(at)).status).toBe("delivered");
    expect(slack.state.ephemerals).toEqual([]);
    expect(slack.state.views.size).toBe(0);
  });

  it("acknowledges other commands without an answer", async () => {
    const { slack } = await start();

    const outcome = await slack.command({
      user: "U0ANNA",
      channel: slack.channel,
      command: "/another",
      text: "",
    });

    expect(outcome.status).toBe("delivered");
    expect(outcome.ack?.text ?? "").toBe("");
  });

  it("acknowledges other buttons", async () => {
    const { slack } = await start();
    const button = { type: "button", action_id: "else", text: { type: "plain_text", text: "?" } };
    const { ts } = await slack.post({
      user: "U0BEN",
      text: "Choose",
      blocks: [{ type: "actions", elements: [button] }],
    });

    const outcome = await slack.click({
      user: "U0ANNA",
      channel: slack.channel,
      ts,
      actionId: "else",
    });

    expect(outcome.status).toBe("delivered");
  });

  it("acknowledges other forms, submitted or closed", async () => {
    const { slack } = await start();
    const { ts } = await slack.post({ user: "U0BEN", text: "Lunch?" });
    await slack.shortcut({
      user: "U0ANNA",
      callbackId: "of_nobody",
      channel: slack.channel,
      ts,
    });
    const triggerOf = (method: string) => String(slack.calls(method).at(-1)?.args.trigger_id);
    const client = new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl });
    const modal = {
      type: "modal" as const,
      callback_id: "of_nobody",
      notify_on_close: true,
      title: { type: "plain_text" as const, text: "Foreign" },
      submit: { type: "plain_text" as const, text: "Go" },
      blocks: [{ type: "section", text: { type: "plain_text", text: "?" } }],
    };
    const first = await client.views.open({
      trigger_id: triggerOf("interactive:message_action"),
      view: modal,
    });
    const form = { user: "U0ANNA", viewId: first.view?.id ?? "" };

    expect((await slack.submitView(form)).status).toBe("delivered");
    await slack.globalShortcut({ user: "U0ANNA", callbackId: "of_nobody" });
    const second = await client.views.open({
      trigger_id: triggerOf("interactive:shortcut"),
      view: modal,
    });
    const closed = await slack.closeView({ user: "U0ANNA", viewId: second.view?.id ?? "" });
    expect(closed?.status).toBe("delivered");
  });

  it("acknowledges other events", async () => {
    const { slack } = await start();

    const outcome = await slack.sendEvent({ type: "emoji_changed", subtype: "add" });

    expect(outcome).toMatchObject({ status: "delivered", attempts: 1 });
  });

  it("shows the open conversations in the App Home", async () => {
    const world = await start();
    const { slack } = world;
    await slack.openHome({ user: "U0BEN" });
    const empty = await slack.waitFor(() => slack.state.homes.get("U0BEN"));
    expect(JSON.stringify(empty.blocks)).toContain("Nobody is waiting");
    const { user, ts } = await handOver(world, {
      user: { additionalInformation: { name: "<!here> Ada" } },
    });

    await slack.openHome({ user: "U0ANNA" });

    const home = await slack.waitFor(() => slack.state.homes.get("U0ANNA"));
    const text = JSON.stringify(home.blocks);
    expect(text).toContain("1 open conversation");
    expect(text).toContain(`p${ts.replace(".", "")}|&lt;!here&gt; Ada>`);
    expect(text).toContain(`User ${user.id} · *waiting under a minute*`);
  });
});
