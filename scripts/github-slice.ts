/**
 * Takes the operations that `gomend publish` calls out of GitHub's own OpenAPI description, with all schemas that they refer to and without prose and
 * examples: `npm pack @octokit/openapi`, unpack it, `npx tsx scripts/github-slice.ts path/to/package`. Writes test/schema/github-openapi.json and
 * the licence beside it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const REPO = "/repos/{owner}/{repo}";
const OPERATIONS: readonly (readonly [method: string, path: string])[] = [
  ["get", "/user"],
  ["get", `${REPO}/commits/{ref}`],
  ["get", `${REPO}/pulls`],
  ["get", `${REPO}/pulls/{pull_number}`],
  ["get", `${REPO}/pulls/{pull_number}/files`],
  ["get", `${REPO}/pulls/{pull_number}/comments`],
  ["post", `${REPO}/pulls/{pull_number}/reviews`],
  ["post", `${REPO}/pulls/{pull_number}/comments/{comment_id}/replies`],
  ["patch", `${REPO}/pulls/comments/{comment_id}`],
  ["delete", `${REPO}/pulls/comments/{comment_id}`],
  ["get", `${REPO}/issues/{issue_number}/comments`],
  ["post", `${REPO}/issues/{issue_number}/comments`],
  ["patch", `${REPO}/issues/comments/{comment_id}`],
];
/** Prose, examples, and what says nothing about the shape of a message. */
const LEFT_OUT = new Set([
  "description",
  "summary",
  "example",
  "examples",
  "externalDocs",
  "tags",
  "x-github",
  "title",
  "headers",
  "x-octokit",
]);
const TARGET = "test/schema";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error("say where the unpacked package @octokit/openapi is");
const { version } = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as { version: string };
const whole = JSON.parse(readFileSync(join(source, "generated/api.github.com.json"), "utf8")) as {
  [key: string]: Json;
  paths: { [path: string]: { [method: string]: Json } };
};
const components: { [kind: string]: { [name: string]: Json } } = {};
const paths: { [path: string]: { [method: string]: Json } } = {};
for (const [method, path] of OPERATIONS) {
  const operation = whole.paths[path]?.[method];
  if (operation === undefined) throw new Error(`there is no ${method} ${path}`);
  const at = paths[path] ?? {};
  at[method] = slim(operation);
  paths[path] = at;
}
const slice = {
  openapi: whole.openapi,
  info: { title: `Slice of @octokit/openapi ${version}, api.github.com`, version },
  paths,
  components,
};
writeFileSync(join(TARGET, "github-openapi.json"), `${JSON.stringify(slice)}\n`);
writeFileSync(join(TARGET, "github-openapi.LICENSE"), readFileSync(join(source, "LICENSE")));

/** The value without what is left out; what it refers to is added to the components. `inNames` is true for a map by names. */
function slim(value: Json, inNames = false): Json {
  if (Array.isArray(value)) return value.map((item) => slim(item));
  if (value === null || typeof value !== "object") return value;
  const result: { [key: string]: Json } = {};
  for (const [key, inner] of Object.entries(value)) {
    if (!inNames && LEFT_OUT.has(key)) continue;
    if (key === "$ref" && typeof inner === "string") refer(inner);
    result[key] = slim(inner, key === "properties" || key === "responses");
  }
  return result;
}

function refer(ref: string): void {
  const [, kind, name] = /^#\/components\/(\w+)\/(.+)$/.exec(ref) ?? [];
  if (kind === undefined || name === undefined) throw new Error(`an odd reference: ${ref}`);
  const own = components[kind] ?? {};
  components[kind] = own;
  if (Object.hasOwn(own, name)) return;
  own[name] = null;
  const all = (whole.components as { [kind: string]: { [name: string]: Json } })[kind];
  const target = all?.[name];
  if (target === undefined) throw new Error(`refers to nothing: ${ref}`);
  own[name] = slim(target);
}
