/** go.mod and go.work, by the lexical rules of https://go.dev/ref/mod#go-mod-file-lexical. */
import { parseVersion, type Version } from "./version.ts";

export interface ModuleVersion {
  readonly path: string;
  /** null: every version, or (as a replacement) a directory. */
  readonly version: string | null;
}

export interface Replacement {
  readonly from: ModuleVersion;
  /** With version null `path` is a directory, relative to the file's own. */
  readonly to: ModuleVersion;
}

export interface GoMod {
  /** "" when there is no module line. */
  readonly module: string;
  /** The `go` line as a language version; null when there is none (Go then assumes 1.16). */
  readonly go: Version | null;
  readonly toolchain: string | null;
  readonly require: readonly { readonly path: string; readonly version: string; readonly indirect: boolean }[];
  readonly replace: readonly Replacement[];
  readonly exclude: readonly ModuleVersion[];
}

export interface GoWork {
  readonly go: Version | null;
  readonly toolchain: string | null;
  /** Directories, relative to the file's own. */
  readonly use: readonly string[];
  readonly replace: readonly Replacement[];
}

export function parseGoMod(text: string): GoMod {
  const directives = read(text);
  return {
    module: one(directives, "module") ?? "",
    go: parseVersion(one(directives, "go") ?? ""),
    toolchain: one(directives, "toolchain"),
    require: directives.flatMap(({ verb, args: [path, version], comment }) =>
      verb === "require" && path && version ? [{ path, version, indirect: isIndirect(comment) }] : [],
    ),
    replace: replacements(directives),
    exclude: directives.flatMap(({ verb, args: [path, version] }) => (verb === "exclude" && path && version ? [{ path, version }] : [])),
  };
}

export function parseGoWork(text: string): GoWork {
  const directives = read(text);
  return {
    go: parseVersion(one(directives, "go") ?? ""),
    toolchain: one(directives, "toolchain"),
    use: directives.flatMap(({ verb, args: [dir] }) => (verb === "use" && dir ? [dir] : [])),
    replace: replacements(directives),
  };
}

/** A line: in `require (\n a v1\n)` the verb is the block's. */
interface Directive {
  readonly verb: string;
  readonly args: readonly string[];
  /** Without the slashes. */
  readonly comment: string;
}

function one(directives: readonly Directive[], verb: string): string | null {
  return directives.find((d) => d.verb === verb)?.args[0] ?? null;
}

function isIndirect(comment: string): boolean {
  const said = comment.trim();
  return said === "indirect" || said.startsWith("indirect;");
}

function replacements(directives: readonly Directive[]): Replacement[] {
  const found: Replacement[] = [];
  for (const { verb, args } of directives) {
    const arrow = args.indexOf("=>");
    const from = args[0];
    const to = args[arrow + 1];
    if (verb !== "replace" || arrow < 1 || arrow > 2 || from === undefined || to === undefined) continue;
    found.push({
      from: { path: from, version: arrow === 2 ? (args[1] ?? null) : null },
      to: { path: to, version: args[arrow + 2] ?? null },
    });
  }
  return found;
}

function read(text: string): Directive[] {
  const directives: Directive[] = [];
  let block: string | null = null;
  for (const line of text.split("\n")) {
    const { words, comment } = split(line);
    const [first, ...rest] = words;
    if (first === undefined) continue;
    if (block !== null) {
      if (first === ")") block = null;
      else directives.push({ verb: block, args: words, comment });
    } else if (rest[0] === "(") {
      block = rest[1] === ")" ? null : first;
    } else {
      directives.push({ verb: first, args: rest, comment });
    }
  }
  return directives;
}

/** Words of a line: bare ones, `"interpreted"` and `` `raw` `` strings, parentheses. */
function split(line: string): { words: string[]; comment: string } {
  const words: string[] = [];
  let i = 0;
  while (i < line.length) {
    const c = line[i] as string;
    if (c === " " || c === "\t" || c === "\r") {
      i++;
    } else if (line.startsWith("//", i)) {
      return { words, comment: line.slice(i + 2) };
    } else if (c === '"' || c === "`") {
      let end = i + 1;
      while (end < line.length && line[end] !== c) end += c === '"' && line[end] === "\\" ? 2 : 1;
      const inner = line.slice(i + 1, end);
      words.push(c === '"' ? unquoted(inner) : inner);
      i = end + 1;
    } else if (c === "(" || c === ")") {
      words.push(c);
      i++;
    } else {
      let end = i;
      while (end < line.length && !' \t\r()"`'.includes(line[end] as string) && !line.startsWith("//", end)) end++;
      words.push(line.slice(i, end));
      i = end;
    }
  }
  return { words, comment: "" };
}

function unquoted(text: string): string {
  if (!text.includes("\\")) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}
