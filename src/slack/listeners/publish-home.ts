import type { HomeView, WebClient } from "@slack/web-api";
import type { Conversation } from "../../bridge/conversation.ts";
import { listOpen } from "../../bridge/list-open.ts";
import { undecidedReplies } from "../../bridge/undecided-replies.ts";
import { defined } from "../../defined.ts";
import { ACTIONS, type HomeWish } from "../../views/actions.ts";
import { renderHome } from "../../views/home.ts";
import { callSlack } from "../web-api.ts";
import type { ListenerDependencies } from "./listener-dependencies.ts";
import type { EventCall, Press } from "./requests.ts";

/** Whoever opens the page has just been looked up, so there is an answer by now, or none for long. */
const LOOK_UP_WITHIN_MS = 1_000;

const EVERYTHING: HomeWish = { show: "all", page: 0 };

/** Shows an agent who waits for their teams, with the filters that they chose last. Slack keeps the page as it was published. */
export async function openHome(
  { event: { user, tab, view }, client }: EventCall<"app_home_opened">,
  dependencies: ListenerDependencies,
): Promise<void> {
  if (tab !== "home") return;
  const wish = ACTIONS.showHome.read(view?.private_metadata ?? "");
  await publishHome({ agent: user, client }, wish, dependencies);
}

/** Shows them another part of it, or the same part as it is now. */
export const showHome = (
  { value, body, client }: Press<HomeWish>,
  dependencies: ListenerDependencies,
): Promise<void> => publishHome({ agent: body.user.id, client }, value, dependencies);

/** `said`: what became of a button that was pressed there. */
export async function publishHome(
  { agent, client }: { readonly agent: string; readonly client: WebClient },
  wish: HomeWish = EVERYTHING,
  dependencies: ListenerDependencies,
  said?: string,
): Promise<void> {
  const { permissions, desk, channelIds, inbox, outbox, alarms, texts, now } = dependencies;
  const teams = await permissions.teamsOf(agent, LOOK_UP_WITHIN_MS);
  const asEraser = { as: "eraser", team: undefined } as const;
  const [toSlack, toParley, refusal] = await Promise.all([
    inbox.backlog(),
    outbox.backlog(),
    permissions.refusalOf({ agent }, asEraser, LOOK_UP_WITHIN_MS),
  ]);
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
    conversations: await listOpen(teams, agent, { ...dependencies, ...defined({ channelOf }) }),
    undecided: await undecidedReplies(teams, dependencies),
    wish,
    teams: teams.map(({ name }) => name),
    channels: [...channels].map(channelIds.current),
    mayErase: refusal === undefined,
    now: now(),
    ...defined({ said }),
  };
  const view = renderHome(home, texts);
  await callSlack(
    "views.publish",
    () => client.views.publish({ user_id: agent, view: view as unknown as HomeView }),
    { idempotent: true },
  );
}
