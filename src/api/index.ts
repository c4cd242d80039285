/** What users' own transforms and rules are written with. */
export { Collection, type Shape } from "./collection.ts";
export { Imports } from "./imports.ts";
export { Match, type Template, type WriteOptions } from "./match.ts";
export type { ModuleSource, RuleModule } from "./module.ts";
export { defineRule, type OwnRule } from "./own-rule.ts";
export type { PackageNames } from "./packages.ts";
export { type Captures, Pattern, type PatternOptions } from "./pattern.ts";
export { type SnippetKind, TransformError } from "./snippet.ts";
export {
  type FixOptions,
  type Transform,
  type TransformApi,
  type TransformFile,
  type TransformInfo,
  type TransformOptions,
  transformRule,
} from "./transform.ts";
