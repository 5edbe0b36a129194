import type { Fault } from "../fakes/http/faults.ts";
import { sendJson } from "../fakes/http/http-server.ts";
import type { FakeParley } from "../fakes/parley/fake-parley.ts";
import type { FakeSlack } from "../fakes/slack/fake-slack.ts";

/** Trouble that can be switched on and off while the sandbox runs. */
export const TROUBLES = [
  "slackDown",
  "parleyDown",
  "rateLimit",
  "lostAnswers",
  "parleyLosesAnswers",
  "parleyUnclear",
  "parleyRefuses",
  "slow",
] as const;
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
/** What is written to customers: the replies of agents, and the bot's. */
const REPLY = /^POST \/users\/[^/]+\/messages$/;
/** The Service API only: customers' apps go on working. */
const SERVICE_API = /^[A-Z]+ \/(?!clientApi\/)/;

const REFUSAL: Fault = {
  kind: "other-answer",
  isDone: false,
  write: (response) =>
    sendJson(response, 400, {
      notifications: [{ type: "error", message: "message_not_allowed" }],
      status: "ERROR",
      metadata: {},
    }),
};
/** A page in place of Parley's JSON, after the work. */
const UNCLEAR: Fault = {
  kind: "other-answer",
  isDone: true,
  write: (response) =>
    void response.writeHead(200, { "content-type": "text/html" }).end("<h1>Welcome</h1>"),
};

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
    if (on.has("parleyRefuses")) parley.faults.add(REPLY, REFUSAL);
    if (on.has("parleyLosesAnswers")) parley.faults.add(REPLY, { kind: "lost-answer" });
    if (on.has("parleyUnclear")) parley.faults.add(REPLY, UNCLEAR);
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
