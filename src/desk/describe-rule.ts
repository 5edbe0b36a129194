import type { Condition, Rule } from "../config/team-config.ts";

/** A rule as operators have written it, on one line. */
export function describeRule({ reason, metadata, language }: Rule): string {
  return [
    ...(reason ? [`reason ${reason.join(" or ")}`] : []),
    ...(metadata ?? []).map(({ path, condition }) => `${path} ${describeCondition(condition)}`),
    ...(language ? [`language ${language.join(" or ")}`] : []),
  ].join(", ");
}

function describeCondition(condition: Condition): string {
  switch (condition.kind) {
    case "exists":
    case "missing":
      return condition.kind;
    case "compares":
      return `${condition.sign} ${condition.number}`;
    case "equals":
      return `${condition.negated ? "!=" : "="} ${condition.value}`;
    case "matches":
      return `${condition.negated ? "!= " : ""}${condition.pattern}`;
  }
}
