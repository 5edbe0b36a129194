import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { identifyBridge } from "../../src/build-info.ts";
import { makeCertificate } from "../support/certificate.ts";
import { spawnBridge } from "../support/process.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { type Env, startWorld } from "../support/world.ts";

async function runDoctor(env: Env) {
  const { code, stdout } = await runToEnd(env, "doctor");
  return { code, lines: stdout.trimEnd().split("\n") };
}

async function listen(server: Server, host = "127.0.0.1"): Promise<string> {
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, host), "listening");
  return `${host}:${(server.address() as AddressInfo).port}`;
}

const slackAt = (base: string): Env => ({ SLACK_API_URL: `${base}/api/` });
const HUGE = `<html>${"<p>Please log in.</p>".repeat(50_000)}</html>`;

const answers =
  (status: number, headers: Record<string, string>, body = ""): RequestListener =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

describe("the doctor, of what is in the way", () => {
  it.each<[string, RequestListener, number, RegExp]>([
    [
      "a page of a megabyte",
      answers(200, { "content-type": "text/html; charset=utf-8" }, HUGE),
      78,
      /answers 200 with text\/html, which is no answer of Slack's: a page of a proxy/,
    ],
    [
      "a page that calls itself JSON",
      answers(200, { "content-type": "application/json" }, "<html>log in</html>"),
      78,
      /answers 200 with application\/json, which is no answer of Slack's/,
    ],
    [
      "a login elsewhere",
      answers(302, { location: "https://login.example.com/?secret=1" }),
      78,
      /leads elsewhere \(302\), as a proxy does that wants a login/,
    ],
    ["a proxy that asks who it is", answers(407, {}), 78, /wants a name and a password \(407\)/],
    ["an outage", answers(503, {}, HUGE), 1, /answers 503 to everything; this can pass/],
    [
      "an answer that breaks off",
      (_, response) => {
        response.writeHead(200, { "content-length": "100" }).write("{");
        setImmediate(() => response.destroy());
      },
      1,
      /breaks off the connection/,
    ],
  ])("tells %s from an answer", async (_, answer, code, says) => {
    const { env } = await startWorld({ stopped: true });
    const place = await listen(createServer(answer));

    const found = await runDoctor({ ...env, ...slackAt(`http://${place}`) });

    const line = found.lines.find((each) => / slack network /.test(each));
    expect(line).toMatch(says);
    expect(line).toMatch(/^failed /);
    expect(line).not.toContain("log in.");
    expect(found.lines).toContain(
      "skipped  slack token      not checked, because slack network failed",
    );
    expect(found.code).toBe(code);
  });

  it("gives up on what never ends its answer, and goes on with the rest", async () => {
    const { env } = await startWorld({ stopped: true });
    const place = await listen(
      createServer((_, response) => {
        const drip = setInterval(() => response.write(" "), 200);
        response.on("close", () => clearInterval(drip));
      }),
    );

    const { code, lines } = await runDoctor({ ...env, ...slackAt(`http://${place}`) });

    expect(lines).toContainEqual(
      expect.stringMatching(
        /^failed +slack network .*does not answer in time \(SILENT\).*this can pass/,
      ),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^ok +parley +Users/));
    expect(code).toBe(1);
  });

  it.each([
    [
      "http://no-such-host.invalid",
      /the name of no-such-host\.invalid is not found \(E\w+\); .*DNS/,
    ],
    ["http://127.0.0.1:9", /127\.0\.0\.1:9 refuses the connection \(ECONNREFUSED\)/],
  ])("tells why nobody is there: %s", async (base, says) => {
    const { env } = await startWorld({ stopped: true });

    const { code, lines } = await runDoctor({ ...env, ...slackAt(base) });

    expect(lines.find((line) => / slack network /.test(line))).toMatch(says);
    expect(code).toBe(1);
  });

  it("tells a host that does not speak TLS", async () => {
    const { env } = await startWorld({ stopped: true });
    const place = await listen(createServer(answers(200, {}, "{}")));

    const { lines } = await runDoctor({ ...env, ...slackAt(`https://${place}`) });

    expect(lines).toContainEqual(
      expect.stringMatching(/^failed +slack network .*does not speak TLS .*SLACK_API_URL/),
    );
  });

  it("tells a proxy that opens TLS from another host, and whether it is trusted", async () => {
    const { env, slack } = await startWorld({ stopped: true });
    const through: RequestListener = (request, response) =>
      answers(200, { "content-type": "application/json" }, '{"ok":true}')(request, response);
    const own = await makeCertificate("127.0.0.1");
    const other = await makeCertificate("elsewhere.example");
    const ownPlace = await listen(createTlsServer(own, through) as unknown as Server);
    const otherPlace = await listen(createTlsServer(other, through) as unknown as Server);

    const untrusted = await runDoctor({ ...env, ...slackAt(`https://${ownPlace}`) });
    const elsewhere = await runDoctor({ ...env, ...slackAt(`https://${otherPlace}`) });
    const trusting = spawnBridge(
      { ...env, ...slackAt(`https://${ownPlace}`), NODE_EXTRA_CA_CERTS: own.authority },
      { args: ["doctor"] },
    );
    await trusting.exited;

    expect(untrusted.lines).toContainEqual(
      expect.stringMatching(
        /^failed +slack network .* is issued by Corp Inspection CA, whom this machine does not trust \(\w+\): most likely a proxy that opens TLS.*NODE_EXTRA_CA_CERTS/,
      ),
    );
    expect(untrusted.code).toBe(78);
    expect(elsewhere.lines).toContainEqual(
      expect.stringMatching(/^failed +slack network .*is one of another host/),
    );
    expect(trusting.stdout).toMatch(
      /^ok +slack network .* answers, by the certificate of Corp Inspection CA, which is no public authority/m,
    );
    expect(slack.requests).toEqual([]);
  });

  it("tells of a proxy that is named in vain, without its password", async () => {
    const { env } = await startWorld({ stopped: true });
    const proxied = { ...env, http_proxy: "http://user:pr0xy-passw0rd@proxy.example:3128" };

    const { lines } = await runDoctor(proxied);
    const excluded = await runDoctor({ ...proxied, no_proxy: "127.0.0.1" });

    expect(lines).toContainEqual(
      expect.stringMatching(
        /^warning +slack network +http_proxy names the proxy proxy\.example:3128, but .*NODE_USE_ENV_PROXY=1/,
      ),
    );
    expect(lines.join("\n")).not.toContain("passw0rd");
    expect(excluded.lines.filter((line) => /proxy\.example/.test(line))).toEqual([]);
  });

  it("tells what goes through a proxy, and whether that lets it", async () => {
    const { env } = await startWorld({ stopped: true });
    const place = await listen(createServer(answers(407, { "proxy-authenticate": "Basic" })));

    const doctor = spawnBridge(
      { ...env, HTTP_PROXY: `http://${place}`, NODE_USE_ENV_PROXY: "1" },
      { args: ["doctor"] },
    );
    await doctor.exited;

    expect(doctor.stdout).toMatch(
      /^failed +slack network +a proxy in front of .*, through the proxy 127\.0\.0\.1:\d+ of HTTP_PROXY, .*wants a name and a password/m,
    );
  });

  it.each([
    [
      3_600_000,
      /^failed +clock +this machine's clock is minutes behind Slack's; set it, .*timedatectl/,
    ],
    [30_000, /^ok +clock +-\d+ s ahead of Slack's, -?\d+ s ahead of Parley's/],
  ])("compares the clock with theirs, which is %i ms ahead", async (ahead, says) => {
    const { env } = await startWorld({ stopped: true });
    const date = new Date(Date.now() + ahead + 1_000).toUTCString();
    const place = await listen(createServer(answers(200, { date }, '{"ok":true}')));

    const { lines } = await runDoctor({ ...env, ...slackAt(`http://${place}`) });

    expect(lines.find((line) => / clock /.test(line))).toMatch(says);
  });
});

