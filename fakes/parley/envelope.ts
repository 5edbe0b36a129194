/** What an endpoint answers: JSON, or bytes for a media download. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The connection breaks off after so many bytes. */
  readonly cutAfter?: number;
}

export interface Notification {
  readonly type: "success" | "warning" | "error";
  readonly message: string;
}

/** The facts of a call that the envelope's `metadata` repeats. */
export interface EnvelopeContext {
  readonly method: string;
  /** Without the API's root, `/users/20/owner`. */
  readonly path: string;
  readonly json: unknown;
  readonly startedAtMs: number;
}

/** A refusal that Parley itself would make; thrown by endpoints, answered as an ERROR envelope. */
export class Refusal extends Error {
  readonly httpStatus: number;
  readonly code: string;

  constructor(httpStatus: number, code: string) {
    super(`Parley refuses: ${code}`);
    this.name = "Refusal";
    this.httpStatus = httpStatus;
    this.code = code;
  }
}

export function toSuccess(
  context: EnvelopeContext,
  data: unknown,
  extras: {
    readonly notifications?: readonly Notification[];
    /** GET services answers without `metadata.values`. */
    readonly withoutValues?: boolean;
    /** Further keys beside `data`, such as `paging`. */
    readonly root?: Readonly<Record<string, unknown>>;
  } = {},
): Answer {
  return {
    status: 200,
    body: {
      data,
      notifications: extras.notifications ?? [],
      status: "SUCCESS",
      metadata: toMetadata(context, extras.withoutValues ? undefined : toValues(context)),
      ...extras.root,
    },
  };
}

export function toError(context: EnvelopeContext, httpStatus: number, code: string): Answer {
  return {
    status: httpStatus,
    body: {
      notifications: [{ type: "error", message: code }],
      status: "ERROR",
      metadata: toMetadata(context, { url: context.path.slice(1) }),
    },
  };
}

function toMetadata(context: EnvelopeContext, values: unknown): unknown {
  const duration = Number(((performance.now() - context.startedAtMs) / 1000).toFixed(3));
  return {
    ...(values === undefined ? {} : { values }),
    method: context.method.toLowerCase(),
    duration,
  };
}

function toValues({ path, json }: EnvelopeContext): unknown {
  const isParameters = typeof json === "object" && json !== null && !Array.isArray(json);
  return { url: path.slice(1), ...(isParameters ? json : {}) };
}
