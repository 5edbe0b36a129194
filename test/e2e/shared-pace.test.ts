import { WebClient } from "@slack/web-api";
import { expect, it, onTestFinished } from "vitest";
import { startFakeSlack } from "../../fakes/slack/fake-slack.ts";
import { identity } from "../../fakes/slack/identity.ts";
import { makeConversationId, toItemId, toUserId } from "../../src/ids.ts";
import { createPace } from "../../src/slack/pace.ts";
import { createPosts } from "../../src/slack/posts.ts";
import { webClientOptions } from "../../src/slack/web-api.ts";
import { createSharedLimiters } from "../../src/state/postgres/shared-limiters.ts";
import { textsFor } from "../../src/views/texts/texts-for.ts";
import { captureLog } from "../support/captured-log.ts";
import { openReplica } from "../support/open-postgres.ts";
import { createDatabase, describePostgres } from "../support/postgres.ts";

describePostgres("Slack's pace", () => {
  it("is kept by several replicas together, who post in the order in which threads began to wait", async () => {
    const slack = await startFakeSlack({ limits: { posts: true } });
    onTestFinished(() => slack.close());
    const url = await createDatabase();

    /** What a replica posts with. */
    async function startPosting() {
      const database = await openReplica(url);
      const posts = createPosts({
        client: new WebClient(slack.botToken, webClientOptions(slack.apiUrl)),
        team: identity.teamId,
        channels: [slack.channel],
        botId: identity.botId,
        pace: createPace(1, createSharedLimiters(database)),
        texts: textsFor("en"),
        log: captureLog(),
      });
      return async (text: string) => {
        await posts.acquire(new AbortController().signal, slack);
        const conversation = makeConversationId(toUserId("1"), toItemId(text));
        await posts.post(
          { text },
          { kind: "root", conversation, opening: 0 },
          { channel: slack.channel },
        );
      };
    }
    const [a, b, c] = [await startPosting(), await startPosting(), await startPosting()];
    const calls = () => slack.calls("chat.postMessage");
    const posted = (count: number) => slack.waitFor(() => calls().length >= count, 10_000);

    const under = [1, 2, 3, 4, 5].map((n) => a(`a${n}`));
    await posted(1);
    under.push(b("b1"));
    await posted(2);
    under.push(c("c1"), c("c2"));
    await posted(3);
    under.push(a("a6"));
    await Promise.all(under);

    expect(calls().map(({ status }) => status)).not.toContain(429);
    expect(calls().map(({ args }) => args.text)).toEqual([
      ...["a1", "a2", "a3", "a4", "a5"],
      "b1",
      ...["c1", "c2"],
      "a6",
    ]);
  });
});
