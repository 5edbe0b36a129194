/** What both programs are told; the upstreams and the load generator use the same. */
export const SIGNING_SECRET = "signing-secret-of-the-benchmark";
export const CALLBACK_TOKEN = "callback-token-of-the-benchmark";
export const SERVICE = "bench-agents";
export const ACCOUNT = "bench-account";
export const CHANNEL = "C0BENCH";
export const TEAM = "T0BENCH";
export const BOT_USER = "U0BENCHBOT";
export const AGENT = "U0BENCHAGENT";
/** The highest pace that the bridge takes: Slack's limit is not what is measured here. */
export const UNLIMITED_PACE = "10000";

/** How much is measured. Times are in seconds. */
export interface Size {
  readonly conversations: readonly number[];
  readonly warmUpSeconds: number;
  readonly warmUpMessages: number;
  readonly latencySeconds: number;
  readonly throughputSeconds: number;
  /** After everything has arrived: for what is still written then. */
  readonly settleSeconds: number;
  /** One conversation is one lane, so what waits in it takes its time. */
  readonly limitPerConversation: number;
  readonly channelSeconds: number;
  readonly pendingItems: number;
  readonly pendingSeconds: number;
  /** Conversations in the store, in rising order, and how many of them are open at most. */
  readonly stored: readonly number[];
  readonly storedOpen: number;
  /** Their messages come in both directions, and so many of all of them a second. */
  readonly takeOverUsers: number;
  readonly takeOverPerSecond: number;
  readonly kills: number;
  /** Each takes some seconds. */
  readonly freezes: number;
}

export const FULL: Size = {
  conversations: [1, 100, 10_000],
  warmUpSeconds: 3,
  warmUpMessages: 4_000,
  latencySeconds: 10,
  throughputSeconds: 6,
  settleSeconds: 0.5,
  limitPerConversation: 1_000,
  channelSeconds: 25,
  pendingItems: 100_000,
  pendingSeconds: 15,
  stored: [10_000, 100_000, 1_000_000],
  storedOpen: 10_000,
  takeOverUsers: 40,
  takeOverPerSecond: 100,
  kills: 20,
  freezes: 10,
};

export const QUICK: Size = {
  conversations: [1, 100],
  warmUpSeconds: 1,
  warmUpMessages: 1_000,
  latencySeconds: 2,
  throughputSeconds: 2,
  settleSeconds: 0.5,
  limitPerConversation: 200,
  channelSeconds: 7,
  pendingItems: 10_000,
  pendingSeconds: 2,
  stored: [1_000],
  storedOpen: 100,
  takeOverUsers: 20,
  takeOverPerSecond: 50,
  kills: 2,
  freezes: 1,
};
