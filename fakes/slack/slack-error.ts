/** A refusal in Slack's words: answered as `{"ok":false,"error":code}` with HTTP 200, or 429 for `ratelimited`. */
export class SlackError extends Error {
  override readonly name = "SlackError";
  readonly code: string;
  readonly details: SlackErrorDetails;

  constructor(code: string, details: SlackErrorDetails = {}) {
    super(`Slack refused: ${code}`);
    this.code = code;
    this.details = details;
  }
}

export interface SlackErrorDetails {
  /** The scope that would have been needed, for `missing_scope`. */
  readonly needed?: string;
  readonly provided?: string;
  /** Hints for `response_metadata.messages`, such as `[ERROR] missing required field: channel`. */
  readonly messages?: readonly string[];
  readonly retryAfterSeconds?: number;
  /** What `blocks.validate` has against blocks. */
  readonly errors?: readonly {
    readonly code: string;
    readonly message: string;
    readonly pointer: string;
  }[];
}

export function invalidArguments(...hints: string[]): SlackError {
  return new SlackError("invalid_arguments", { messages: hints.map((hint) => `[ERROR] ${hint}`) });
}
