import {
  ANSWER_VARIABLES,
  type AnswerVariable,
  type QuickAnswer,
  VARIABLE,
} from "../config/quick-answer.ts";
import { cleanName } from "../convert/text/clean-name.ts";

/** An answer with the names that belong into it. In a name no sign of Markdown, and no mention, is left. */
export const fillAnswer = (
  { text }: Pick<QuickAnswer, "text">,
  names: Readonly<Partial<Record<AnswerVariable, string>>>,
): string =>
  text.replaceAll(WITH_SPACE, (whole, space: string, variable: string) => {
    const known = ANSWER_VARIABLES.find((each) => each === variable);
    if (known === undefined) return whole;
    const name = plainName(names[known] ?? "");
    return name === "" ? "" : `${space}${name}`;
  });

/** Where there is no name, "Hello {user.name}," becomes "Hello,". */
const WITH_SPACE = new RegExp(`([ \\t]?)${VARIABLE.source}`, "g");

const plainName = (name: string): string => cleanName(name.replaceAll(/[<>&*_~`[\]\\|#@!]/g, " "));

/** In the order in which an agent looks for them: the User's language first, then those for all, then others; by name. */
export const inAnswerOrder = (
  answers: readonly QuickAnswer[],
  userLanguage: string | undefined,
): QuickAnswer[] => {
  const [first] = (userLanguage ?? "").trim().toLowerCase().split(/[-_]/);
  const rank = ({ language }: QuickAnswer) =>
    language === first ? 0 : language === undefined ? 1 : 2;
  return answers.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, "en"));
};
