/**
 * The message model of Parley's Client API 1.9, spelled as on the wire.
 * `typeId`: 1 from the User, 2 from the account, 3 info, 4 system from the User, 5 system from the account.
 * `status`: 2 received by Parley, 3 received by the client, 4 seen.
 */
export interface ParleyMessage {
  readonly id: number;
  /** Unix seconds. */
  readonly time: number;
  readonly message: string | null;
  /** Deprecated on the wire, where it repeats `media.id`. */
  readonly image: string | null;
  readonly typeId: number;
  readonly agent: MessageAgent | null;
  readonly carousel: readonly CarouselItem[];
  readonly quickReplies: readonly string[];
  readonly custom: readonly unknown[];
  readonly title: string | null;
  readonly media: MessageMedia | null;
  readonly buttons: readonly MessageButton[];
  status: number;
}

export interface MessageAgent {
  readonly id: number | string;
  readonly name: string;
  readonly avatar: string | null;
  /** Null on a message; on the current agent the unix second typing began, or 0. */
  readonly isTyping: number | null;
}

export interface MessageMedia {
  /** `img/364/2023/6/6/<40 hex>.png`; the download path is `media/` and what follows the second slash. */
  readonly id: string;
  readonly mimeType: string;
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly filename: string;
  readonly description: string | null;
}

export interface MessageButton {
  readonly type: string;
  readonly title: string | null;
  readonly payload: string;
}

interface CarouselItem {
  readonly title: string | null;
  readonly message: string | null;
  readonly media: MessageMedia | null;
  readonly buttons: readonly MessageButton[];
}
