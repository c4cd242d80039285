/** Holds requests and answers against GitHub's own OpenAPI description: the slice in test/schema. */
import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: "path" | "query";
  readonly required?: boolean;
  readonly schema: object;
}

interface Content {
  readonly content?: { readonly "application/json"?: { readonly schema: object } };
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content & { readonly $ref?: string }>>;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly parameters: Readonly<Record<string, Parameter>>; readonly responses: Readonly<Record<string, Content>> };
}

const description = JSON.parse(readFileSync(new URL("../schema/github-openapi.json", import.meta.url), "utf8"), withNull) as Description;
const ajv = new Ajv({ strict: false, coerceTypes: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(description, "github");
/** Values of addresses are texts, whatever they stand for. */
const coercing = new Ajv({ strict: false, coerceTypes: true });
formats.default(coercing);
const compiled = new WeakMap<object, ValidateFunction>();

/** OpenAPI's `nullable` beside a reference or a choice, which ajv does not know, as a choice. */
function withNull(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("nullable" in value) || "type" in value) return value;
  const { nullable, ...schema } = value;
  return nullable === true ? { anyOf: [schema, { type: "null" }] } : schema;
}

export interface Found {
  readonly id: string;
  readonly route: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly operation: Operation;
}

/** The operation of a request, or null: GitHub has none such, or the slice does not. */
export function operationOf(method: string, pathname: string): Found | null {
  for (const [route, methods] of Object.entries(description.paths)) {
    const operation = methods[method.toLowerCase()];
    const names = [...route.matchAll(/\{(\w+)\}/g)].map((m) => m[1] as string);
    const match = operation && new RegExp(`^${route.replace(/\{\w+\}/g, "([^/]+)")}$`).exec(pathname);
    if (!match) continue;
    const parameters = Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(match[i + 1] as string)]));
    return { id: operation.operationId, route, parameters, operation };
  }
  return null;
}

/** What is wrong with a request by the description; nothing unknown is let pass in queries and bodies, where GitHub would ignore it. */
export function faultsOfRequest(found: Found, query: URLSearchParams, body: unknown): string[] {
  const faults: string[] = [];
  const known = (found.operation.parameters ?? []).map((p) => (p.$ref ? (resolve(p.$ref) as Parameter) : p));
  for (const parameter of known) {
    const value = parameter.in === "path" ? found.parameters[parameter.name] : query.get(parameter.name);
    if (value === undefined || value === null) {
      if (parameter.required) faults.push(`${parameter.name} is missing`);
    } else if (!coercing.validate(parameter.schema, { value }.value)) faults.push(`${parameter.name}=${value}: ${coercing.errorsText()}`);
  }
  for (const name of query.keys()) if (!known.some((p) => p.in === "query" && p.name === name)) faults.push(`${name} is no parameter`);
  const schema = found.operation.requestBody?.content?.["application/json"]?.schema;
  if (schema) faults.push(...faultsBy(schema, body ?? {}), ...unknownKeys(schema, body ?? {}, ""));
  else if (body !== undefined) faults.push("it takes no body");
  return faults;
}

/** What is wrong with an answer: the server of the tests has to speak as GitHub does. */
export function faultsOfAnswer(found: Found, status: number, body: unknown): string[] {
  const answer = found.operation.responses[String(status)];
  if (!answer) return status >= 400 ? [] : [`${status} is no answer of ${found.id}`];
  const whole = answer.$ref ? (resolve(answer.$ref) as Content) : answer;
  const schema = whole.content?.["application/json"]?.schema;
  return schema ? faultsBy(schema, withoutOutdated(body)) : [];
}

/** GitHub gives null for the line of an outdated comment, which its description does not know. */
function withoutOutdated(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body ?? null), (key, value) => (value === null && /^(start_)?line$/.test(key) ? undefined : value));
}

function faultsBy(schema: object, value: unknown): string[] {
  let validate = compiled.get(schema);
  if (!validate) {
    // References are into the whole description.
    validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"github#/')));
    compiled.set(schema, validate);
  }
  return validate(value) ? [] : [ajv.errorsText(validate.errors)];
}

function unknownKeys(schema: { properties?: Record<string, object>; items?: object }, value: unknown, at: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => unknownKeys(schema.items ?? {}, item, `${at}[${i}]`));
  if (typeof value !== "object" || value === null || !schema.properties) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const own = schema.properties?.[key];
    return own ? unknownKeys(own, inner, `${at}.${key}`) : [`${at}.${key} is not known`];
  });
}

function resolve(ref: string): unknown {
  return ref
    .slice(2)
    .split("/")
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key.replaceAll("~1", "/").replaceAll("~0", "~")], description);
}

/** An answer as small as the description allows, with what matters put in. */
export function answerOf(found: Found, status: number, own: unknown): unknown {
  const schema = found.operation.responses[String(status)]?.content?.["application/json"]?.schema;
  return schema ? merged(sample(schema as Schema), own, schema as Schema) : own;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly nullable?: boolean;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

function followed(schema: Schema): Schema {
  if (schema.$ref) return followed(resolve(schema.$ref) as Schema);
  const first = schema.oneOf?.[0] ?? schema.anyOf?.[0];
  if (first) return followed(first);
  if (!schema.allOf) return schema;
  const parts = schema.allOf.map(followed);
  return {
    type: "object",
    properties: Object.assign({}, ...parts.map((p) => p.properties ?? {})),
    required: parts.flatMap((p) => p.required ?? []),
  };
}

function sample(schema: Schema): unknown {
  const own = followed(schema);
  if (own.enum) return own.enum[0];
  const type = typeof own.type === "string" ? own.type : own.type?.find((t) => t !== "null");
  if (own.nullable && type === "object") return null;
  if (type === "object" || own.properties)
    return Object.fromEntries((own.required ?? []).map((key) => [key, sample(own.properties?.[key] ?? {})]));
  if (type === "array") return [];
  if (type === "integer" || type === "number") return 1;
  if (type === "boolean") return false;
  if (own.format === "date-time") return "2026-01-01T00:00:00Z";
  return own.format === "uri" ? "https://example.com/" : own.format === "email" ? "a@example.com" : "x";
}

/** What the test says, in place of what the sample has; of lists and objects that the sample leaves out, each part is filled up too. */
function merged(base: unknown, own: unknown, schema: Schema): unknown {
  const shape = followed(schema);
  if (Array.isArray(own)) return own.map((item) => merged(shape.items ? sample({ ...shape.items }) : undefined, item, shape.items ?? {}));
  if (typeof own !== "object" || own === null) return own === undefined ? base : own;
  const filled = typeof base === "object" && base !== null ? base : sample({ ...shape, nullable: false });
  const result: Record<string, unknown> = { ...(filled as object) };
  for (const [key, value] of Object.entries(own)) result[key] = merged(result[key], value, shape.properties?.[key] ?? {});
  return result;
}
