/** Keys and places of a list, from the top of the file. */
export type Path = readonly (string | number)[];

/** What is wrong with the value that stands there, or with its key. */
export interface Problem {
  readonly path: Path;
  readonly isAboutKey?: true;
  /** Begins as the end of a sentence: `must be …`. */
  readonly says: string;
}
