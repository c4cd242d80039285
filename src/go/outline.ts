/** Top-level declarations of a file by one scan, without a parser. */
import type { FileImport } from "./imports.ts";
import type { Range } from "./parse.ts";

export type DeclarationKind = "func" | "method" | "type" | "var" | "const";

/** One top-level declaration: a function, a method, or a whole `type`/`var`/`const` declaration with its group. */
export interface Declaration extends Range {
  readonly kind: DeclarationKind;
  /** Names that it declares, in order; several for a group or `var a, b`. `_` included. */
  readonly names: readonly string[];
  /** For a method: the name of the receiver's base type, else null. */
  readonly receiver: string | null;
}
