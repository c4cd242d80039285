/** Imports of a file, read from its outline. */
import type { Range } from "./parse.ts";

export interface FileImport {
  /** "net/http". */
  readonly path: string;
  /** The name written in the file: an alias, "_", "."; null when none is written. */
  readonly alias: string | null;
  /** The import spec (alias and path, without a trailing comment). */
  readonly at: Range;
}
