import type { EphemeralMessage, SlackMessage, ViewObject } from "../../fakes/slack/state.ts";
import type { Role } from "../people.ts";
import type { Trouble } from "../troubles.ts";

/** A human member of the Slack workspace, or the app. */
export interface PersonRow {
  readonly id: string;
  readonly name: string;
  readonly isApp: boolean;
  /** What the start file says of them; the app has none. */
  readonly role?: Role;
  /** Of the app's direct messages with them. */
  readonly directMessages: string;
}

/** A channel of the Slack workspace. */
export interface ChannelRow {
  readonly id: string;
  readonly name: string;
  readonly isArchived: boolean;
  /** The app is in it. */
  readonly hasApp: boolean;
}

/** A device with Parley's client app on it, and what its User's chat looks like from outside. */
export interface CustomerRow {
  readonly device: string;
  readonly userId: string;
  readonly name: string;
  readonly isRegistered: boolean;
  /** With which the app of a registered User proves who that is. */
  readonly authorization?: string;
  /** Name of the connected Service. */
  readonly owner: string;
  readonly isWithAgents: boolean;
  /** What the bot's own web page says beside the chat; missing: nothing. */
  readonly line?: string;
  /** Messages that the User has not seen. */
  readonly unseen: number;
  /** Changes whenever the chat has to be read again. */
  readonly version: string;
}

/** A modal on the screen of a member. */
export interface ModalRow {
  readonly user: string;
  readonly view: ViewObject;
  readonly errors: Readonly<Record<string, string>>;
}

type Side = "parley" | "bot" | "bridge" | "slack";

/** One request between two of them; its bodies are fetched when somebody looks. */
export interface ExchangeRow {
  readonly id: number;
  readonly from: Side;
  readonly to: Side;
  /** `chat.postMessage`, `PUT /users/20/owner`, `message`, `POST handover.waiting` */
  readonly name: string;
  /** `200`, `429`, `ratelimited`, `cut`; empty while there is no answer. */
  readonly status: string;
  readonly outcome: "pending" | "ok" | "failed";
  /** ms since the epoch. */
  readonly at: number;
  readonly durationMs: number | null;
}

export interface ExchangeBodies {
  readonly request: unknown;
  readonly answer: unknown;
}

export type GuideStep =
  | "asked"
  | "answered"
  | "handedBack"
  | "claimed"
  | "collided"
  | "noted"
  | "corrected"
  | "quicklyAnswered"
  | "reminded"
  | "wentHome"
  | "troubled"
  | "revived"
  | "askedForMoney"
  | "advised"
  | "moved"
  | "broughtBack"
  | "toldWait"
  | "sawWaiting"
  | "rated";

export interface SandboxRow {
  readonly transport: "HTTP" | "Socket Mode";
  readonly bridge: {
    readonly state: "starting" | "running" | "stopped";
    readonly pid: number | null;
    readonly problem: string;
    readonly replicas?: { readonly running: number; readonly of: number };
  };
  /** How far the time was put forward; missing: nobody can do that. */
  readonly aheadMs?: number;
  readonly troubles: Readonly<Record<Trouble, boolean>>;
  /** Which steps of the guide have happened. */
  readonly guide: Readonly<Record<GuideStep, boolean>>;
  /** Where links to messages begin. */
  readonly slackUrl: string;
  readonly channels: readonly ChannelRow[];
  /** Where the bridge's configuration is. */
  readonly startFile: string;
  readonly parley: { readonly clientApi: string; readonly account: string };
  /** As in manifest.yml. */
  readonly shortcuts: readonly { readonly callbackId: string; readonly name: string }[];
  readonly commands: readonly { readonly command: string; readonly hint: string }[];
}

/** All that the page shows, as rows by id. */
export interface Tables {
  readonly sandbox: Readonly<Record<string, SandboxRow>>;
  readonly people: Readonly<Record<string, PersonRow>>;
  readonly customers: Readonly<Record<string, CustomerRow>>;
  readonly messages: Readonly<Record<string, SlackMessage>>;
  readonly ephemerals: Readonly<Record<string, EphemeralMessage>>;
  readonly modals: Readonly<Record<string, ModalRow>>;
  readonly homes: Readonly<Record<string, ViewObject>>;
  /** By `channel:thread_ts`. */
  readonly statuses: Readonly<Record<string, { readonly status: string }>>;
  readonly exchanges: Readonly<Record<string, ExchangeRow>>;
}

/** What a page is told: rows that are new or changed, `null` for rows that are gone. */
export interface Patch {
  /** Forget everything first. */
  readonly isFresh: boolean;
  readonly tables: {
    readonly [Name in keyof Tables]?: Readonly<Record<string, Tables[Name][string] | null>>;
  };
}

/** What an action came to, in words for the member; empty when all is well. */
export interface ActionResult {
  readonly problem: string;
}
