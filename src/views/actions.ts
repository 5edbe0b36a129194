import { button, overflow } from "../convert/to-slack/blocks.ts";
import { defined } from "../defined.ts";
import {
  type ConversationId,
  type ItemId,
  parseUserId,
  type Thread,
  toConversationId,
  toItemId,
  type UserId,
} from "../ids.ts";
import { isJsonObject, type Json, parseJson } from "../json.ts";

/** Something that people press, call up or submit in Slack. */
interface Callable {
  /** A button's `action_id`; the `callback_id` of a shortcut or a form. */
  readonly id: string;
}

export interface Action<Value> extends Callable {
  readonly write: (value: Value) => string;
  /** Never throws; `undefined`: this is nothing that `write` has made. */
  readonly read: (text: string) => Value | undefined;
}

type Actions<Values> = { readonly [Name in keyof Values]: Action<Values[Name]> };

/** A reply that waits for somebody's decision: its outbox item, and the `ts` of the agent's message. */
export interface UndecidedReply {
  readonly item: ItemId;
  readonly ts: string;
}

/** A change of owner, or of team, that waits for a click. */
export interface OfferedChange {
  readonly userId: UserId;
  /** Id of the Service, or name of the team. */
  readonly to: string;
  /** Slack's id of the command that asked for it. */
  readonly trigger: string;
}

/** A conversation that somebody wants to have in place of whoever has it: Slack's id of them. */
export interface HeldConversation {
  readonly conversation: ConversationId;
  readonly from: string;
}

/** A conversation as a button showed it: Slack's id of who had it then. Missing: the button did not say. */
export interface ShownConversation extends Pick<HeldConversation, "conversation"> {
  readonly from?: string;
}

/** Where somebody gives a User to a colleague, and who had the User when they were asked to whom. */
export interface Assignment extends Thread {
  /** Slack id; missing: nobody. */
  readonly from?: string;
}

export const HOME_FILTERS = ["all", "mine", "unclaimed"] as const;
export type HomeFilter = (typeof HOME_FILTERS)[number];

/** What somebody wants to see in the App Home. */
export interface HomeWish {
  readonly show: HomeFilter;
  /** From 0. */
  readonly page: number;
  /** The name of one of their teams; missing: all of them. */
  readonly team?: string;
}

/** What the value of each button says. */
export interface ActionValues {
  handBack: ConversationId;
  move: ConversationId;
  decline: ConversationId;
  sendAgain: UndecidedReply;
  takeOver: UndecidedReply;
  dismiss: UndecidedReply;
  itArrived: UndecidedReply;
  undo: UndecidedReply;
  giveUser: OfferedChange;
  moveTo: OfferedChange;
  quickAnswer: ConversationId;
  /** Id of the answer. */
  chooseAnswer: string;
  take: ConversationId;
  takeFrom: HeldConversation;
  release: ShownConversation;
  assign: ConversationId;
  showHome: HomeWish;
  erase: "find";
}
export type ActionName = keyof ActionValues;

/** A User, by the id that is to be typed, and how many ids they had when it was said what would be erased. */
export interface ShownUser {
  readonly userId: UserId;
  readonly ids: number;
}

/** What each form keeps in its `private_metadata`. */
export interface FormValues {
  quickAnswer: Thread;
  handBack: Thread;
  move: Thread;
  assign: Assignment;
  decline: Thread;
  eraseFind: "find";
  erase: ShownUser;
}
export type FormName = keyof FormValues;

const conversation = {
  write: (id: ConversationId) => id,
  read: (text: string) => (text ? toConversationId(text) : undefined),
};

const undecidedReply = {
  write: ({ item, ts }: UndecidedReply) => `${item} ${ts}`,
  read(text: string): UndecidedReply | undefined {
    const [item, ts] = text.split(" ");
    return item && ts ? { item: toItemId(item), ts } : undefined;
  },
};

const offeredChange = {
  write: ({ userId, to, trigger }: OfferedChange) => JSON.stringify({ userId, to, trigger }),
  read(text: string): OfferedChange | undefined {
    const { userId: id, to, trigger } = readTexts(text);
    const userId = parseUserId(id);
    return userId && to && trigger ? { userId, to, trigger } : undefined;
  },
};

const heldConversation = {
  write: ({ conversation: id, from }: HeldConversation) => `${id} ${from}`,
  read(text: string): HeldConversation | undefined {
    const [id, from] = text.split(" ");
    return id && from ? { conversation: toConversationId(id), from } : undefined;
  },
};

const shownConversation = {
  write: ({ conversation: id, from }: ShownConversation) => [id, from].filter(Boolean).join(" "),
  read(text: string): ShownConversation | undefined {
    const [id, from] = text.split(" ");
    return id
      ? { conversation: toConversationId(id), ...defined({ from: from || undefined }) }
      : undefined;
  },
};

const homeWish = {
  write: ({ show, page, team = "" }: HomeWish) => `${show} ${page} ${team}`.trim(),
  read(text: string): HomeWish | undefined {
    const [, given, page, team] = /^(\w+) (\d{1,6})(?: (.+))?$/.exec(text) ?? [];
    const show = HOME_FILTERS.find((name) => name === given);
    return show && { show, page: Number(page), ...defined({ team }) };
  },
};

