/** The imports of a file. */
import type { FileImport } from "../go/imports.ts";
import { packageName } from "../rule/names.ts";
import type { Workspace } from "./file.ts";

/** The imports of a file, and changes of them. Changes are made with the others of the transform or fix; what is there is not added, what is used is not dropped. */
export class Imports implements Iterable<FileImport> {
  readonly #work: Workspace;

  /** @internal */
  constructor(work: Workspace) {
    this.#work = work;
  }

  [Symbol.iterator](): Iterator<FileImport> {
    return this.#work.file.imports[Symbol.iterator]();
  }

  /** Whether the file imports the path, under whatever name. */
  has(path: string): boolean {
    return this.#work.file.imports.some((i) => i.path === path);
  }

  /** The name by which the file knows the package: an alias or the package's own; null when it is not imported, or as `_` or `.`. */
  nameOf(path: string): string | null {
    for (const i of this.#work.file.imports)
      if (i.path === path && i.alias !== "_" && i.alias !== ".") return i.alias ?? packageName(this.#work.pkg, path);
    return null;
  }

  /** Imports a path, under a name of its own when one is given. */
  add(path: string, alias?: string): this {
    this.#work.draft.add([], [{ file: this.#work.file.source.path, path, action: "add", ...(alias === undefined ? {} : { alias }) }]);
    return this;
  }

  /** Drops an import where nothing uses it any more. */
  drop(path: string): this {
    this.#work.draft.add([], [{ file: this.#work.file.source.path, path, action: "drop" }]);
    return this;
  }

  /** Writes another path in an import's place; the name in the code stays. Does nothing where the path is not imported. */
  replace(path: string, by: string): this {
    for (const { path: own, at } of this.#work.file.imports) {
      if (own !== path) continue;
      const { path: file, text } = this.#work.file.source;
      const quote = text.slice(at.start, at.end).search(/["`]/);
      if (quote >= 0) this.#work.draft.add([{ at: { path: file, start: at.start + quote, end: at.end }, text: JSON.stringify(by) }]);
    }
    return this;
  }
}
