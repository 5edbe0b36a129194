import { type Logger, LogLevel, WebClient } from "@slack/web-api";
import { expect, onTestFinished } from "vitest";
import {
  type FakeSlack,
  type FakeSlackOptions,
  startFakeSlack,
} from "../../fakes/slack/fake-slack.ts";

/** A fake that is closed, and was found without internal exceptions, at the end of the test. */
export async function slackForTest(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const slack = await startFakeSlack({ retryScale: 0.0001, ...options });
  onTestFinished(async () => {
    await slack.close();
    expect(slack.crashes).toEqual([]);
  });
  return slack;
}

const ignore = (): void => undefined;
/** The client logs the very refusals that these tests provoke. */
const silent: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  setLevel: ignore,
  setName: ignore,
  getLevel: () => LogLevel.ERROR,
};

export function clientOf(slack: FakeSlack, token = slack.botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    logger: silent,
    rejectRateLimitedCalls: true,
  });
}
