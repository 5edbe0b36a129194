import type { z } from "zod";
import { editDistance } from "../edit-distance.ts";
import { bridgeFileSchema } from "./bridge-file-schema.ts";
import { SECRETS_BELONG_ELSEWHERE } from "./find-secrets.ts";
import type { Path } from "./problem.ts";

/** What to do about a key that the schema does not know in this place. */
export function adviceOnKey(path: Path, key: string): string {
  const known = keysAt(path);
  const nearest = nearestOf(key, known);
  if (nearest !== undefined) return `is not known here; did you mean ${nearest}?`;
  if (/^[A-Z]+(_[A-Z]+)+$/.test(key)) {
    return "is not known here: variables stand in the environment (.env)";
  }
  if (/token|secret|passw|api.?key|credential/i.test(key)) return SECRETS_BELONG_ELSEWHERE;
  if (path.length === 0 && keysAt(["teams", 0]).includes(key))
    return "belongs into a team, under teams";
  if (path.length > 0 && keysAt([]).includes(key))
    return "belongs to the top of the file, not here";
  return `is not known here; there can be ${known.join(", ")}`;
}

/** Whatever differs more is another word. */
const MAX_DISTANCE = 2;

/** The one that was probably meant; `undefined`: none is near. */
export function nearestOf(given: string, known: readonly string[]): string | undefined {
  const plain = given
    .slice(0, 60)
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-")
    .replaceAll(/[_ ]/g, "-")
    .toLowerCase();
  const [nearest] = known
    .filter(({ length }) => Math.abs(length - plain.length) <= MAX_DISTANCE)
    .map((name) => ({ name, distance: editDistance(plain, name.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const isNear =
    nearest && nearest.distance <= Math.min(MAX_DISTANCE, (nearest.name.length - 1) / 2);
  return isNear ? nearest.name : undefined;
}

function keysAt(path: Path): readonly string[] {
  let type: z.core.$ZodType | undefined = bridgeFileSchema;
  for (const step of path) type = type && partOf(type, step);
  const def = plainType(type)?.def;
  if (def?.type === "object") return Object.keys(def.shape);
  const names = def?.type === "record" ? plainType(def.keyType)?.def : undefined;
  return names?.type === "enum" ? Object.values(names.entries).map(String) : [];
}

function partOf(type: z.core.$ZodType, step: string | number): z.core.$ZodType | undefined {
  const def = plainType(type)?.def;
  if (def?.type === "object") return def.shape[step];
  if (def?.type === "array") return def.element;
  return def?.type === "record" ? def.valueType : undefined;
}

/** Without what says that it may be missing. */
function plainType(type: z.core.$ZodType | undefined): z.core.$ZodTypes["_zod"] | undefined {
  const { _zod: inner } = (type ?? {}) as Partial<z.core.$ZodTypes>;
  return inner?.def.type === "optional" ? plainType(inner.def.innerType) : inner;
}
