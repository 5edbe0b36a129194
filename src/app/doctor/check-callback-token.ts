import type { Given } from "../../config/read-given.ts";
import { problemOfSecret, secretValues } from "../../config/secret-rules.ts";
import { weakSecrets } from "../../config/weak-secrets.ts";
import type { Remark } from "../../ops/doctor/check.ts";

/** Whether the token that keeps others from speaking in Parley's name could be guessed. */
export async function checkCallbackToken(given: Given): Promise<readonly Remark[]> {
  const values = secretValues(given.values.PARLEY_CALLBACK_TOKEN ?? "");
  if (values.length === 0) return [{ status: "open", detail: "there is none yet" }];
  if (values.some((value) => problemOfSecret(value) !== undefined)) {
    return [{ status: "open", detail: "what stands there is no token; see configuration" }];
  }
  const weak = weakSecrets(given, ["PARLEY_CALLBACK_TOKEN"]);
  if (weak.length > 0) return weak.map((detail) => ({ status: "warning", detail }));
  const detail =
    values.length > 1
      ? "long enough; while there are two, Parley may send either: take the old one away once it sends the new one"
      : "long enough; that Parley sends the same shows with the first callback";
  return [{ status: "ok", detail }];
}
