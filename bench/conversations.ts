import { type Client, reached, saturate } from "./load.ts";
import type { Requests } from "./requests.ts";
import type { Upstreams } from "./upstreams.ts";

const OPEN_WITHIN_SECONDS = 180;

/** Hands the Users 0 to `count` - 1 over and resolves with their threads, by User, once all roots are posted. */
export async function openConversations(
  count: number,
  { client, requests, upstreams }: { client: Client; requests: Requests; upstreams: Upstreams },
): Promise<string[]> {
  let user = 0;
  await saturate(() => client.send(requests.handover(user++)), {
    seconds: OPEN_WITHIN_SECONDS,
    limit: count,
  });
  const { threads } = upstreams;
  if (!(await reached(() => threads.size === count, OPEN_WITHIN_SECONDS))) {
    throw new Error(`only ${threads.size} of ${count} conversations were opened`);
  }
  return Array.from({ length: count }, (_, index) => threads.get(index) ?? "");
}
