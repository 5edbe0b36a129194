import type { ServerResponse } from "node:http";
import { expect, it } from "vitest";
import { spawnBridge } from "../support/process.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { type Env, startWorld } from "../support/world.ts";
import { writeSecret } from "../support/write-secret.ts";

/** Each unlike all else that the doctor says; one with signs that addresses and JSON write otherwise. */
const SECRETS = {
  SLACK_BOT_TOKEN: "xoxb-7Qm2Vd9Lx4-Kp8Zr3Ty6Wb1",
  SLACK_SIGNING_SECRET: "5c0ffee5ba5eba11deadbeef42424242",
  SLACK_APP_TOKEN: "xapp-1-Hn5Jc7Fs2-Gq9Xv4Mk8",
  PARLEY_SHARED_SECRET: 'Uy6%Ro1&Ea"3/Iw0+Nz=',
  PARLEY_CALLBACK_TOKEN: "Bt4Cf8Dg2Eh6Fj0Gk5Hl9Jm3Kn7Lp1Mq",
  BOT_EVENTS_SECRET: "whsec_UXdFclR5VWlPcEFzRGZHaEprTHpYY1ZiTm1RcFdvRWk=",
} as const;
const PASSWORD = "p@S5/w0Rd%&x9Zq";
const DATABASE = `postgres://bridge:${encodeURIComponent(PASSWORD)}@127.0.0.1:9/bridge`;

/** Every part of a secret that would help somebody, also as an address writes it. */
function partsOf(secret: string): readonly string[] {
  const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")];
  return forms.flatMap((form) =>
    Array.from({ length: Math.max(form.length - 7, 1) }, (_, at) => form.slice(at, at + 8)),
  );
}

const PARTS = [...Object.values(SECRETS), PASSWORD]
  .flatMap(partsOf)
  // Their beginnings say what they are, and stand in advice.
  .filter((part) => !/^(xox|oxb|xb-|xap|app-|whsec)/.test(part));

const inFiles = (env: Env): Env =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) => [`${name}_FILE`, writeSecret(value)]),
  );

/** What quotes all secrets, as a program does that answers with what it was asked. */
const ECHO = [...Object.values(SECRETS), PASSWORD, encodeURIComponent(PASSWORD)].join(" ");

const echoing = (body: (echo: string) => string, status = 200) =>
  ({
    kind: "other-answer",
    isDone: false,
    write(response: ServerResponse) {
      response.writeHead(status, { "content-type": "application/json" }).end(body(ECHO));
    },
  }) as const;

const json = (value: object) => () => JSON.stringify(value);

type Break = (world: Awaited<ReturnType<typeof startWorld>>) => Env;

it.each<[string, Break, RegExp]>([
  [
    "nobody is there",
    () => ({ SLACK_API_URL: "http://127.0.0.1:9/api/", PARLEY_API_URL: "http://127.0.0.1:9" }),
    /state[\s\S]*ECONNREFUSED[\s\S]*slack network[\s\S]*ECONNREFUSED[\s\S]*parley network/,
  ],
  [
    "everything is refused",
    () => ({}),
    /SLACK_BOT_TOKEN is refused[\s\S]*Parley refuses our credentials/,
  ],
  [
    "pages come in place of answers",
    ({ slack, parley }) => {
      slack.faults.add(
        "*",
        echoing((echo) => `<html>${echo}</html>`),
      );
      parley.faults.add(
        "*",
        echoing((echo) => `<html>${echo}</html>`, 403),
      );
      return {};
    },
    /no answer of Slack's[\s\S]*no answer of Parley's/,
  ],
  [
    "names quote the secrets",
    ({ slack, parley }) => {
      const services = [
        { identification: ECHO, name: `\u001b[31m${ECHO}`, default: "true" },
        { identification: parley.agentService.identification, name: ECHO, default: "false" },
      ];
      parley.faults.add("GET /services", echoing(json({ data: { services }, status: "SUCCESS" })));
      slack.faults.add("auth.test", echoing(json({ ok: true, team_id: ECHO, user_id: ECHO })));
      const channel = { id: slack.channel, name: ECHO, is_member: true };
      slack.faults.add("conversations.info", echoing(json({ ok: true, channel })));
      slack.faults.add("apps.connections.open", echoing(json({ ok: false, error: ECHO })));
      return { PUBLIC_URL: "http://127.0.0.1:9" };
    },
    /workspace \[redacted\][\s\S]*#\[redacted\][\s\S]*handed back to [\s\S]*\[redacted\]/,
  ],
  [
    "the configuration is wrong in every way",
    () => ({
      SLACK_BOT_TOKEN: SECRETS.PARLEY_SHARED_SECRET,
      SLACK_APP_TOKEN: SECRETS.SLACK_BOT_TOKEN,
      SLACK_SIGNING_SECRET: `"${SECRETS.SLACK_SIGNING_SECRET}"`,
      PARLEY_CALLBACK_TOKEN: SECRETS.SLACK_BOT_TOKEN,
      BOT_EVENTS_SECRET: SECRETS.PARLEY_CALLBACK_TOKEN,
      STATE_URL: `postgres://bridge:${PASSWORD}@[::/bridge`,
      PGPASSWORD: PASSWORD,
      PORT: PASSWORD,
      SLACK_CHANNEL: SECRETS.SLACK_APP_TOKEN,
      SLACK_API_URL: `http://x:${PASSWORD}@[`,
    }),
    /SLACK_BOT_TOKEN must[\s\S]*PARLEY_CALLBACK_TOKEN is a token of Slack[\s\S]*PORT must/,
  ],
])("says no secret, nor a part of one, when %s", async (_, breakIt, says) => {
  const world = await startWorld({ stopped: true, socketMode: true });
  const { STATE_URL: __, ...env } = world.env;
  const broken = breakIt(world);
  const BOT_EVENTS_URL = "https://bot.example.com/events";
  const settings = { ...env, BOT_EVENTS_URL, ...SECRETS, STATE_URL: DATABASE, ...broken };
  const secrets = Object.keys(settings).filter((name) => name in SECRETS || name === "STATE_URL");
  const pick = (isSecret: boolean): Env =>
    Object.fromEntries(
      Object.entries(settings).filter(([name]) => secrets.includes(name) === isSecret),
    );

  const alone = spawnBridge(
    { ...pick(false), ...inFiles(pick(true)) },
    { args: ["doctor", "--live", "@anna"] },
  );
  const runs = [
    await runToEnd(settings, "doctor"),
    await runToEnd(settings, "doctor", "--json"),
    { ...alone, ...(await alone.exited), stdout: alone.stdout, stderr: alone.stderr },
  ];

  for (const run of runs) {
    const { code } = run;
    expect([1, 78]).toContain(code);
    const said = run.stdout + run.stderr;
    expect(said).toMatch(says);
    expect(PARTS.filter((part) => said.includes(part))).toEqual([]);
    expect(said).not.toContain("\u001b");
  }
});
