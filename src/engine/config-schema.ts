/** The shape of `.gomend.yml`. */
import { z } from "zod";
import { parseSymbol } from "../rule/resources/own.ts";

const names = z.array(z.string(), { error: "expected a list of names" });

const symbol = z
  .string({ error: "expected a function or method" })
  .refine((text) => parseSymbol(text) !== null, "write it as import/path.Func or import/path.(*Type).Method")
  .describe("A function or method: import/path.Func or import/path.(*Type).Method");
const index = z.int({ error: "expected the number of a result, from 0" }).min(0);
const acquire = z.union(
  [
    symbol,
    z.strictObject({
      call: symbol,
      result: index.optional().describe("Which result is the resource, from 0"),
      error: index.optional().describe("Which result is the error that says that there is none"),
      ok: index.optional().describe("Which result, a bool, is true when there is one"),
    }),
  ],
  { error: "expected import/path.Func, import/path.(*Type).Method, or call: with result:, error:, ok:" },
);
const release = z
  .string({ error: 'expected a method such as "Close", "Body.Close", or "()" for a value that is called' })
  .regex(/^(\(\)|[A-Za-z_]\w*(\.[A-Za-z_]\w*)?)$/, 'expected a method such as "Close", "Body.Close", or "()" for a value that is called');
const line = z.string({ error: "expected a line of text" }).min(1, "expected a line of text");

/** A resource of the user's own: what acquires it, and what releases it. */
const resource = z.strictObject({
  id: z
    .string({ error: "expected an id such as conn-not-released" })
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/, "expected an id of small words with dashes, such as conn-not-released")
    .describe("The rule's id, as --select, suppressions and reports name it"),
  acquire: z.union([acquire, z.array(acquire).min(1)]).describe("What acquires it"),
  release: z
    .union([release, z.array(release).min(1)])
    .describe("What releases it: a method, Field.Method, or () for a value that is called"),
  holds: z.enum(["result", "receiver"]).optional().describe("Who owes the release: what the call gives, or what it is called on"),
  "made-by": z
    .union([symbol, z.array(symbol)])
    .optional()
    .describe("Functions that give the type whose method acquires, where its source may not be at hand"),
  fix: line
    .refine((text) => text.includes("{}"), "expected {} for the holder, as in {}.Close()")
    .optional()
    .describe("The release as fixes write it, {} for the holder"),
  applicability: z.enum(["safe", "unsafe", "display"]).optional().describe("Whether fixes are safe; unsafe when not said"),
  because: line.optional().describe("Why fixes are not safe"),
  "release-twice": z.enum(["harmless", "wrong"]).optional().describe("Whether a second release does nothing; wrong when not said"),
  "in-main": z.boolean().optional().describe("Whether main.main owes the release as well"),
  tier: z.enum(["recommended", "pedantic"]).optional(),
  title: line.optional().describe("What is wrong, in one line"),
  why: line.optional().describe("Why it matters"),
  name: z
    .string()
    .regex(/^[a-z]\w*$/, "expected a Go name")
    .optional()
    .describe("The holder's name where a fix must invent one"),
  type: z
    .string()
    .regex(/^\*?([\w.~/-]+)\.[A-Za-z_]\w*$/, 'expected a type such as "*database/sql.Rows"')
    .optional()
    .describe("The holder's type: *import/path.Type"),
});

export const configSchema = z.strictObject({
  select: names.optional(),
  ignore: names.optional(),
  exclude: names.optional(),
  "extend-safe": names.optional(),
  "extend-unsafe": names.optional(),
  go: z
    .union([z.string(), z.number()], { error: 'expected a Go version such as "1.22"' })
    .transform(String)
    .pipe(z.string().regex(/^1\.\d+(\.\d+)?$/, 'expected a Go version such as "1.22" (in quotes, so that 1.20 is not 1.2)'))
    .optional(),
  "per-file": z.array(z.strictObject({ files: names, select: names.optional(), ignore: names.optional() })).optional(),
  options: z
    .record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())]), { error: "expected options by name" }), {
      error: "expected options by rule",
    })
    .optional()
    .describe("Options of rules that have some, by rule; gomend rule <id> names them"),
  plugins: z
    .array(z.string(), { error: "expected a list of files" })
    .optional()
    .describe("Modules with rules of your own, relative to this file; loaded with --allow-plugins only"),
  resources: z.array(resource, { error: "expected a list of resources" }).optional().describe("Resources of your own: acquire and release"),
});

export type ConfigData = z.output<typeof configSchema>;
export type ResourceData = z.output<typeof resource>;

/** The JSON Schema of `.gomend.yml`, for editors. */
export function configJsonSchema(): object {
  return z.toJSONSchema(configSchema, { io: "input", target: "draft-2020-12" });
}
