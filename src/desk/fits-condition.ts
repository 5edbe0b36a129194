import type { Condition } from "../config/team-config.ts";
import { isNumeric } from "../is-numeric.ts";
import type { Json } from "../json.ts";
import { fitsPattern } from "./fits-pattern.ts";

/** Whether one of the values fits; of a negated condition: whether none is what it names. */
export function fitsCondition(values: readonly Json[], condition: Condition): boolean {
  switch (condition.kind) {
    case "exists":
      return values.length > 0;
    case "missing":
      return values.length === 0;
    case "compares":
      return values.some((value) => compares(numberOf(value), condition));
    case "equals":
      return values.some((value) => equals(value, condition.value)) !== condition.negated;
    case "matches":
      return (
        values.some((value) => fitsPattern(textOf(value), [condition.pattern])) !==
        condition.negated
      );
  }
}

function compares(
  value: number,
  { sign, number }: Extract<Condition, { kind: "compares" }>,
): boolean {
  if (sign === ">") return value > number;
  if (sign === ">=") return value >= number;
  return sign === "<" ? value < number : value <= number;
}

const equals = (value: Json, wanted: string | number | boolean): boolean =>
  typeof wanted === "number" ? numberOf(value) === wanted : textOf(value) === String(wanted);

/** A number may be given as text. NaN compares with nothing. */
function numberOf(value: Json): number {
  if (typeof value === "number") return value;
  const text = typeof value === "string" ? value.trim() : "";
  return isNumeric(text) ? Number(text) : Number.NaN;
}

/** Objects have none. */
const textOf = (value: Json): string | undefined =>
  typeof value === "object" ? undefined : String(value);