describe("the doctor, of the public address", () => {
  it("knows its own bridge", async () => {
    const world = await startWorld();
    const PUBLIC_URL = `${world.bridgeUrl().replace("//", "//us:pr0xy-passw0rd@")}/`;

    const { lines, code } = await runDoctor({ ...world.env, PUBLIC_URL });

    expect(lines).toContainEqual(
      expect.stringMatching(/^ok +public address +127\.0\.0\.1:\d+\/healthz leads to this bridge/),
    );
    expect(lines.join("\n")).not.toContain("passw0rd");
    expect(code).toBe(0);
  });

  const healthy = (health: object) => JSON.stringify({ status: "up", ...health });
  const OTHER = identifyBridge({ serviceId: "other" as never, accountId: "other" });

  it.each<[string, RequestListener, RegExp]>([
    ["a page", answers(200, { "content-type": "text/html" }, HUGE), /^failed .*not as a bridge/],
    ["nothing", answers(404, {}), /^failed .*answers 404, but not as a bridge.*pass \/healthz/],
    ["another program", answers(200, {}, '{"status":"ok"}'), /^failed .*not as a bridge/],
    [
      "another bridge",
      answers(200, {}, healthy({ version: "0.1.0", bridge: OTHER })),
      /^failed .*leads to a bridge of another Service or account/,
    ],
  ])("does not take %s for it", async (_, answer, says) => {
    const { env } = await startWorld({ stopped: true });
    const PUBLIC_URL = `http://${await listen(createServer(answer))}`;

    const { lines, code } = await runDoctor({ ...env, PUBLIC_URL });

    expect(lines.find((line) => / public address /.test(line))).toMatch(says);
    expect(code).toBe(78);
  });

  it("tells of another version of it", async () => {
    const { env } = await startWorld({ stopped: true });
    const bridge = identifyBridge({
      serviceId: (env.PARLEY_SERVICE_IDENTIFICATION ?? "") as never,
      accountId: env.PARLEY_ACCOUNT_IDENTIFICATION ?? "",
    });
    const old = answers(200, {}, healthy({ version: "0.1.0", bridge }));
    const PUBLIC_URL = `http://${await listen(createServer(old))}`;

    const { lines, code } = await runDoctor({ ...env, PUBLIC_URL });

    expect(lines).toContainEqual(
      expect.stringMatching(/^warning +public address +version 0\.1\.0 of this bridge answers/),
    );
    expect(code).toBe(0);
  });
});
