import { LINK } from "../../src/app/doctor/samples/sample-values.ts";
import { renderClaimProblem } from "../../src/views/claim-problem.ts";
import { renderDecided } from "../../src/views/decided.ts";
import { renderFormNotOpened } from "../../src/views/form-not-opened.ts";
import { renderLeftThread } from "../../src/views/left-thread.ts";
import { renderMoveProblem } from "../../src/views/move-problem.ts";
import { renderRefusal } from "../../src/views/refusal.ts";
import type { Texts } from "../../src/views/texts/en.ts";

/** What people are told without blocks. */
export const LINES: Readonly<Record<string, (text: string, texts: Texts) => string>> = {
  "a button pressed": (_, texts) => renderDecided("takingOver", texts),
  "a thread that its conversation has left": (team, texts) =>
    renderLeftThread(team, LINK, texts).replaceAll(/[<>]/g, ""),
  "a claim that cannot be asked for": (team, texts) =>
    renderClaimProblem({ problem: "not-agent", team }, texts),
  "a move that cannot be asked for": (team, texts) =>
    renderMoveProblem({ problem: "with-team", team }, texts),
  "a move by somebody who may not": (team, texts) =>
    renderRefusal({ kind: "not-agent", team, ask: [] }, texts),
  "a form that did not open": (message, texts) =>
    renderFormNotOpened({ code: "slack-api", disposition: "fatal", message }, texts),
};
