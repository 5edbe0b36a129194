/** One request between the bot and the bridge, without Parley; what is null is not known yet. */
export interface BotExchange {
  readonly from: "bot" | "bridge";
  /** `GET /parley/availability?reasonCode=refund_requested`; of an event `POST handover.waiting` */
  readonly name: string;
  readonly request: unknown;
  /** ms since the epoch. */
  readonly at: number;
  answer: unknown;
  /** Null also where no answer came. */
  status: number | null;
  durationMs: number | null;
}
