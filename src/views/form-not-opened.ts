import type { BridgeError } from "../errors.ts";
import type { Texts } from "./texts/en.ts";

/** Why a form did not open, and what the agent can do. */
export function renderFormNotOpened(
  { code, disposition, message }: Pick<BridgeError, "code" | "disposition" | "message">,
  { formNotOpened }: Texts,
): string {
  if (code === "rate-limited") return formNotOpened.busy;
  if (code !== "slack-api") return formNotOpened.noAnswer;
  if (/trigger/.test(message)) return formNotOpened.tooLate;
  return (disposition === "fatal" ? formNotOpened.notAllowed : formNotOpened.refused)(message);
}
