import { openConversations } from "./conversations.ts";
import { inFolder } from "./folder.ts";
import { createClient, pause, saturate } from "./load.ts";
import { createRequests, fromUsers } from "./requests.ts";
import type { Size } from "./settings.ts";
import { startTarget } from "./target.ts";
import type { Upstreams } from "./upstreams.ts";

export interface BusyChannel {
  readonly seconds: number;
  readonly posts: number;
  /** After the burst that Slack allows. */
  readonly postsPerSecond: number;
  readonly messages: number;
  readonly refused: number;
}

const CONVERSATIONS = 10;
const MESSAGES_OF_EACH = 100;
/** At most so many posts come at once before the pace counts. */
const BURST = 4;

/** One channel at Slack's pace, with far more to post than the pace allows; Slack refuses what is too fast. */
export function measureBusyChannel(size: Size, upstreams: Upstreams): Promise<BusyChannel> {
  return inFolder(async (folder) => {
    upstreams.reset();
    const requests = createRequests();
    const opener = await startTarget({ program: "bridge", upstreams, folder });
    const openerClient = createClient(opener.urls);
    await openConversations(CONVERSATIONS, { client: openerClient, requests, upstreams });
    openerClient.close();
    await opener.stop();

    upstreams.policy = "one-per-second";
    const bridge = await startTarget({
      program: "bridge",
      upstreams,
      folder,
      postsPerSecond: "1",
    });
    const client = createClient(bridge.urls);
    try {
      const { ledger, posts, counts } = upstreams;
      const arrivedBefore = ledger.arrivals;
      const next = fromUsers(requests, ledger, CONVERSATIONS);
      const startedAt = performance.now();
      await saturate(
        () => {
          const { number, request } = next();
          ledger.sent(number);
          return client.send(request);
        },
        { seconds: size.channelSeconds, limit: CONVERSATIONS * MESSAGES_OF_EACH },
      );
      await pause(size.channelSeconds * 1000 - (performance.now() - startedAt));
      const paced = posts.slice(BURST - 1);
      const seconds = ((paced.at(-1) ?? 0) - (paced[0] ?? 0)) / 1000;
      return {
        seconds: size.channelSeconds,
        posts: posts.length,
        postsPerSecond: (paced.length - 1) / seconds,
        messages: ledger.arrivals - arrivedBefore,
        refused: counts.refused,
      };
    } finally {
      client.close();
      await bridge.stop();
      upstreams.policy = "unlimited";
    }
  });
}