const thread = {
  write: ({ team, channel, ts }: Thread) => JSON.stringify({ team, channel, ts }),
  read(text: string): Thread | undefined {
    // The team is empty where Slack does not say which one is ours.
    const { team, channel, ts } = readTexts(text);
    return team !== undefined && channel && ts ? { team, channel, ts } : undefined;
  },
};

/** It says nothing but that it is one of ours. */
const find = {
  write: () => "find",
  read: (text: string) => (text === "find" ? text : undefined),
};

const shownUser = {
  write: ({ userId, ids }: ShownUser) => `${ids} ${userId}`,
  read(text: string): ShownUser | undefined {
    const [ids = ""] = text.split(" ", 1);
    const userId = parseUserId(text.slice(ids.length));
    return userId && /^\d+$/.test(ids) ? { userId, ids: Number(ids) } : undefined;
  },
};

const assignment = {
  write: ({ team, channel, ts, from }: Assignment) =>
    JSON.stringify({ team, channel, ts, ...defined({ from }) }),
  read(text: string): Assignment | undefined {
    const place = thread.read(text);
    return place && { ...place, ...defined({ from: readTexts(text).from }) };
  },
};

/** The fields of a JSON object that are texts. */
function readTexts(source: string): Readonly<Record<string, string>> {
  const given = parseJson(source);
  const fields = isJsonObject(given) ? Object.entries(given) : [];
  return Object.fromEntries(
    fields.flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}

/**
 * The buttons. Messages that are in Slack already have these ids and values of these forms, and old buttons have to work:
 * there may be more of them, but none may change. The same goes for the two tables below.
 */
export const ACTIONS: Actions<ActionValues> = {
  handBack: { id: "parley_hand_back", ...conversation },
  move: { id: "parley_move", ...conversation },
  decline: { id: "parley_decline", ...conversation },
  sendAgain: { id: "parley_send_again", ...undecidedReply },
  takeOver: { id: "parley_take_over", ...undecidedReply },
  dismiss: { id: "parley_dismiss", ...undecidedReply },
  itArrived: { id: "parley_it_arrived", ...undecidedReply },
  undo: { id: "parley_undo", ...undecidedReply },
  giveUser: { id: "parley_give_user", ...offeredChange },
  moveTo: { id: "parley_move_to", ...offeredChange },
  quickAnswer: { id: "parley_quick_answer", ...conversation },
  chooseAnswer: {
    id: "parley_choose_answer",
    write: (id) => id,
    read: (text) => text || undefined,
  },
  take: { id: "parley_take", ...conversation },
  takeFrom: { id: "parley_take_from", ...heldConversation },
  release: { id: "parley_release", ...shownConversation },
  assign: { id: "parley_assign", ...conversation },
  showHome: { id: "parley_show_home", ...homeWish },
  erase: { id: "parley_erase", ...find },
};

/** The shortcuts of messages. The app's manifest names them too. */
export const SHORTCUTS = {
  handBack: { id: "parley_hand_back" },
  move: { id: "parley_move" },
} as const;

export const FORMS: Actions<FormValues> = {
  quickAnswer: { id: "parley_quick_answer", ...thread },
  handBack: { id: "parley_hand_back", ...thread },
  move: { id: "parley_move", ...thread },
  assign: { id: "parley_assign", ...assignment },
  decline: { id: "parley_decline", ...thread },
  eraseFind: { id: "parley_erase_find", ...find },
  erase: { id: "parley_erase", ...shownUser },
};

/** The menu beside buttons, whose entries do what buttons would do. */
export const MENU = { id: "parley_menu" } as const;

/**
 * The entries of the menu beside the buttons of a root, in this order; `move` only where there is more than one team, `quickAnswer`
 * where there are answers, and `decline` until an agent has answered.
 */
export const ROOT_MENU = [
  "assign",
  "move",
  "quickAnswer",
  "decline",
] as const satisfies readonly ActionName[];

/** The name of the entry that a request of Slack is about; `undefined`: it is not one of ours. Never throws. */
export function nameIn<Name extends string>(
  table: Readonly<Record<Name, Callable>>,
  id: unknown,
): Name | undefined {
  const given = typeof id === "string" ? id.split("/", 1)[0] : undefined;
  for (const name in table) if (table[name].id === given) return name;
  return undefined;
}

/**
 * A button that does `action` with `value`. `index`: which one it is, if the message has several of this action; Slack
 * wants the ids within a message different.
 */
export function actionButton<Value>(
  { id, write }: Action<Value>,
  value: Value,
  {
    index,
    ...appearance
  }: Omit<Parameters<typeof button>[0], "actionId" | "value"> & { index?: number },
): Json {
  const actionId = index === undefined ? id : `${id}/${index}`;
  return button({ ...appearance, actionId, value: write(value) });
}

/** An entry of a menu, which does `action` with `value`. */
export const menuEntry = <Value>(
  { id, write }: Action<Value>,
  value: Value,
  text: string,
): MenuEntry => ({ text, value: `${id} ${write(value)}` });

type MenuEntry = Parameters<typeof overflow>[0]["options"][number];

/** No more than five entries. */
export const actionMenu = (...options: readonly MenuEntry[]): Json =>
  overflow({ actionId: MENU.id, options });

/** What an entry of a menu stands for: the id and the value that its button would have. Never throws. */
export function readMenuEntry(text: string): { id: string; value: string } {
  const [id = "", ...value] = text.split(" ");
  return { id, value: value.join(" ") };
}
