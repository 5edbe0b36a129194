import type { FakeParley } from "./parley/fake-parley.ts";
import type { FakeSlack } from "./slack/fake-slack.ts";

/** Trouble that can be switched on and off while the sandbox runs. */
export const TROUBLES = ["slackDown", "parleyDown", "rateLimit", "lostAnswers", "slow"] as const;
export type Trouble = (typeof TROUBLES)[number];

/** What `--faults` starts with: everything that the bridge has to live through without anybody's help. */
export const STARTING_TROUBLES: readonly Trouble[] = ["rateLimit", "lostAnswers", "slow"];

export interface Troubles {
  readonly on: ReadonlySet<Trouble>;
  switch(trouble: Trouble, on: boolean): void;
  close(): void;
}

const RETRY_AFTER_SECONDS = 2;
const LATENCY_MS = 1_200;
/** What adds something that people see. */
const POSTING = /^(chat\.|reactions\.|response_url$)/;
/** The Service API only: customers' apps go on working. */
const SERVICE_API = /^[A-Z]+ \/(?!clientApi\/)/;

export function createTroubles(
  { slack, parley }: { readonly slack: FakeSlack; readonly parley: FakeParley },
  onChange: () => void,
): Troubles {
  const on = new Set<Trouble>();

  /** The first rule that matches wins, so the worst comes first. */
  const arm = (): void => {
    slack.faults.clear();
    parley.faults.clear();
    if (on.has("slackDown")) slack.faults.add("*", { kind: "status", status: 503 });
    if (on.has("parleyDown")) parley.faults.add(SERVICE_API, { kind: "status", status: 503 });
    if (on.has("rateLimit")) {
      const fault = { kind: "rate-limited", retryAfterSeconds: RETRY_AFTER_SECONDS } as const;
      slack.faults.add(POSTING, fault, 1);
    }
    if (on.has("lostAnswers")) slack.faults.add("chat.postMessage", { kind: "lost-answer" }, 1);
    if (on.has("slow")) {
      const fault = { kind: "latency", ms: LATENCY_MS } as const;
      slack.faults.add("*", fault);
      parley.faults.add(SERVICE_API, fault);
    }
  };

  // A post that got through means that the next one meets its trouble again: every other call, not all.
  const unsubscribe = slack.subscribe((change) => {
    if (change.kind === "call" && change.call.status === 200 && POSTING.test(change.call.method)) {
      arm();
    }
  });

  return {
    on,
    switch(trouble, isOn) {
      if (isOn) on.add(trouble);
      else on.delete(trouble);
      arm();
      onChange();
    },
    close: unsubscribe,
  };
}
