import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeParley, startFakeParley } from "../../fakes/parley/fake-parley.ts";
import { type FakeSlack, startFakeSlack } from "../../fakes/slack/fake-slack.ts";
import { CALLBACK_TOKEN, makeEnv } from "../support/world.ts";
import { type BridgeProcess, createBridgeProcess } from "./bridge-process.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { type Places, watchPlaces } from "./places.ts";
import type { Plan } from "./plan.ts";

/** The program between the two fakes. */
export interface Stage {
  readonly slack: FakeSlack;
  readonly parley: FakeParley;
  readonly bridge: BridgeProcess;
  readonly ledger: Ledger;
  readonly places: Places;
  readonly logFile: string;
  /** Ends the bridge and the fakes; its state and log stay if `keep`. */
  close(keep: boolean): Promise<void>;
}

export const AGENTS = ["U0ANNA", "U0BEN"] as const;

export async function setStage(plan: Plan): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "bridge-chaos-"));
  // Retries come faster than in life, but still take longer than a start of the bridge.
  const slack = await startFakeSlack({ retryScale: 0.01, socketRetryMs: 1_000 });
  const parley = await startFakeParley({ retryScale: 0.05 });
  const logFile = join(folder, "bridge.log");
  const bridge = await createBridgeProcess(
    {
      ...makeEnv(slack, parley, folder, plan.socketMode),
      SLACK_POSTS_PER_SECOND: "500",
      PARLEY_RESPONSE_TIMEOUT_MS: "500",
      RETRY_FIRST_MS: "20",
      RETRY_CAP_MS: "500",
      RETRY_MAX_AGE_MS: "3600000",
    },
    logFile,
  );
  if (!plan.socketMode) slack.deliverTo(`${bridge.url}/slack/events`);
  parley.registerCallback(parley.agentService.identification, `${bridge.url}/parley/callback`, {
    authorization: CALLBACK_TOKEN,
  });
  return {
    slack,
    parley,
    bridge,
    ledger: createLedger(parley),
    places: watchPlaces(slack),
    logFile,
    async close(keep) {
      await bridge.stop();
      await Promise.all([slack.close(), parley.close()]);
      if (!keep) await rm(folder, { recursive: true, force: true });
    },
  };
}
