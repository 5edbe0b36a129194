import type { FakeParley } from "../../fakes/parley/fake-parley.ts";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import type { ExchangeBodies, ExchangeRow } from "./wire.ts";

type ParleyRequest = FakeParley["requests"][number];
type BotExchange = NonNullable<FakeParley["bot"]>["exchanges"][number];
type ParleyCallback = FakeParley["callbacks"][number];
type SlackCall = FakeSlack["requests"][number];

/** Every request between Parley, the bot, the bridge and Slack, in the order in which they began. */
export interface Exchanges {
  /** The latest ones. */
  rows(): Readonly<Record<string, ExchangeRow>>;
  /** Undefined for one that is long forgotten. */
  bodies(id: number): ExchangeBodies | undefined;
  close(): void;
}

const KEPT = 300;

interface Entry {
  row: ExchangeRow;
  bodies: () => ExchangeBodies;
}

export function createExchanges(fakes: {
  readonly slack: FakeSlack;
  readonly parley: FakeParley;
}): Exchanges {
  const { slack, parley } = fakes;
  const entries = new Map<number, Entry>();
  const ids = new WeakMap<object, number>();
  let next = 1;

  const put = (key: object, row: Omit<ExchangeRow, "id">, bodies: () => ExchangeBodies): void => {
    const known = ids.get(key);
    const id = known ?? next++;
    // Forgotten is forgotten, however late its answer.
    if (known !== undefined && !entries.has(id)) return;
    ids.set(key, id);
    entries.set(id, { row: { ...row, id }, bodies });
    const oldest = entries.keys().next().value;
    if (entries.size > KEPT && oldest !== undefined) entries.delete(oldest);
  };

  const isOfBridge = ({ api, service, claimedService }: ParleyRequest): boolean =>
    api === "service" && (service ?? claimedService) === parley.agentService.identification;

  /** Parley numbers a callback, not its tries; the timeline has a line for each try. */
  const tries = new Map<number, object[]>();
  const putCallback = (callback: ParleyCallback): void => {
    if (callback.service !== parley.agentService.identification) return;
    const keys = tries.get(callback.id) ?? [];
    tries.set(callback.id, keys);
    const isOver = callback.state === "delivered" || callback.state === "failed";
    const count = callback.attempts.length + (isOver || callback.attempts.length > 0 ? 0 : 1);
    for (let index = 0; index < count; index++) {
      keys[index] ??= {};
      const key = keys[index];
      if (!key) continue;
      const attempt = callback.attempts[index];
      const name = `${nameOfCallback(callback.body)}${index > 0 ? ` · try ${index + 1}` : ""}`;
      put(
        key,
        {
          from: "parley",
          to: "bridge",
          name,
          status: attempt ? String(attempt.status ?? "no answer") : "",
          outcome: attempt ? (attempt.status === 200 ? "ok" : "failed") : "pending",
          at: attempt ? attempt.at - attempt.durationMs : callback.at,
          durationMs: attempt?.durationMs ?? null,
        },
        () => ({ request: callback.body, answer: attempt ?? null }),
      );
    }
    if (isOver) tries.delete(callback.id);
  };

  const putRequest = (request: ParleyRequest): void => {
    if (!isOfBridge(request)) return;
    const { status, isCut } = request;
    const isOver = status !== null || isCut;
    put(
      request,
      {
        from: "bridge",
        to: "parley",
        name: `${request.method} ${request.path}`,
        status: isCut ? "cut" : String(status ?? ""),
        outcome: isOver ? (status === 200 ? "ok" : "failed") : "pending",
        at: request.at,
        durationMs: isOver ? Math.max(0, Date.now() - request.at) : null,
      },
      () => ({ request: request.body ?? null, answer: request.answer }),
    );
  };

  const putBotExchange = (exchange: BotExchange): void => {
    const { from, name, request, at, answer, status, durationMs } = exchange;
    const isOk = status !== null && status < 300;
    put(
      exchange,
      {
        from,
        to: from === "bot" ? "bridge" : "bot",
        name,
        status: durationMs === null ? "" : String(status ?? "no answer"),
        outcome: durationMs === null ? "pending" : isOk ? "ok" : "failed",
        at,
        durationMs,
      },
      () => ({ request, answer }),
    );
  };

  const putCall = (call: SlackCall): void => {
    const isDelivery = call.kind === "delivery";
    const isOver = call.status !== "pending";
    put(
      call,
      {
        from: isDelivery ? "slack" : "bridge",
        to: isDelivery ? "bridge" : "slack",
        name: call.method.replace(/^(event|interactive|command):/, ""),
        status: isOver ? (call.error ?? String(call.status)) : "",
        outcome: isOver ? (call.status === 200 && !call.error ? "ok" : "failed") : "pending",
        at: call.at,
        durationMs: isOver ? Math.max(0, Date.now() - call.at) : null,
      },
      () => ({ request: call.args, answer: call.answer ?? null }),
    );
  };

  const unsubscribers = [
    parley.subscribe((change) => {
      if (change.kind === "callback") putCallback(change.callback);
      if (change.kind === "request") putRequest(change.request);
      if (change.kind === "bot") putBotExchange(change.exchange);
    }),
    slack.subscribe((change) => {
      if (change.kind === "call") putCall(change.call);
    }),
  ];

  return {
    rows: () => Object.fromEntries([...entries].map(([id, { row }]) => [String(id), row] as const)),
    bodies: (id) => entries.get(id)?.bodies(),
    close() {
      for (const unsubscribe of unsubscribers) unsubscribe();
    },
  };
}

/** `message`, `startTyping`, `handover`: the most telling name in the body. */
function nameOfCallback(body: unknown): string {
  const { type, body: inner } = toRecord(body);
  const { name } = toRecord(inner);
  return String(name ?? type ?? "callback");
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
