import { describe, expect, it } from "vitest";
import { hasLogged, isAlarm, startWithSecrets, untilLogged } from "../support/changing-secrets.ts";
import { BOT_SECRET, startListeningBot, toldAbout } from "../support/listening-bot.ts";
import type { LogLine } from "../support/process.ts";
import type { ReplicaProcesses } from "../support/replica-processes.ts";
import { REPLICAS } from "../support/replicas.ts";
import { sentTo } from "../support/sent.ts";
import { PATIENCE, postTo } from "../support/steps.ts";
import { CALLBACK_TOKEN, type World } from "../support/world.ts";

const NEW_TOKEN = "new-callback-token-of-the-tests";
const NEW_SHARED_SECRET = "another-made-up-shared-secret";
const NEW_BOT_SECRET = `whsec_${Buffer.from("another secret, also of 32 bytes").toString("base64")}`;

const count = REPLICAS ?? 1;

const isDead = ({ outcome }: LogLine) => outcome === "dead";
const isRefused = ({ msg }: LogLine) => msg === "callback.refused" || msg === "slack.refused";

/** What a bot is answered that proves itself with this. */
const statusWith = async ({ url }: ReplicaProcesses, token: string): Promise<number> =>
  (await postTo({ bridgeUrl: () => url }, "/parley/ratings", {}, token)).status;

const parleySends = ({ parley }: World, { url }: ReplicaProcesses, authorization: string) =>
  parley.registerCallback(parley.agentService.identification, `${url}/parley/callback`, {
    authorization,
  });

/** Some start six processes. */
describe("no message is lost or doubled while", { timeout: 180_000 }, () => {
  it("the callback token changes", async () => {
    const name = "PARLEY_CALLBACK_TOKEN";
    const { world, bridges, traffic, put } = await startWithSecrets({ count, names: [name] });

    put(name, `${NEW_TOKEN} ${CALLBACK_TOKEN}`);
    await bridges.restart();
    await traffic.more();
    parleySends(world, bridges, NEW_TOKEN);
    await traffic.more();
    put(name, NEW_TOKEN);
    await bridges.restart();

    await traffic.more();
    await traffic.arrives();
    expect(hasLogged(bridges, isRefused)).toBe(false);
    expect(await statusWith(bridges, CALLBACK_TOKEN)).toBe(401);
    expect(await statusWith(bridges, NEW_TOKEN)).toBe(400);
  });

  it("the signing secret changes", async () => {
    const name = "SLACK_SIGNING_SECRET";
    const { world, bridges, traffic, put } = await startWithSecrets({ count, names: [name] });
    const { slack, env } = world;

    const secret = slack.regenerateSigningSecret();
    await untilLogged(bridges, isRefused);
    put(name, `${secret} ${env[name]}`);
    await bridges.restart();
    await traffic.more();
    put(name, secret);
    await bridges.restart();

    await traffic.more();
    await traffic.arrives();
  });

  it("the bot token changes", async () => {
    const name = "SLACK_BOT_TOKEN";
    const { world, userId, ts, bridges, traffic, put } = await startWithSecrets({
      count,
      names: [name],
    });

    const token = world.slack.reinstall();
    await untilLogged(bridges, isAlarm("slack-access"));
    await traffic.more();
    // Slack tells an app that is not there of nothing.
    world.slack.dropEvents(({ text }) => text === "Heard by nobody");
    await world.slack.post({ user: "U0BEN", threadTs: ts, text: "Heard by nobody" });
    put(name, token);
    await bridges.restart();

    await traffic.more();
    await traffic.arrives();
    await world.parley.until(() => sentTo(world, userId).includes("Heard by nobody"));
    expect(hasLogged(bridges, isDead)).toBe(false);
  });

  it("the app token changes", async () => {
    const name = "SLACK_APP_TOKEN";
    const { world, bridges, traffic, put } = await startWithSecrets({
      count,
      names: [name],
      socketMode: true,
    });
    const { slack } = world;

    put(name, slack.addAppToken());
    await bridges.restart();
    await traffic.more();
    slack.revokeAppToken(slack.appToken);
    slack.disconnectSockets("refresh_requested");

    await traffic.more();
    await traffic.arrives();
    expect(hasLogged(bridges, isAlarm("slack-socket"))).toBe(false);
  });

  it("the shared secret changes", async () => {
    const name = "PARLEY_SHARED_SECRET";
    const { world, bridges, traffic, put } = await startWithSecrets({ count, names: [name] });
    const { parley } = world;

    parley.changeSharedSecret(parley.agentService.identification, NEW_SHARED_SECRET);
    await untilLogged(bridges, isAlarm("parley-access"));
    await traffic.more();
    put(name, NEW_SHARED_SECRET);
    await bridges.restart();

    await traffic.more();
    await traffic.arrives();
    expect(hasLogged(bridges, isDead)).toBe(false);
  });

  it("the secret changes by which the bot knows the bridge", async () => {
    const name = "BOT_EVENTS_SECRET";
    const { bot, env } = await startListeningBot();
    const { world, bridges, traffic, put } = await startWithSecrets({ count, names: [name], env });
    const { parley } = world;
    const users: string[] = [];
    const handOverOne = async () => {
      const { id } = parley.createUser();
      users.push(id);
      const to = parley.agentService.identification;
      const { delivered } = await parley.handOver({ userId: id, to });
      let outcome = await delivered;
      while (outcome && !outcome.delivered) outcome = await parley.redeliver(outcome.callback);
    };

    await handOverOne();
    put(name, `${NEW_BOT_SECRET} ${BOT_SECRET}`);
    await Promise.all([bridges.restart(), handOverOne()]);
    await expect
      .poll(() => users.map((id) => toldAbout(bot, id)), PATIENCE)
      .toEqual(users.map(() => ["accepted"]));
    bot.changeSecret(NEW_BOT_SECRET);
    await handOverOne();
    put(name, NEW_BOT_SECRET);
    await Promise.all([bridges.restart(), handOverOne()]);
    await handOverOne();

    await expect
      .poll(() => users.map((id) => toldAbout(bot, id)), PATIENCE)
      .toEqual(users.map(() => ["accepted"]));
    await traffic.arrives();
  });
});
