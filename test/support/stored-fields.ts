import { z } from "zod";

/** The schema without what only says that a value may be missing, or how it becomes an id. */
function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodExactOptional || schema instanceof z.ZodNullable) {
    return bare(schema.unwrap() as z.ZodType);
  }
  return schema instanceof z.ZodPipe ? bare(schema.in as z.ZodType) : schema;
}

/** Every field that a schema knows, as `ending.to.name`; what is in a list stands under `[]`. */
export function fieldsOf(schema: z.ZodType, path = ""): string[] {
  const kind = bare(schema);
  if (kind instanceof z.ZodUnion) {
    return kind.options.flatMap((option) => fieldsOf(option as z.ZodType, path));
  }
  if (kind instanceof z.ZodArray) return fieldsOf(kind.element as z.ZodType, `${path}[]`);
  if (!(kind instanceof z.ZodObject)) return [];
  return Object.entries(kind.shape).flatMap(([name, field]) => {
    const at = `${path}.${name}`;
    return [at, ...fieldsOf(field as z.ZodType, at)];
  });
}

/** Every field that a stored value has, as far as the schema looks into it. @throws {Error} the schema refuses it */
export function fieldsIn(schema: z.ZodType, value: unknown, path = ""): string[] {
  const kind = bare(schema);
  const { error } = schema.safeParse(value);
  if (error) throw new Error(`${path}: ${error.message}`);
  if (kind instanceof z.ZodUnion) {
    const option = kind.options.find((each) => (each as z.ZodType).safeParse(value).success);
    return fieldsIn(option as z.ZodType, value, path);
  }
  if (kind instanceof z.ZodArray) {
    const element = kind.element as z.ZodType;
    return (value as unknown[]).flatMap((each) => fieldsIn(element, each, `${path}[]`));
  }
  if (!(kind instanceof z.ZodObject)) return [];
  return Object.entries(value as object).flatMap(([name, field]) => {
    const at = `${path}.${name}`;
    const known = kind.shape[name] as z.ZodType | undefined;
    return known ? [at, ...fieldsIn(known, field, at)] : [at];
  });
}
