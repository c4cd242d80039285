import { createRequire } from "node:module";
import { beforeAll, describe, expect, it } from "vitest";
import { Language, Parser } from "web-tree-sitter";
import { copyExactly, copyQuickly, Shapes } from "../../src/go/copy.ts";
import type { GoNode, Source } from "../../src/go/node.ts";
import { outline } from "../../src/go/outline.ts";
import { loadGrammar, parse, type Range } from "../../src/go/parse.ts";
import { goFiles } from "./goroot.ts";

beforeAll(loadGrammar);

const source = (text: string): Source => ({ path: "a.go", text });

/** All that a node says, with all below it. */
function dump(node: GoNode): string {
  const lines: string[] = [];
  node.walk((n) => {
    lines.push(`${n.field ?? ""} ${n.kind} ${n.named} ${n.start}-${n.end} in ${n.parent?.kind ?? "nothing"} ${n.parent?.start ?? 0}`);
  });
  return lines.join("\n");
}

const declarations = (roots: readonly GoNode[]) => roots.filter((r) => r.kind.endsWith("_declaration") && r.kind !== "import_declaration");

describe("a tree", () => {
  it("has kinds, fields and offsets in UTF-16", () => {
    const text = 'package a\n\nvar 世 = f("😀", x.y) // c\n';
    const { roots, errors } = parse(source(text));
    expect(errors).toEqual([]);
    expect(roots.map((r) => [r.kind, r.text])).toEqual([
      ["package_clause", "package a"],
      ["var_declaration", 'var 世 = f("😀", x.y)'],
      ["comment", "// c"],
    ]);
    const [call] = (roots[1] as GoNode).find("call_expression");
    expect(call?.child("function")?.text).toBe("f");
    expect(call?.child("arguments")?.items.map((n) => n.text)).toEqual(['"😀"', "x.y"]);
    expect(call?.closest("var_declaration")).toBe(roots[1]);
    expect((roots[1] as GoNode).find("interpreted_string_literal_content").map((n) => n.text)).toEqual(["😀"]);
  });

  it("keeps blanks in strings, and what escapes", () => {
    const text = "package a\n\nvar x = f(\"  a  \\\"\\n  // b\", `  c\n\n  `, \"\", ``, ' ', '\\'', 1.5e+3, 0x1p-2i, .5)\n";
    const call = (parse(source(text)).roots[1] as GoNode).find("call_expression")[0];
    expect(call?.child("arguments")?.items.map((n) => n.text)).toEqual([
      '"  a  \\"\\n  // b"',
      "`  c\n\n  `",
      '""',
      "``",
      "' '",
      "'\\''",
      "1.5e+3",
      "0x1p-2i",
      ".5",
    ]);
    expect(
      (parse(source(text)).roots[1] as GoNode).find("interpreted_string_literal_content", "escape_sequence").map((n) => n.text),
    ).toEqual(["  a  ", '\\"', "\\n", "  // b"]);
  });

  it("tells errors and missing tokens", () => {
    expect(parse(source("package a\n\nfunc f() {\n\tx :=\n}\n")).errors.length).toBeGreaterThan(0);
    expect(parse(source("package a\n\nfunc f() {\n\tg(\n}\n")).errors.length).toBeGreaterThan(0);
    expect(parse(source("package a\n\nfunc f() {")).errors.length).toBeGreaterThan(0);
  });

  it("is walked parents first, and not below a node that is refused", () => {
    const [, f] = parse(source("package a\n\nfunc f() { g(1); h(2) }\n")).roots as [GoNode, GoNode];
    const seen: string[] = [];
    f.walk((n) => {
      if (n.kind === "call_expression") seen.push(n.text);
      if (n.kind === "int_literal") seen.push(n.text);
      return n.kind !== "call_expression" || n.text !== "g(1)";
    });
    expect(seen).toEqual(["g(1)", "h(2)", "2"]);
    expect(f.find("call_expression").map((n) => n.text)).toEqual(["g(1)", "h(2)"]);
  });

  it("of ten thousand nested blocks needs no deep stack", () => {
    const deep = `package a\n\nfunc f() ${"{".repeat(10_000)}${"}".repeat(10_000)}\n`;
    const { roots, errors } = parse(source(deep));
    expect(errors).toEqual([]);
    expect((roots[1] as GoNode).find("block").length).toBe(10_000);
    const broken = parse(source(`package a\n\nvar x = ${"(".repeat(10_000)}1\n`));
    expect(broken.errors.length).toBeGreaterThan(0);
    for (const root of broken.roots) expect(root.find("int_literal").length).toBeLessThan(2);
  });
});

