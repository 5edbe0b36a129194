import { type AlarmName, createAlarms } from "../../alarms.ts";
import type { Service } from "../../bridge/ports.ts";
import type { Config } from "../../config/read-config.ts";
import { ConfigError } from "../../errors.ts";
import { lookAtHost, type Sight } from "../../http/look-at-host.ts";
import { createLog } from "../../log.ts";
import type { Inspection } from "../../slack/workspace.ts";
import { checkState } from "../../state/check-state.ts";
import type { FoundState } from "../../state/found-state.ts";
import { connectOutside, type Outside } from "../outside.ts";

/** What the doctor asks more than one question of. Each answer is asked for once, when it is first needed. */
export interface Site {
  readonly config: Config;
  readonly outside: Outside;
  readonly state: () => Promise<FoundState>;
  /** What is seen of Slack by a request that identifies nobody. */
  readonly slack: () => Promise<Sight>;
  /** What Parley answers to us when it is asked for its Services, and to somebody who does not say who it is. */
  readonly parley: () => Promise<Sight>;
  readonly parleyToStrangers: () => Promise<Sight>;
  /** @throws as {@link Outside.inspectWorkspace} */
  readonly inspection: () => Promise<Inspection>;
  /** @throws as {@link Outside.askBotService} */
  readonly botService: () => Promise<Service>;
}

/** Long enough for a slow line, and short enough for whoever waits. */
const LOOK_MS = 8_000;

export function openSite(config: Config): Site {
  const log = createLog("silent");
  const alarms = createAlarms(log);
  const outside = connectOutside(config, log, alarms);
  const services = `${config.parley.apiUrl}/services`;

  /** Fails with the advice of an alarm if one was raised, because that says more than an error. */
  async function orAlarm<T>(result: Promise<T>, ...names: readonly AlarmName[]): Promise<T> {
    try {
      return await result;
    } catch (error) {
      const alarm = alarms.current().find(({ name }) => names.includes(name));
      throw alarm && !(error instanceof ConfigError) ? new ConfigError([alarm.advice]) : error;
    }
  }

  return {
    config,
    outside,
    state: once(() => checkState(config.state)),
    slack: once(() => lookAtHost(`${config.slack.apiUrl}api.test`, LOOK_MS)),
    parley: once(() => lookAtHost(services, LOOK_MS, outside.parleyApi.ownHeaders())),
    parleyToStrangers: once(() => lookAtHost(services, LOOK_MS)),
    inspection: once(() => orAlarm(outside.inspectWorkspace(), "slack-access")),
    botService: once(() => orAlarm(outside.askBotService(), "parley-access", "parley-service")),
  };
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}
