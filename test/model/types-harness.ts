/** Packages from text, and the types that they ask for. */
import type { GoNode } from "../../src/go/node.ts";
import { loadGrammar } from "../../src/go/parse.ts";
import { GoFile } from "../../src/model/file.ts";
import { buildPackage, type Package } from "../../src/model/package.ts";
import { type Types, typesOf } from "../../src/model/types.ts";

await loadGrammar();

const importsOf = (text: string): string =>
  [
    "time",
    "sync",
    "io",
    "os",
    "fmt",
    "bytes",
    "context",
    "net/http",
    "slices",
    "maps",
    "cmp",
    "iter",
    "strings",
    "errors",
    "sync/atomic",
    "unsafe",
    "math",
  ]
    .filter((p) => new RegExp(`\\b${p.slice(p.lastIndexOf("/") + 1)}\\.`).test(text))
    .map((p) => `import "${p}"\n`)
    .join("");

/** `files` maps names to texts (with package clause); `others` are packages to import, by path. */
export function packageOf(files: Record<string, string>, path = "example.com/p", others: Record<string, Package> = {}): Package {
  const made = Object.entries(files).map(([name, text]) => new GoFile(name, () => `${text}\n`));
  return buildPackage({
    name: "p",
    path,
    dir: ".",
    version: { major: 1, minor: 26 },
    files: made,
    triggered: () => new Map(made.map((f) => [f, f.declarations])),
    import: (p) => others[p] ?? null,
  });
}

export interface Checked {
  readonly pkg: Package;
  readonly types: Types;
  /** The first smallest node with this text; the `nth`, from 0. */
  at(text: string, nth?: number): GoNode;
}

/** One file of package p; imports of the standard library are added. */
export function checked(text: string, others: Record<string, Package> = {}): Checked {
  const pkg = packageOf({ "p.go": `package p\n${importsOf(text)}${text}` }, "example.com/p", others);
  return {
    pkg,
    types: typesOf(pkg),
    at(wanted, nth = 0) {
      const found: GoNode[] = [];
      for (const root of pkg.roots)
        root.walk((n) => {
          if (n.named && n.text === wanted && !n.children.some((c) => c.named && c.text === wanted)) found.push(n);
        });
      const node = found[nth];
      if (!node) throw new Error(`no ${wanted} (${nth})`);
      return node;
    },
  };
}

/** Types that lines ending in `// = T` expect of the last expression on their left side of the comment: `[line, expected, actual]`. */
export function expectations(
  text: string,
  spell: (types: Types, node: GoNode) => string,
  others: Record<string, Package> = {},
): string[][] {
  const { pkg, types } = checked(text, others);
  const rows: string[][] = [];
  for (const file of pkg.files) {
    const source = file.source.text;
    for (const match of source.matchAll(/^(.*?)\s*\/\/ = (.*)$/gm)) {
      const end = match.index + (match[1] ?? "").length;
      let widest: GoNode | null = null;
      for (const root of pkg.roots)
        root.walk((n) => {
          if (n.end === end && n.named && n.start >= match.index && (!widest || n.start < widest.start) && isExpression(n)) widest = n;
        });
      if (!widest) throw new Error(`no expression before // = in ${match[0]}`);
      rows.push([(match[1] ?? "").trim(), match[2] ?? "", spell(types, widest)]);
    }
  }
  return rows;
}

/** A whole expression of a statement or a value of a declaration. */
function isExpression(n: GoNode): boolean {
  const parent = n.parent;
  if (n.kind === "expression_list" || !parent) return false;
  if (parent.kind === "expression_list")
    return parent.field === "right" || parent.field === "value" || parent.parent?.kind === "return_statement";
  return n.kind === "expression_statement";
}
