import type { Language } from "../language.ts";

/** What a team's desk does by itself, as it is configured. All times in ms. */
export interface DeskRules {
  /** Missing: it is always open. */
  readonly hours?: OpeningHours;
  /** What becomes of a User who is handed over outside of the hours. */
  readonly outside: "queue" | "hand-back";
  readonly assign: "none" | "round-robin";
  /** What happens when a second agent answers the same User. */
  readonly collision: "warn" | "hold" | "off";
  /** What happens while nobody has answered the User; the earliest first. Counted in opening hours, as are all times here. */
  readonly waiting: readonly WaitingStep[];
  /** The agent who has claimed a conversation is reminded, and loses it after this time if it is to be released. */
  readonly silent?: { readonly afterMs: number; readonly release: boolean };
  /** What happens while the User does not answer; the earliest first. */
  readonly idle: readonly IdleStep[];
  /** What a User writes to end the conversation. */
  readonly endWords: readonly string[];
  /** What agents choose from when they hand a User back. */
  readonly outcomes: readonly string[];
  /** How many of the newest messages the bot gets with a hand-back. */
  readonly transcript: number;
  /** Addresses that the details show, by name; `{externalId}` is the customer id. */
  readonly links: Readonly<Record<string, string>>;
}

export const REMINDED = ["thread", "claimant", "group", "leads"] as const;

/** The names of the bridge's own texts to Users. */
export const USER_TEXTS = [
  "waiting",
  "outside-hours",
  "still-there",
  "nobody-available",
  "ended",
] as const;

/** Texts that take the place of the bridge's own, and others besides, by their names. */
export type UserTexts = Readonly<Record<string, Partial<Readonly<Record<Language, string>>>>>;

/** Why a User goes back, as the bot is told. */
export const HAND_BACK_REASONS = [
  "handed_back",
  "nobody_available",
  "outside_hours",
  "user_silent",
  "user_ended",
  "declined",
  "expired",
] as const;
export type HandBackReason = (typeof HAND_BACK_REASONS)[number];

/** What is done with a User by itself: told one of the texts, by its name, or handed back. */
type Deed = { readonly tellUser: string } | { readonly handBack: HandBackReason };

export type WaitingStep = { readonly afterMs: number } & (
  | { readonly remind: (typeof REMINDED)[number] }
  | Deed
);

export type IdleStep = { readonly afterMs: number } & Deed;

/** When a team is there, in its own time zone. */
export interface OpeningHours {
  readonly timezone: string;
  /** By day of the week, Monday first. */
  readonly days: readonly (readonly Span[])[];
  /** Days on which it is closed, as `2026-12-25`; both ends are meant. A span that began the day before goes on. */
  readonly closed: readonly { readonly from: string; readonly to: string }[];
}

/** Minutes of the day at which it begins and ends; one that ends before it begins goes on over midnight. 24:00 is 1440. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Nothing happens by itself. */
export const NO_RULES: DeskRules = {
  outside: "queue",
  assign: "none",
  collision: "off",
  waiting: [],
  idle: [],
  endWords: [],
  outcomes: [],
  transcript: 0,
  links: {},
};
