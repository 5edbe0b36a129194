export interface TranscriptLine {
  readonly from: string;
  readonly text: string;
  /** Unix seconds. */
  readonly time?: number;
}

export interface ParleyMedia {
  readonly id?: string;
  readonly mimeType?: string;
  readonly year?: string;
  readonly month?: string;
  readonly day?: string;
  readonly filename?: string;
  readonly description?: string;
  /** Absolute address, from the legacy field `image`. */
  readonly url?: string;
}

export interface ParleyButton {
  readonly type: string;
  readonly title?: string;
  readonly payload?: string;
}

/** The fields that a message and a card of its carousel have in common. */
export interface ParleyCard {
  readonly title?: string;
  /** Markdown. */
  readonly text?: string;
  readonly media?: ParleyMedia;
  readonly buttons?: readonly ParleyButton[];
}

export interface ParleyMessage extends ParleyCard {
  readonly id?: string;
  /** Unix seconds. */
  readonly time?: number;
  /** 1 from the User, 2 from the account, 3 info, 4 system of the User, 5 system of the account. */
  readonly typeId: number;
  readonly carousel?: readonly ParleyCard[];
  readonly quickReplies?: readonly string[];
}

/** Whether nobody typed the message: info and system messages, and Parley's own notice about a new registered User. */
export const isSystemMessage = ({ typeId, text }: ParleyMessage): boolean =>
  typeId === 3 || typeId === 4 || typeId === 5 || text === "user_registered";
