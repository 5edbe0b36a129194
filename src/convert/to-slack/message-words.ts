/** The few words of ours among those of a User. `caption`s are Slack's mrkdwn, the others literal text. */
export interface MessageWords {
  /** A file that is only named. */
  readonly file: (name: string) => string;
  readonly namelessFile: string;
  readonly emptyMessage: string;
  /** Of a message that comes late. `moment`: when it was written, as Slack shows it. */
  readonly lateCaption: (moment: string) => string;
  /** Below the beginning of a text that follows as a file. */
  readonly beginningCaption: (characters: number, fileName: string) => string;
  /** Below the last piece of a text whose file Slack did not take. */
  readonly cutCaption: (charactersLeft: number, fileName: string) => string;
}
