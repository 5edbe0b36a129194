import { isNumeric } from "../../is-numeric.ts";
import type { Condition } from "../team-config.ts";

/** The condition that is written as this; a text: what is wrong with it, as the end of a sentence. */
export function parseCondition(given: string | number | boolean): Condition | string {
  if (typeof given !== "string") return { kind: "equals", value: given, negated: false };
  const text = given.trim();
  if (text === "exists" || text === "missing") return { kind: text };
  const [, sign = "", rest = ""] = /^([<>]=?|!=|==?)?\s*(.*)$/s.exec(text) ?? [];
  if (rest === "") return NOTHING_SAID;
  switch (sign) {
    case ">":
    case ">=":
    case "<":
    case "<=":
      return isNumeric(rest)
        ? { kind: "compares", sign, number: Number(rest) }
        : `must have a number behind ${sign}, such as "${sign}500"`;
    case "=":
    case "==":
      return { kind: "equals", value: rest, negated: false };
    case "!=":
      return isNumeric(rest)
        ? { kind: "equals", value: Number(rest), negated: true }
        : { kind: "matches", pattern: rest, negated: true };
    default:
      return { kind: "matches", pattern: rest, negated: false };
  }
}

const NOTHING_SAID =
  'must say what the value has to be: the value itself, a pattern such as "gold*", ">500", "!=gold", exists or missing';
