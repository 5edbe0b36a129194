import { type AlarmName, createAlarms } from "../alarms.ts";
import type { Config } from "../config/read-config.ts";
import { ConfigError } from "../errors.ts";
import { createHttpServer } from "../http/http-server.ts";
import { createLog } from "../log.ts";
import type { Check } from "../ops/run-doctor.ts";
import { refuseProblems } from "../slack/workspace.ts";
import { checkState } from "../state/check-state.ts";
import { connectOutside } from "./outside.ts";

/** How long a bridge that runs on this machine may take to answer. */
const PROBE_TIMEOUT_MS = 2_000;

/** The checks that the start makes of this machine, of Slack and of Parley, without starting anything. */
export function createDoctorChecks(config: Config): readonly Check[] {
  const log = createLog("silent");
  const alarms = createAlarms(log);
  const outside = connectOutside(config, log, alarms);
  const inspection = outside.inspectWorkspace();
  const workspace = inspection.then(refuseProblems);
  const botService = outside.askBotService();
  const answered = Promise.allSettled([workspace, botService]);

  /** Fails with the advice of an alarm if one was raised, because that says more than an error. */
  async function orAlarm<T>(result: Promise<T>, ...names: readonly AlarmName[]): Promise<T> {
    const thrown = await result.then(
      () => undefined,
      (error: unknown) => error,
    );
    const alarm = alarms.current().find(({ name }) => names.includes(name));
    if (alarm && !(thrown instanceof ConfigError)) throw new ConfigError([alarm.advice]);
    return result;
  }

  return [
    { name: "state", run: () => checkState(config.state) },
    { name: "port", run: () => checkPort(config) },
    {
      name: "slack",
      async run() {
        const { team, channelNames } = await orAlarm(workspace, "slack-access", "slack-setup");
        const channels = config.teams.map(({ channel }) => {
          const name = channelNames?.[channel];
          return name ? `#${name}` : channel;
        });
        return {
          detail: `workspace ${team}, ${channels.length === 1 ? "channel" : "channels"} ${channels.join(", ")}`,
          warnings: (await inspection).warnings,
        };
      },
    },
    {
      name: "transport",
      async run() {
        await outside.askAppToken();
        return config.slack.appToken
          ? "Socket Mode, and Slack takes SLACK_APP_TOKEN"
          : "HTTP; whether Slack reaches /slack/events shows in your app under Event Subscriptions";
      },
    },
    {
      name: "parley",
      async run() {
        const { name, id } = await orAlarm(botService, "parley-access", "parley-service");
        return `Users are handed back to ${name} (${id})`;
      },
    },
    {
      name: "clock",
      async run() {
        await orAlarm(answered, "clock");
        const seen = (["Slack", "Parley"] as const).flatMap((source) => {
          const ahead = outside.clock.aheadOf(source);
          return ahead === undefined ? [] : [`${Math.round(ahead / 1000)} s ahead of ${source}'s`];
        });
        return seen.join(", ") || "nobody has told what time it is";
      },
    },
  ];
}

async function checkPort({ host, port }: Config): Promise<string> {
  const place = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (await isBridge(`http://${place}/healthz`)) return `a bridge runs at ${place}`;
  const server = createHttpServer([], createLog("silent"));
  await server.start(host, port);
  await server.stop();
  return `${place} is free`;
}

async function isBridge(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    return ((await answer.json()) as { status?: unknown }).status === "up";
  } catch {
    return false;
  }
}
