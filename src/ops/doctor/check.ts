/** What a check found, one line each. */
export interface Remark {
  /**
   * `warning`: the bridge starts and works even so · `open`: it cannot be told from here; says what tells it · `skipped`: not
   * checked, because something that it needs failed.
   */
  readonly status: "ok" | "warning" | "open" | "skipped";
  readonly detail: string;
}

/** One question of the doctor. */
export interface Check {
  readonly name: string;
  /** Checks without which this one would only say the same once more, or nothing. */
  readonly needs?: readonly string[];
  /** How long it may take, where it is more than others may. */
  readonly limitMs?: number;
  /** Resolves with what it found. @throws {ConfigError} or a lasting {StorageError}: somebody has to act · {BridgeError} it can pass */
  readonly run: () => Promise<string | readonly Remark[]>;
}

/** What one line of the doctor says. */
export interface Finding {
  readonly check: string;
  readonly status: Remark["status"] | "failed";
  readonly detail: string;
  /** It failed, but it may work at the next try. */
  readonly canPass?: true;
}

/** What is well, and what is not as it could be. */
export const withWarnings = (detail: string, warnings: readonly string[]): readonly Remark[] => [
  { status: "ok", detail },
  ...warnings.map((warning) => ({ status: "warning", detail: warning }) as const),
];
