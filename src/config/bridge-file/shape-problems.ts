import type { z } from "zod";
import { bridgeFileSchema } from "./bridge-file-schema.ts";
import { adviceOnKey } from "./known-keys.ts";
import type { Path, Problem } from "./problem.ts";

type Issue = z.core.$ZodIssue;

/** Everything in which the value differs from the schema. */
export function shapeProblems(value: unknown): readonly Problem[] {
  const { error } = bridgeFileSchema.safeParse(value);
  return error ? error.issues.flatMap((issue) => toProblems(issue, [])) : [];
}

function toProblems(issue: Issue, above: Path): Problem[] {
  const path = [...above, ...issue.path.map(toStep)];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: [...path, key],
        isAboutKey: true,
        says: adviceOnKey(path, key),
      }));
    case "invalid_key":
      return issue.issues.map(({ message: says }) => ({ path, isAboutKey: true, says }));
    case "invalid_union": {
      const [meant, ...others] = issue.errors.filter((issues) => !issues.some(isOfOtherType));
      if (meant && others.length === 0) return meant.flatMap((inner) => toProblems(inner, path));
      return [{ path, says: issue.message }];
    }
    default:
      return [{ path, says: issue.message }];
  }
}

/** Whether the whole value is of a type that this alternative of a union does not take. */
const isOfOtherType = ({ code, path }: Issue): boolean =>
  code === "invalid_type" && path.length === 0;

const toStep = (step: PropertyKey): string | number =>
  typeof step === "number" ? step : String(step);
