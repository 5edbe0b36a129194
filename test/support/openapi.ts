import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { closed } from "./closed.ts";

interface Content {
  readonly "application/json": {
    readonly schema: AnySchemaObject;
    readonly example?: unknown;
    readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
  };
}

interface Parameter {
  readonly name: string;
  readonly in: "query" | "header" | "path";
  readonly schema?: AnySchemaObject;
  readonly example?: unknown;
  readonly content?: Content;
}

interface OperationObject {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

type PathItems = Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;

/** Something documented: its schema, and the examples of it. */
export interface Documented {
  readonly schema: AnySchemaObject;
  readonly examples: readonly unknown[];
}

export interface Operation {
  /** As in `GET /parley/handovers/{id}`. */
  readonly name: string;
  /** By their names. */
  readonly parameters: ReadonlyMap<string, Documented>;
  readonly body?: Documented;
  /** By their statuses. */
  readonly answers: ReadonlyMap<number, Documented>;
}

const DOCS = join(import.meta.dirname, "../../docs");
const EVENTS = "bot-events.schema.json";

const validator = new Validator();
await validator.addSpecRef(join(DOCS, EVENTS), EVENTS);

/** What is wrong with `docs/openapi.yaml` by the rules of OpenAPI. */
export const { errors: brokenRules } = await validator.validate(join(DOCS, "openapi.yaml"));

const { paths, webhooks } = validator.resolveRefs() as {
  readonly paths: PathItems;
  readonly webhooks: PathItems;
};

const inContent = ({ "application/json": json }: Content): Documented => ({
  schema: json.schema,
  examples: [
    ...(json.example === undefined ? [] : [json.example]),
    ...Object.values(json.examples ?? {}).map(({ value }) => value),
  ],
});

const toParameter = ({ content, schema = {}, example }: Parameter): Documented =>
  content ? inContent(content) : { schema, examples: [example] };

const operationsOf = (items: PathItems): Operation[] =>
  Object.entries(items).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody, responses }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      parameters: new Map(parameters.map((each) => [each.name, toParameter(each)])),
      ...(requestBody && { body: inContent(requestBody.content) }),
      answers: new Map(
        Object.entries(responses).flatMap(([status, { content }]) =>
          content ? [[Number(status), inContent(content)] as const] : [],
        ),
      ),
    })),
  );

/** All that bots may ask of the bridge. */
export const operations: readonly Operation[] = operationsOf(paths);

/** What the bridge asks of the bot. */
export const [hearing] = operationsOf(webhooks);

const ajv = new Ajv2020({ allowUnionTypes: true, allErrors: true });
addFormats.default(ajv);
const compiled = new Map<AnySchemaObject, AnySchemaObject>();

/** What is wrong with a value by a schema, in which nothing may stand that it does not name. */
export function mismatch({ schema }: Pick<Documented, "schema">, value: unknown): string[] {
  const strict = compiled.get(schema) ?? (closed(schema) as AnySchemaObject);
  compiled.set(schema, strict);
  return ajv.validate(strict, value) ? [] : [`${JSON.stringify(value)}: ${ajv.errorsText()}`];
}

/** What is wrong with an answer of the bridge by `docs/openapi.yaml`. `name`: of the operation. */
export function undescribedAnswer(name: string, status: number, body: unknown): string[] {
  const answer = operations.find((each) => each.name === name)?.answers.get(status);
  const problems = answer ? mismatch(answer, body) : ["this status is not documented"];
  return problems.map((problem) => `${name} answered ${status}: ${problem}`);
}
