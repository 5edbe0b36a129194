import { join } from "node:path";
import type { FakeParley } from "./parley/fake-parley.ts";
import type { FakeSlack } from "./slack/fake-slack.ts";

/** What an operator would put into `.env` for a bridge between the two fakes; its state lies in `folder`. */
export function bridgeEnv(given: {
  slack: FakeSlack;
  parley: FakeParley;
  folder: string;
  callbackToken: string;
  socketMode: boolean;
}): Record<string, string> {
  const { slack, parley, folder } = given;
  return {
    SLACK_BOT_TOKEN: slack.botToken,
    ...(given.socketMode
      ? { SLACK_APP_TOKEN: slack.appToken }
      : { SLACK_SIGNING_SECRET: slack.signingSecret }),
    SLACK_CHANNEL: slack.channel,
    SLACK_API_URL: slack.apiUrl,
    PARLEY_SERVICE_IDENTIFICATION: parley.agentService.identification,
    PARLEY_ACCOUNT_IDENTIFICATION: parley.account.identification,
    PARLEY_SHARED_SECRET: parley.account.sharedSecret,
    PARLEY_CALLBACK_TOKEN: given.callbackToken,
    PARLEY_API_URL: parley.serviceApiUrl,
    STATE_URL: `sqlite:${join(folder, "bridge.sqlite")}`,
  };
}
