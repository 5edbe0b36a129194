import { describe, expect, it, onTestFinished } from "vitest";
import { connectTo, head } from "../support/raw-request.ts";
import { nowSeconds, sendAsSlack, slackHeaders } from "../support/send-as-slack.ts";
import { handOver, PATIENCE } from "../support/steps.ts";
import { startWorld, type World } from "../support/world.ts";

const OTHER_SECRET = "0".repeat(32);
const FORM = "application/x-www-form-urlencoded";
const MAX_BODY_BYTES = 1_000_000;

/** Sends the head of a request to `/slack/events`, announces a body and sends none of it. */
async function announce(world: World, headers: Record<string, string>, length: number) {
  const connection = await connectTo(world.bridgeUrl());
  onTestFinished(() => connection.destroy());
  const all = { host: "bridge", "content-length": String(length), ...headers };
  connection.write(head("POST /slack/events HTTP/1.1", all));
  return connection;
}

const isUp = async (world: World) => (await fetch(`${world.bridgeUrl()}/healthz`)).status === 200;

const refusals = ({ log }: World) => log.lines.filter(({ event }) => event === "slack.refused");

describe("a request to /slack/events", () => {
  const fresh = () => slackHeaders("", { secret: OTHER_SECRET });

  it.each([
    ["nothing that proves it", {}],
    ["no timestamp", { "x-slack-signature": `v0=${"a".repeat(64)}` }],
    ["a signature of another version", { ...fresh(), "x-slack-signature": `v1=${"a".repeat(64)}` }],
    ["a signature that is none", { ...fresh(), "x-slack-signature": "v0=ab" }],
    ["a timestamp that is none", { ...fresh(), "x-slack-request-timestamp": "now" }],
    ["an old timestamp", { ...fresh(), "x-slack-request-timestamp": String(nowSeconds() - 400) }],
    ["a timestamp of the future", { ...fresh(), "x-slack-request-timestamp": "99999999999" }],
  ])("with %s is refused before its body is read", async (_, headers) => {
    const world = await startWorld();

    const connection = await announce(world, headers as Record<string, string>, 1_000);

    await expect.poll(() => connection.isClosed, PATIENCE).toBe(true);
    expect(connection.received).toMatch(/^HTTP\/1\.1 401 /);
    expect(refusals(world)).toMatchObject([{ fields: { status: 401 } }]);
  });

  it("that announces more than 1 MB is refused before its body is read", async () => {
    const world = await startWorld();

    const connection = await announce(world, fresh(), MAX_BODY_BYTES + 1);

    await expect.poll(() => connection.isClosed, PATIENCE).toBe(true);
    expect(connection.received).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("may be 1 MB long and no longer, also where it announces nothing", async () => {
    const world = await startWorld();
    const { signingSecret: secret } = world.slack;
    const ofLength = (length: number) => {
      const start = '{"type":"url_verification","challenge":"x","more":"';
      return `${start}${"x".repeat(length - start.length - 2)}"}`;
    };
    const stream = async (body: string) => {
      const connection = await connectTo(world.bridgeUrl());
      onTestFinished(() => connection.destroy());
      const headers = { host: "bridge", "transfer-encoding": "chunked" };
      const start = head("POST /slack/events HTTP/1.1", {
        ...headers,
        ...slackHeaders(body, { secret }),
      });
      connection.write(`${start}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
      await expect.poll(() => connection.received, PATIENCE).toMatch(/^HTTP\/1\.1 \d+/);
      return connection.received.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length);
    };

    expect(await stream(ofLength(MAX_BODY_BYTES))).toBe("200");
    expect(await stream(ofLength(MAX_BODY_BYTES + 1))).toBe("413");
  });

  it("of another secret names the variable to whoever runs the bridge", async () => {
    const world = await startWorld();

    const answer = await sendAsSlack(world, "{}", { secret: OTHER_SECRET });

    expect(answer.status).toBe(401);
    expect(refusals(world)).toMatchObject([
      { level: "warn", fields: { advice: expect.stringContaining("SLACK_SIGNING_SECRET") } },
    ]);
  });

  it("may be signed with either of two secrets", async () => {
    const secrets = ["n3w-5igning-5ecret-000000", "0ld-5igning-5ecret-000000"];
    const world = await startWorld({ env: { SLACK_SIGNING_SECRET: secrets.join(" ") } });
    const body = '{"type":"url_verification","challenge":"x"}';

    for (const secret of secrets) {
      expect((await sendAsSlack(world, body, { secret })).status).toBe(200);
    }
    expect((await sendAsSlack(world, body, { secret: secrets.join(" ") })).status).toBe(401);
  });

  it("may have doubled and trailing slashes in its address", async () => {
    const world = await startWorld();
    const body = '{"type":"url_verification","challenge":"x"}';

    const answer = await fetch(`${world.bridgeUrl()}/slack//events/`, {
      method: "POST",
      body,
      headers: slackHeaders(body, { secret: world.slack.signingSecret }),
    });

    expect([answer.status, await answer.json()]).toEqual([200, { challenge: "x" }]);
  });

  it.each([
    ["null", "application/json"],
    ["5", "application/json"],
    ['"text"', "application/json"],
    ["[]", "application/json"],
    ["", "application/json"],
    ["{", "application/json"],
    ["payload=null", FORM],
    ["payload=%6eull", FORM],
    ["payload=5", FORM],
    ["payload=[]", FORM],
    ["payload={", FORM],
    ["payload=null", `${FORM}; charset=utf-8`],
    ["?payload={}&payload=null", FORM],
  ])(
    "that holds %j as %s is answered 400 although Slack has signed it",
    async (body, contentType) => {
      const world = await startWorld();

      const answer = await sendAsSlack(world, body, {
        secret: world.slack.signingSecret,
        contentType,
      });

      expect(answer.status).toBe(400);
      expect(await isUp(world)).toBe(true);
    },
  );

  it.each([
    '{"type":"event_callback"}',
    '{"type":"event_callback","event":null}',
    '{"type":"event_callback","event":[]}',
    '{"type":"event_callback","event":{"type":"message","channel":null,"message":null}}',
    '{"type":"event_callback","event":{"type":"reaction_added","item":null}}',
    '{"type":"event_callback","event":{"type":"app_home_opened"},"authorizations":null}',
    '{"type":"block_actions","actions":null}',
    '{"type":"block_actions","actions":[null],"user":null,"team":null}',
    '{"type":"message_action","callback_id":"parley_hand_back","user":null}',
    '{"type":"view_submission","view":null,"user":null}',
    '{"type":"view_submission","view":{"callback_id":"parley_hand_back","private_metadata":"null"}}',
    '{"command":"/parley-owner","text":null}',
  ])("that holds %s stops nothing", async (body) => {
    const world = await startWorld();
    const secret = world.slack.signingSecret;

    const answer = await sendAsSlack(world, body, { secret });

    // Whatever it is: there is one, and things go on.
    expect(answer.status).toBeGreaterThanOrEqual(200);
    const next = '{"type":"url_verification","challenge":"x"}';
    expect((await sendAsSlack(world, next, { secret })).status).toBe(200);
  });
});

describe("a form that says nothing of what was filled in", () => {
  it.each(["parley_hand_back", "parley_move"])("stays open, and says so: %s", async (id) => {
    const world = await startWorld();
    const { ts } = await handOver(world);
    const { teamId, channel, signingSecret: secret } = world.slack;
    const view = {
      id: "V1",
      callback_id: id,
      private_metadata: JSON.stringify({ team: teamId, channel, ts }),
    };
    const team = { id: teamId };
    const user = { id: "U0ANNA", team_id: teamId };
    const body = JSON.stringify({ type: "view_submission", view, user, team });

    const answer = await sendAsSlack(world, body, { secret });

    expect([answer.status, await answer.json()]).toEqual([
      200,
      {
        response_action: "errors",
        errors: { destination: expect.stringMatching(/could not do this\. Try again/) },
      },
    ]);
    expect(world.log.lines.map(({ event }) => event)).toContain("listener.failed");
  });
});

describe("a frame of Slack's socket", () => {
  it.each([
    "null",
    "5",
    "[]",
    "{}",
    "{",
    '{"type":"events_api","envelope_id":"1","payload":null}',
    '{"type":"events_api","envelope_id":"1","payload":{}}',
    '{"type":"events_api","envelope_id":"1","payload":{"event":null}}',
    '{"type":"events_api","envelope_id":"1","payload":{"event":{"type":5}}}',
    '{"type":"events_api","envelope_id":"1","payload":{"event":{"type":"message"}}}',
    '{"type":"interactive","envelope_id":"1","payload":null}',
    '{"type":"interactive","envelope_id":"1","payload":{"type":"block_actions","actions":null}}',
    '{"type":"slash_commands","envelope_id":"1"}',
    '{"type":"slash_commands","payload":{"command":"/parley-owner"}}',
    '{"type":null,"payload":{}}',
  ])("that holds %s stops nothing", async (frame) => {
    const world = await startWorld({ socketMode: true });
    const { slack, parley } = world;
    const { user, ts } = await handOver(world);

    slack.sendRawFrame(frame);

    const { delivered } = await slack.post({ user: "U0ANNA", threadTs: ts, text: "Hello!" });
    expect((await delivered).status).toBe("delivered");
    await parley.until(() => parley.sent(user.id)[0]?.message === "Hello!");
    expect(slack.socketConnections).toBe(1);
  });
});
