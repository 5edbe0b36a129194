import type {
  AckFn,
  BlockAction,
  EventFromType,
  MessageShortcut,
  RespondFn,
  ViewOutput,
  ViewResponseAction,
  ViewSubmitAction,
} from "@slack/bolt";
import type { WebClient } from "@slack/web-api";

/** Somebody has pressed a button. It is acknowledged already. */
export interface Press<Value> {
  /** What the button says; missing if that cannot be read. */
  value: Value | undefined;
  body: BlockAction;
  client: WebClient;
  respond: RespondFn;
}

/** Somebody has called a shortcut up on a message. It is acknowledged already. */
export interface ShortcutCall {
  shortcut: MessageShortcut;
  client: WebClient;
  /** Slack gives none for some messages. */
  respond: RespondFn | undefined;
}

/** Somebody has sent a form off. `ack` closes it, or shows in it what is wrong. */
export interface Submission<Value> {
  /** What the form keeps; missing if that cannot be read. */
  value: Value | undefined;
  ack: AckFn<ViewResponseAction>;
  body: ViewSubmitAction;
  view: ViewOutput;
}

/** Something has happened in Slack. It is acknowledged already. */
export interface EventCall<Type extends string> {
  event: EventFromType<Type>;
  client: WebClient;
}
