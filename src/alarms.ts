import type { Log } from "./log.ts";

/** What can be broken; each is raised and cleared by the one place that notices it. */
export const ALARM_NAMES = [
  "slack-access",
  "slack-setup",
  "slack-socket",
  "parley-access",
  "parley-service",
  "bot-events",
  "store",
  "clock",
] as const;
export type AlarmName = (typeof ALARM_NAMES)[number];

/** A fault that lasts, and that only a person can repair. */
export interface Alarm {
  readonly name: AlarmName;
  /** One sentence for whoever runs the bridge: what is wrong, and what to do. No secrets, no foreign text. */
  readonly advice: string;
  /** ms since the epoch. */
  readonly since: number;
}

export interface Alarms {
  /** Writes one error to the log, and another only if the advice changes or after the alarm was cleared. */
  raise(name: AlarmName, advice: string): void;
  /** To be called when it works again. Does nothing if the alarm was not raised. */
  clear(name: AlarmName): void;
  current(): readonly Alarm[];
}

export function createAlarms(log: Log, now: () => number = Date.now): Alarms {
  const raised = new Map<AlarmName, Alarm>();
  return {
    raise(name, advice) {
      const before = raised.get(name);
      if (before?.advice === advice) return;
      raised.set(name, { name, advice, since: before?.since ?? now() });
      log.error({ alarm: name, advice }, "alarm.raised");
    },
    clear(name) {
      if (raised.delete(name)) log.info({ alarm: name }, "alarm.cleared");
    },
    current: () => [...raised.values()],
  };
}