describe("a sparse parse", () => {
  const text =
    "package a\n\nvar x = a // c; d\nfunc (t T) m() {}\nvar y = 1; var z = b; func g() {}\ntype T int /* e\n*/\nvar s = `\n`\nconst c = 1";

  it("of any declarations is that of the whole file", () => {
    const all = outline(text).declarations;
    const whole = declarations(parse(source(text)).roots);
    expect(whole.length).toBe(all.length);
    for (let chosen = 0; chosen < 1 << all.length; chosen++) {
      const ranges = all.filter((_, k) => chosen & (1 << k));
      const { roots, errors } = parse(source(text), ranges);
      expect(errors).toEqual([]);
      expect(declarations(roots).map(dump)).toEqual(whole.filter((_, k) => chosen & (1 << k)).map(dump));
    }
  });

  it("takes ranges with their line ends as well", () => {
    const all: Range[] = outline(text).declarations.map((d) => ({ start: d.start, end: text.startsWith("\n", d.end) ? d.end + 1 : d.end }));
    expect(declarations(parse(source(text), all).roots).length).toBe(all.length);
  });

  it("of nothing is nothing", () => expect(parse(source(text), [])).toEqual({ roots: [], errors: [] }));

  it("does not see the rest of the file", () => {
    const broken = "package a\n\nfunc f( { }}}}\n\nfunc g() {}\n";
    const at = broken.indexOf("func g");
    const { roots, errors } = parse(source(broken), [{ start: at, end: at + 11 }]);
    expect(errors).toEqual([]);
    expect(roots.map((r) => r.text)).toEqual(["func g() {}"]);
  });

  const files = goFiles(211, 80_000);
  it.skipIf(files.length === 0)("of each declaration of real files is that of the whole file", () => {
    for (const { path, text: whole } of files) {
      const { roots, errors } = parse({ path, text: whole });
      if (errors.length > 0) continue;
      const expected = declarations(roots).map(dump);
      const found = outline(whole).declarations.flatMap((d) => declarations(parse({ path, text: whole }, [d]).roots));
      expect(found.map(dump), path).toEqual(expected);
    }
  });
});

describe("the cheap copy", () => {
  const files = goFiles(157, 80_000);
  const require = createRequire(import.meta.url);
  let parser: Parser;
  let shapes: Shapes;

  beforeAll(async () => {
    const language = await Language.load(require.resolve("tree-sitter-go/tree-sitter-go.wasm"));
    parser = new Parser();
    parser.setLanguage(language);
    shapes = new Shapes(language);
  });

  /** Top-level nodes by the cheap copy and by asking the binding's own cursor for everything; null when the tree has errors. */
  function both(text: string): { cheap: (GoNode | null)[]; exact: GoNode[] } | null {
    const tree = parser.parse(text);
    if (!tree || tree.rootNode.hasError) return null;
    const cursors = [tree.walk(), tree.walk()] as const;
    const cheap: (GoNode | null)[] = [];
    const exact: GoNode[] = [];
    for (const cursor of cursors) cursor.gotoFirstChild();
    do {
      cheap.push(copyQuickly(shapes, cursors[0], source(text)));
      exact.push(copyExactly(shapes, cursors[1], source(text), []));
    } while (cursors[0].gotoNextSibling() && cursors[1].gotoNextSibling());
    for (const cursor of cursors) cursor.delete();
    tree.delete();
    return { cheap, exact };
  }

  it.skipIf(files.length === 0)("is the exact one, on real files", () => {
    let compared = 0;
    for (const { path, text } of files) {
      for (const written of [text, text.replaceAll("\n", "\r\n"), text.replaceAll("\t", " \t /* x */ ")]) {
        const copies = both(written);
        if (!copies) continue;
        compared++;
        expect(
          copies.cheap.map((n) => n && dump(n)),
          path,
        ).toEqual(copies.exact.map(dump));
      }
    }
    expect(compared).toBeGreaterThan(files.length);
  });

  it("is given up for a tree with errors, the cursor where it was", () => {
    const text = "package a\n\nfunc f() {\n\tif x {\n\t\tg(1 2 3]\n\t}\n}\n";
    const tree = parser.parse(text);
    const cursor = tree?.walk();
    if (!tree || !cursor) throw new Error("no tree");
    cursor.gotoFirstChild();
    while (cursor.nodeType !== "function_declaration" && cursor.gotoNextSibling());
    const at = cursor.nodeId;
    expect(copyQuickly(shapes, cursor, source(text))).toBeNull();
    expect(cursor.nodeId).toBe(at);
    cursor.delete();
    tree.delete();
  });
});
