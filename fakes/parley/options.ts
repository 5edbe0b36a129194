/** Where the message's fields lie in a message callback. Inferred: none of the three is confirmed. */
type MessageShape = "body" | "body.body" | "body.message";

/** How the new owner is told of a handover. Inferred: neither the callback nor its shape is confirmed. */
export interface HandoverShape {
  readonly type: "action" | "event" | "message";
  readonly name: string;
  readonly metadata: "object" | "json" | "absent";
  /** Where `newOwner` and `metadata` lie. */
  readonly placement: "root" | "body" | "body.body";
  readonly newOwner: "identification" | "object" | "absent";
}

/** Where GET owner's answer names the owner. Inferred: unknown. */
export type OwnerShape =
  | "data"
  | "data.owner"
  | "data.owner.identification"
  | "data.identification"
  | "data.service"
  | "data.service.identification"
  | "data.services";

/** How a merging callback names the absorbed and the surviving User. Inferred: contents unknown. */
type MergeShape = "from/to" | "old/new" | "source/target" | "none";

interface ParleyShapes {
  readonly message: MessageShape;
  readonly handover: HandoverShape | "none";
  readonly owner: OwnerShape;
  /** GET owner also returns the metadata of the last handover. */
  readonly ownerMetadata: boolean;
  readonly merge: MergeShape;
  /** `default` in GET services. */
  readonly default: "string" | "boolean";
  /** Ids of Users and messages in callbacks. */
  readonly userId: "string" | "number";
  readonly messageId: "string" | "number";
}

/** What Parley's documentation leaves open about rights. */
interface ParleyRules {
  readonly nonOwnerMayGetOwner: boolean;
  readonly nonOwnerMayPutOwner: boolean;
  readonly nonOwnerMaySend: boolean;
  readonly nonOwnerMayUnsetAgent: boolean;
  /** Services that do not own a User hear of its messages and events too. */
  readonly callbackNonOwners: boolean;
}

export interface ParleyAccount {
  readonly id: number;
  readonly identification: string;
  /** Signs the requests of Services. */
  readonly sharedSecret: string;
  /** Signs the authorization of registered Users. */
  readonly clientSecret: string;
}

export interface ServiceOptions {
  readonly identification?: string;
  readonly name?: string;
  readonly callbackUrl?: string;
  readonly callbackHeaders?: Readonly<Record<string, string>>;
}

export interface FakeParleyOptions {
  /** Default: a free one. */
  readonly port?: number;
  readonly account?: Partial<ParleyAccount>;
  readonly agentService?: ServiceOptions;
  readonly botService?: ServiceOptions;
  readonly shapes?: Partial<Omit<ParleyShapes, "handover">> & {
    readonly handover?: Partial<HandoverShape> | "none";
  };
  readonly rules?: Partial<ParleyRules>;
  /** Pauses before each further try of a failed callback, in ms, times `retryScale`. Default: 10 s and 60 s. */
  readonly retryDelaysMs?: readonly number[];
  /** Default 0.01, so that a test sees all tries within a second. */
  readonly retryScale?: number;
  /** Default 10 s. */
  readonly callbackTimeoutMs?: number;
  readonly stickyMessage?: string | null;
  readonly welcomeMessage?: string | null;
  /** Starts the scripted bot Service as the callback of `botService`. */
  readonly bot?: boolean;
  /** Milliseconds since the epoch, of what is told; signatures go by the machine's clock. Default: that too. */
  readonly now?: () => number;
}

export interface ParleySettings {
  readonly account: ParleyAccount;
  readonly shapes: ParleyShapes;
  readonly rules: ParleyRules;
  readonly retryDelaysMs: readonly number[];
  readonly callbackTimeoutMs: number;
  readonly stickyMessage: string | null;
  readonly welcomeMessage: string | null;
  readonly now: () => number;
}

/** Fills in every default. */
export function toSettings(options: FakeParleyOptions): ParleySettings {
  const scale = options.retryScale ?? 0.01;
  const { handover, ...shapes } = options.shapes ?? {};
  return {
    account: {
      id: 364,
      identification: "0123456789abcdefACCT",
      sharedSecret: "made-up-shared-secret",
      clientSecret: "made-up-client-secret",
      ...options.account,
    },
    shapes: {
      message: "body",
      owner: "data.owner.identification",
      ownerMetadata: false,
      merge: "from/to",
      default: "string",
      userId: "string",
      messageId: "number",
      ...shapes,
      handover: handover === "none" ? "none" : { ...DEFAULT_HANDOVER, ...handover },
    },
    rules: {
      nonOwnerMayGetOwner: true,
      nonOwnerMayPutOwner: true,
      nonOwnerMaySend: false,
      nonOwnerMayUnsetAgent: false,
      callbackNonOwners: false,
      ...options.rules,
    },
    retryDelaysMs: (options.retryDelaysMs ?? [10_000, 60_000]).map((ms) => ms * scale),
    callbackTimeoutMs: options.callbackTimeoutMs ?? 10_000,
    stickyMessage: options.stickyMessage ?? null,
    welcomeMessage: options.welcomeMessage ?? null,
    now: options.now ?? Date.now,
  };
}

const DEFAULT_HANDOVER: HandoverShape = {
  type: "action",
  name: "handover",
  metadata: "object",
  placement: "body.body",
  newOwner: "identification",
};
