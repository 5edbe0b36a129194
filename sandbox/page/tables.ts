import type { FakeParley } from "../../fakes/parley/fake-parley.ts";
import { directMessagesId } from "../../fakes/slack/direct-messages.ts";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import { isReply } from "../../fakes/slack/messages.ts";
import { ACTIONS, FORMS } from "../../src/views/actions.ts";
import type { BridgeProcess } from "../bridge-process.ts";
import { BILLING, ROLES } from "../people.ts";
import type { ToldClock } from "../told-clock.ts";
import { TROUBLES, type Troubles } from "../troubles.ts";
import { toCustomerRows } from "./customers.ts";
import type { Exchanges } from "./exchanges.ts";
import type { GuideStep, SandboxRow, Tables } from "./wire.ts";

export interface Sources {
  readonly slack: FakeSlack;
  readonly parley: FakeParley;
  readonly bridge: Pick<BridgeProcess, "status">;
  readonly troubles: Troubles;
  readonly clock: ToldClock | undefined;
  /** The steps of the guide that leave no trace elsewhere. */
  readonly deeds: ReadonlySet<GuideStep>;
  readonly exchanges: Exchanges;
  readonly fixed: Pick<SandboxRow, "transport" | "shortcuts" | "commands" | "startFile">;
}

/** Everything that the page shows, as it is now. */
export function readTables(sources: Sources): Tables {
  const { slack, exchanges, parley } = sources;
  const { state } = slack;
  return {
    sandbox: { main: toSandboxRow(sources) },
    people: Object.fromEntries(
      [...state.users.values()].map(({ id, displayName, realName, isBot }) => [
        id,
        {
          id,
          name: displayName || realName,
          isApp: isBot,
          directMessages: directMessagesId(id),
          ...(ROLES[id] && { role: ROLES[id] }),
        },
      ]),
    ),
    customers: toCustomerRows(parley),
    messages: Object.fromEntries(
      state.messages.map((message) => [`${message.channel}/${message.ts}`, message]),
    ),
    ephemerals: Object.fromEntries(
      state.ephemerals
        .filter(({ deleted }) => !deleted)
        .map((message) => [`${message.channel}/${message.ts}`, message]),
    ),
    modals: Object.fromEntries(
      [...state.views]
        .filter(([, { status }]) => status === "open")
        .map(([id, { user, view, errors }]) => [id, { user, view, errors }]),
    ),
    homes: Object.fromEntries(state.homes),
    statuses: Object.fromEntries([...state.statuses].map(([key, { status }]) => [key, { status }])),
    exchanges: exchanges.rows(),
  };
}

function toSandboxRow(sources: Sources): SandboxRow {
  const { slack, parley, bridge, troubles, clock, fixed } = sources;
  const channels = [...slack.state.channels.values()].filter(({ imOf }) => imOf === undefined);
  return {
    ...fixed,
    bridge: bridge.status,
    ...(clock && { aheadMs: clock.aheadMs }),
    troubles: Object.fromEntries(
      TROUBLES.map((trouble) => [trouble, troubles.on.has(trouble)]),
    ) as SandboxRow["troubles"],
    guide: toGuide(sources),
    slackUrl: slack.url,
    channels: channels.map(({ id, name, isArchived, members }) => ({
      id,
      name,
      isArchived,
      hasApp: members.has(slack.botUserId),
    })),
    parley: { clientApi: parley.clientApiDomain, account: parley.account.identification },
  };
}

/** Read off the fakes' own records, so that most of it also holds after a restart on saved state. */
function toGuide({ slack, parley, deeds }: Sources): SandboxRow["guide"] {
  const { agentService, botService } = parley;
  const users = [...parley.state.users.values()];
  const handovers = users.flatMap((user) => user.handovers);
  const isFromAgent = ({ typeId, agent }: (typeof users)[number]["messages"][number]): boolean =>
    typeId === 2 && agent !== null && agent.name !== botService.name;
  const { messages } = slack.state;
  const roots = messages.filter((message) => message.bot_id === slack.botId && !isReply(message));
  const conversationOf = ({ metadata }: (typeof roots)[number]) =>
    metadata?.event_payload.conversation;
  const pressed = pressedIn(slack);
  const isWithBot = (name: RegExp): boolean =>
    !!parley.bot?.exchanges.some((each) => name.test(each.name) && (each.status ?? 500) < 300);
  const edited = new Set(messages.filter((message) => message.edited).map(({ ts }) => ts));
  const isKept = ({ user = "", reactions = [] }: (typeof messages)[number], byOutsiders: boolean) =>
    ROLES[user] !== undefined &&
    (ROLES[user] === "outsider") === byOutsiders &&
    reactions.some(({ name, users: by }) => name === "lock" && by.includes(slack.botUserId));
  return {
    asked: handovers.some(({ to }) => to === agentService.identification),
    answered: users.some((user) => user.messages.some(isFromAgent)),
    handedBack: handovers.some(
      ({ from, to }) => from === agentService.identification && to === botService.identification,
    ),
    askedForMoney: roots.some(({ channel }) => channel === BILLING.id),
    claimed: pressed.some(({ action_id }) => action_id === ACTIONS.take.id),
    collided: users.some(
      ({ messages: sent }) =>
        new Set(sent.filter(isFromAgent).map(({ agent }) => agent?.name)).size > 1,
    ),
    noted: messages.some((message) => isKept(message, false)),
    corrected: pressed.some(
      ({ action_id, value = "" }) =>
        action_id === ACTIONS.sendAgain.id && edited.has(ACTIONS.sendAgain.read(value)?.ts ?? ""),
    ),
    quicklyAnswered: slack
      .calls("interactive:view_submission")
      .some(({ args }) => callbackIn(args.view) === FORMS.quickAnswer.id),
    reminded: messages.some(
      (message) => isReply(message) && !!message.bot_id && /^:bell:/.test(message.text ?? ""),
    ),
    wentHome: slack.calls("event:app_home_opened").length > 0,
    troubled: deeds.has("troubled"),
    revived: deeds.has("revived"),
    advised: messages.some((message) => isKept(message, true)),
    moved: roots.some((root) =>
      roots.some(
        (other) =>
          other.channel !== root.channel &&
          conversationOf(other) !== undefined &&
          conversationOf(other) === conversationOf(root),
      ),
    ),
    broughtBack: slack.calls("event:channel_unarchive").length > 0,
    toldWait: isWithBot(/^GET \/parley\/availability/),
    sawWaiting: isWithBot(/ handover\.waiting$/),
    rated: isWithBot(/^POST \/parley\/ratings/),
  };
}

interface Pressed {
  readonly action_id: string;
  readonly value?: string;
}

/** The buttons that members have pressed since the start. */
const pressedIn = (slack: FakeSlack): readonly Pressed[] =>
  slack
    .calls("interactive:block_actions")
    .flatMap(({ args }) => (args.actions ?? []) as readonly Pressed[]);

const callbackIn = (view: unknown): unknown =>
  typeof view === "object" && view !== null && "callback_id" in view ? view.callback_id : undefined;
