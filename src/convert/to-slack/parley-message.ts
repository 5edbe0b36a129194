/** What the User's app says about the User. Nothing of it is verified by Parley. */
export interface UserDetails {
  /** The business's own id of a registered User (`uniqueIdentifier`). */
  readonly externalId?: string;
  readonly name?: string;
  readonly email?: string;
  /** As whoever hands the User over names it, such as `nl`. */
  readonly language?: string;
}

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

/** The parts of a message that can stand alone or in a carousel. */
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

/** Info and system messages, and Parley's own notice about a new registered User: nobody typed them. */
export const isSystemMessage = ({ typeId, text }: ParleyMessage): boolean =>
  typeId === 3 || typeId === 4 || typeId === 5 || text === "user_registered";
