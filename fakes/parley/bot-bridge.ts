import type { BotExchange } from "./bot-exchange.ts";

/** Where the bridge is, and the token by which it knows the bot. */
export interface BridgeAddress {
  readonly url: string;
  readonly token: string;
}

/** How it stands with the team that would get a User. */
export interface Availability {
  readonly open: boolean;
  /** ISO 8601; null: nobody knows, or it is open. */
  readonly opensAt: string | null;
  readonly waiting: number | null;
  readonly typicalWaitSeconds: number | null;
}

/** What the bot asks the bridge, and tells it. */
export interface BotBridge {
  /** Undefined: nobody could say. */
  availability(reasonCode: string): Promise<Availability | undefined>;
  /** `key`: the same one is the same handover, however often it is told. */
  handOver(key: string, handover: object): Promise<void>;
  /** False: the bridge does not have it. */
  rate(conversation: string, rating: number): Promise<boolean>;
}

/** Nobody has to wait for longer, as they are handed over all the same. */
const PATIENCE_MS = 3_000;

/** No method throws: whatever the bridge answers, the bot goes on. Each request is told to `changed` as it begins and ends. */
export function createBotBridge(
  { url, token }: BridgeAddress,
  { now, changed }: { now: () => number; changed: (exchange: BotExchange) => void },
): BotBridge {
  const call = async (
    method: "GET" | "POST",
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<BotExchange> => {
    const begun = performance.now();
    const exchange: BotExchange = {
      from: "bot",
      name: `${method} ${path}`,
      request: body ?? null,
      at: now(),
      answer: null,
      status: null,
      durationMs: null,
    };
    changed(exchange);
    try {
      const response = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      exchange.answer = toJson(await response.text());
      exchange.status = response.status;
    } catch (error) {
      exchange.answer = String(error);
    }
    exchange.durationMs = Math.round(performance.now() - begun);
    changed(exchange);
    return exchange;
  };

  return {
    async availability(reasonCode) {
      const query = new URLSearchParams({ reasonCode }).toString();
      const { status, answer } = await call("GET", `/parley/availability?${query}`);
      return status === 200 ? (answer as Availability) : undefined;
    },
    async handOver(key, handover) {
      await call("POST", "/parley/handovers", handover, { "idempotency-key": key });
    },
    async rate(conversation, rating) {
      const { status } = await call("POST", "/parley/ratings", { conversation, rating });
      // 409: it has one already.
      return status === 200 || status === 409;
    },
  };
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
