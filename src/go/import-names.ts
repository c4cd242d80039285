/** Imports and the names they bring. */
import type { Range } from "./parse.ts";
import { isDigit, wordEnd } from "./scan.ts";

export interface FileImport {
  /** "net/http". */
  readonly path: string;
  /** The name written in the file: an alias, "_", "."; null when none is written. */
  readonly alias: string | null;
  /** The import spec (alias and path, without a trailing comment). */
  readonly at: Range;
}

/** Whether a path belongs to the standard library, by Go's own rule: its first element has no dot. Modules without a domain count too. */
export function isStandard(path: string): boolean {
  const slash = path.indexOf("/");
  return !(slash < 0 ? path : path.slice(0, slash)).includes(".");
}

/**
 * Names that the package of an import path may have, the likeliest first. One name: no convention allows another. Several: only the package's
 * own source can tell (`gopkg.in/yaml.v3`, `go-isatty`, `k8s.io/api/core/v2`).
 */
export function candidateNames(path: string): string[] {
  const parts = path.split("/");
  const last = parts.at(-1) ?? "";
  const before = parts.at(-2);
  if (isMajor(last) && before !== undefined) {
    const names = candidateNames(parts.slice(0, -1).join("/"));
    return isStandard(path) ? names : [...names, last];
  }
  if (isIdentifier(last)) return [last];
  const found: string[] = [];
  const offer = (name: string) => {
    if (isIdentifier(name) && !found.includes(name)) found.push(name);
  };
  let base = last;
  const dot = base.lastIndexOf(".");
  if (dot > 0) {
    base = base.slice(0, dot);
    if (isIdentifier(base)) return isMajor(last.slice(dot + 1)) ? [base] : [base, last.replaceAll(".", "_")];
  }
  if (base.startsWith("go-")) offer(base.slice(3));
  if (base.endsWith("-go")) offer(base.slice(0, -3));
  const words = base.split("-").filter((word) => word !== "go" && word !== "golang");
  offer(words.join(""));
  offer(words.join("_"));
  offer(words.at(-1) ?? "");
  offer(words[0] ?? "");
  offer(base.replaceAll("-", ""));
  offer(base.replaceAll("-", "_"));
  return found;
}

/** "v2", "v10"; not "v0" or "v1", which no import path carries as its major version. */
function isMajor(part: string): boolean {
  if (part.charCodeAt(0) !== 118 /* v */ || part === "v0" || part === "v1" || part.length < 2) return false;
  for (let i = 1; i < part.length; i++) if (!isDigit(part.charCodeAt(i))) return false;
  return part.charCodeAt(1) !== 48;
}

function isIdentifier(name: string): boolean {
  return name !== "" && !isDigit(name.charCodeAt(0)) && wordEnd(name, 0) === name.length;
}

/** The name under which a file knows an import; null for `_`, `.` and "C" and where only the package can tell. */
export function importName(i: FileImport): string | null {
  if (i.alias !== null) return i.alias === "_" || i.alias === "." ? null : i.alias;
  const names = candidateNames(i.path);
  return names.length === 1 ? (names[0] ?? null) : null;
}
