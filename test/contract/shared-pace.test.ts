import { WebClient } from "@slack/web-api";
import { expect, it, onTestFinished, vi } from "vitest";
import { startFakeSlack } from "../../fakes/slack/fake-slack.ts";
import { identity } from "../../fakes/slack/identity.ts";
import { makeConversationId, toItemId, toUserId } from "../../src/ids.ts";
import { createOptionalScopes } from "../../src/slack/optional-scopes.ts";
import { createPace } from "../../src/slack/pace.ts";
import { createPosts } from "../../src/slack/posts.ts";
import { webClientOptions } from "../../src/slack/web-api.ts";
import { textsFor } from "../../src/views/texts/texts-for.ts";
import { captureLog } from "../support/captured-log.ts";
import { describePostgres } from "../support/postgres.ts";
import { openPostgresRig } from "./postgres-pace-rig.ts";
import { pass, stopTime } from "./rate-limiter-rig.ts";

describePostgres("Slack's pace", () => {
  it("is kept by several replicas together, who post in the order in which threads began to wait", async () => {
    stopTime();
    onTestFinished(() => void vi.useRealTimers());
    const rig = await openPostgresRig();
    const slack = await startFakeSlack({ limits: { posts: true } });
    onTestFinished(() => slack.close());
    const underWay = new Set<Promise<unknown>>();

    /** What a replica posts with. */
    function startPosting() {
      const posts = createPosts({
        client: new WebClient(slack.botToken, webClientOptions(slack.apiUrl)),
        team: identity.teamId,
        channels: [slack.channel],
        botId: identity.botId,
        pace: createPace(1, rig.replica()),
        optionalScopes: createOptionalScopes(() => true, captureLog()),
        texts: textsFor("en"),
        log: captureLog(),
      });
      return async (text: string) => {
        await posts.acquire(new AbortController().signal, slack);
        const conversation = makeConversationId(toUserId("1"), toItemId(text));
        const tag = { kind: "root", conversation, opening: 0 } as const;
        const posting = posts.post({ text }, tag, { channel: slack.channel });
        underWay.add(posting);
        await posting.finally(() => underWay.delete(posting));
      };
    }
    /** A post takes no time, however long it takes. */
    const isThere = async () => {
      await rig.settled();
      while (underWay.size > 0) {
        await Promise.all(underWay);
        await rig.settled();
      }
    };
    const goOn = (ms: number) => pass(ms, { settled: isThere });
    const [a, b, c] = [startPosting(), startPosting(), startPosting()];

    const asked = [1, 2, 3, 4, 5].map((n) => a(`a${n}`));
    await goOn(100);
    asked.push(b("b1"));
    await goOn(1_000);
    asked.push(c("c1"), c("c2"));
    await goOn(1_000);
    asked.push(a("a6"));
    await goOn(9_000);
    await Promise.all(asked);

    const calls = slack.calls("chat.postMessage");
    expect(calls.map(({ status }) => status)).not.toContain(429);
    expect(calls.map(({ args }) => args.text)).toEqual([
      ...["a1", "a2", "a3", "a4", "a5"],
      "b1",
      ...["c1", "c2"],
      "a6",
    ]);
  });
});
