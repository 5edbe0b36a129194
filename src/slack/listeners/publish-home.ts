import type { HomeView } from "@slack/web-api";
import type { Conversation } from "../../bridge/conversation.ts";
import { listOpen } from "../../bridge/list-open.ts";
import { defined } from "../../defined.ts";
import { renderHome } from "../../views/home.ts";
import { callSlack } from "../web-api.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import type { EventCall } from "./requests.ts";

/** Whoever opens the page has just been looked up, so there is an answer by now, or none for long. */
const LOOK_UP_WITHIN_MS = 1_000;

/** Shows an agent who waits for their teams. Slack keeps the page as it was published, so it is made anew each time it is opened. */
export async function publishHome(
  { event: { user, tab }, client }: EventCall<"app_home_opened">,
  dependencies: ListenerDependencies,
): Promise<void> {
  const { permissions, desk, channelIds, inbox, outbox, alarms, texts, now } = dependencies;
  if (tab !== "home") return;
  const teams = await permissions.teamsOf(user, LOOK_UP_WITHIN_MS);
  const [toSlack, toParley] = await Promise.all([inbox.backlog(), outbox.backlog()]);
  const channels = new Set(teams.map(({ channel }) => channel));
  const channelOf =
    channels.size === 1
      ? undefined
      : (conversation: Conversation) =>
          channelIds.current(conversation.thread?.channel ?? desk.teamOf(conversation).channel);
  const home = {
    alarms: alarms.current(),
    toSlack,
    toParley,
    conversations: await listOpen(teams, { ...dependencies, ...defined({ channelOf }) }),
    channels: [...channels].map(channelIds.current),
    now: now(),
  };
  const view = renderHome(home, texts);
  await callSlack(
    "views.publish",
    () => client.views.publish({ user_id: user, view: view as unknown as HomeView }),
    { idempotent: true },
  );
}
