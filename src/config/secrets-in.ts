import type { Given } from "./read-given.ts";
import { secretValues } from "./secret-rules.ts";
import { SECRET_VARIABLES } from "./variables.ts";

/** Every secret that was given, also where one is a part of something else, such as the password in an address. */
export const secretsIn = ({ values }: Given): readonly string[] => [
  ...new Set(
    SECRET_VARIABLES.flatMap((name) => {
      const value = values[name];
      if (value === undefined) return [];
      return name === "STATE_URL" ? passwordIn(value) : [value, ...secretValues(value)];
    }),
  ),
];

function passwordIn(url: string): string[] {
  const parsed = URL.parse(url);
  const written = [parsed?.password, parsed?.searchParams.get("password")];
  return written.flatMap((password) => (password ? [password, decoded(password)] : []));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
