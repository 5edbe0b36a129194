import type { Language } from "../language.ts";

/** What an agent can send with a few clicks. */
export interface QuickAnswer {
  /** The name of its file, without `.md`. */
  readonly id: string;
  readonly name: string;
  readonly keywords: readonly string[];
  /** Missing: it is for Users of any language. */
  readonly language?: Language;
  /** Markdown, with names in braces; see {@link ANSWER_VARIABLES}. */
  readonly text: string;
}

/** What may stand in braces in a quick answer: the User's name and the agent's. */
export const ANSWER_VARIABLES = ["user.name", "agent.name"] as const;
export type AnswerVariable = (typeof ANSWER_VARIABLES)[number];

/** A word in braces is meant as one of them; other braces are text. */
export const VARIABLE = /\{\s*([\w.-]{1,40})\s*\}/g;
