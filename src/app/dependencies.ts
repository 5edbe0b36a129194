import { createAudit } from "../bridge/audit.ts";
import { createNotifier } from "../bridge/notifier.ts";
import type { Conversations, Workspace } from "../bridge/ports.ts";
import type { Config } from "../config/read-config.ts";
import type { CreateRateLimiter } from "../delivery/rate-limiter.ts";
import { createSemaphore } from "../delivery/semaphore.ts";
import { createDesk } from "../desk/create-desk.ts";
import { type Json, parseJson } from "../json.ts";
import type { Log } from "../log.ts";
import { createParleyFiles } from "../parley/parley-files.ts";
import { parseCallback } from "../parley/parse-callback.ts";
import { createSlackFiles } from "../slack/slack-files.ts";
import type { State } from "../state/state.ts";
import type { InTurn } from "../turns.ts";
import { textsFor } from "../views/texts/texts-for.ts";
import type { Queues } from "./open-queues.ts";
import type { Outside } from "./outside.ts";
import { createSlackPorts } from "./slack-ports.ts";

/** Files on their way at once; of those whose size is not known each takes up to 10 MB of memory. */
const TRANSFERS = 4;

/** What the handlers of both flows, and those who take something in, work with. */
export type Dependencies = ReturnType<typeof createDependencies>;

export function createDependencies(
  config: Config,
  {
    outside,
    workspace,
    queues,
    conversations,
    audit: records,
    inTurn,
    createLimiter,
    now,
    log,
  }: {
    outside: Outside;
    workspace: Workspace;
    queues: Queues;
    conversations: Conversations;
    audit: State["audit"];
    inTurn: InTurn<string>;
    createLimiter: CreateRateLimiter;
    now: () => number;
    log: Log;
  },
) {
  const { client, parley, parleyApi } = outside;
  const slackLog = log.child({ component: "slack" });
  const texts = textsFor(config.language);
  const { patience, groupMs, showUserIdentity, mentions, replyMode, undoMs } = config;
  const { ownerUnknown, lineBreak, messageLength } = config.parley;
  const parse = (body: Json) => parseCallback(body, parley.self);
  const slack = createSlackPorts(client, {
    config,
    workspace,
    createLimiter,
    texts,
    log: slackLog,
  });
  return {
    ...slack,
    ...queues,
    parley,
    slackFiles: createSlackFiles({
      client,
      ...config.slack,
      channels: config.teams.map(({ channel }) => channel),
      texts,
      log: slackLog,
    }),
    desk: createDesk(config.teams),
    parleyFiles: createParleyFiles(parleyApi, config.parley),
    transfers: createSemaphore(TRANSFERS),
    conversations,
    audit: createAudit({ records, people: slack.people, log: log.child({ component: "audit" }) }),
    inTurn,
    notifier: createNotifier(queues.inbox),
    parse: (raw: string) => parse(parseJson(raw) ?? null),
    texts,
    patience,
    groupMs,
    showUserIdentity,
    mentions,
    replyMode,
    undoMs,
    ownerUnknown,
    lineBreak,
    messageLength,
    now,
  };
}
