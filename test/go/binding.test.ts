import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { beforeAll, describe, expect, it } from "vitest";
import { Language, Parser, type Tree } from "web-tree-sitter";
import { directCursor } from "../../src/go/cursor.ts";
import { locate } from "../../src/go/locate.ts";
import { exportStack } from "../../src/go/stack.ts";

const require = createRequire(import.meta.url);

describe("the direct cursor", () => {
  const module: Record<string, unknown> = {};
  let tree: Tree;
  let other: Tree;

  beforeAll(async () => {
    await Parser.init(module);
    const parser = new Parser();
    parser.setLanguage(await Language.load(require.resolve("tree-sitter-go/tree-sitter-go.wasm")));
    const parsed = (text: string): Tree => {
      const made = parser.parse(text);
      if (!made) throw new Error("no tree");
      return made;
    };
    tree = parsed("package a\n\nfunc f(x int) {\n\tg(x, ]\n}\n");
    other = parsed("package b\n");
  });

  it("is taken when it says what the binding's own says", () => {
    const open = directCursor(module, tree);
    if (!open) throw new Error("refused");
    const direct = open(other);
    const own = other.walk();
    for (const cursor of [direct, own]) expect(cursor.gotoFirstChild() && cursor.gotoFirstChild() && cursor.gotoNextSibling()).toBe(true);
    expect([direct.nodeTypeId, direct.startIndex, direct.endIndex]).toEqual([own.nodeTypeId, own.startIndex, own.endIndex]);
    direct.delete();
    own.delete();
  });

  it.each([
    ["is missing", { _ts_tree_cursor_goto_parent_wasm: undefined }],
    ["says something else", { _ts_tree_cursor_end_index_wasm: () => 7 }],
    ["goes elsewhere", { _ts_tree_cursor_goto_next_sibling_wasm: () => 0 }],
  ])("is refused when a function %s", (_, changed) => {
    const exported = Object.fromEntries(Object.entries(module).filter(([name]) => name.startsWith("_ts_")));
    expect(directCursor({ ...exported, ...changed }, tree)).toBeNull();
    expect(directCursor(exported, tree)).not.toBeNull();
  });
});

describe("the wide stack", () => {
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const mutableI32 = [0x7f, 1, 0x41, 0, 0x0b];
  const constantI32 = [0x7f, 0, 0x41, 0, 0x0b];
  const section = (id: number, content: number[]) => [id, content.length, ...content];
  const module = (globals: number[][]) =>
    Uint8Array.from([
      ...header,
      ...section(6, [globals.length, ...globals.flat()]),
      ...section(7, [1, 1, 0x67, 3, 0]),
      ...section(0, [1, 0x78]),
    ]);

  it("is the module's one global, exported", () => {
    const widened = exportStack(module([mutableI32]), "stack");
    expect(widened).toEqual(
      Uint8Array.from([
        ...header,
        ...section(6, [1, ...mutableI32]),
        ...section(7, [2, 1, 0x67, 3, 0, 5, ...Buffer.from("stack"), 3, 0]),
        ...section(0, [1, 0x78]),
      ]),
    );
  });

  it("is there in the bundled gofmt", () => {
    const gofmt = readFileSync(require.resolve("@wasm-fmt/gofmt/gofmt.wasm"));
    expect(exportStack(gofmt, "stack")?.length).toBe(gofmt.length + 8);
  });

  it.each([
    ["two globals", module([mutableI32, mutableI32])],
    ["a constant", module([constantI32])],
    ["no global", Uint8Array.from([...header, ...section(7, [0])])],
    ["nothing", Uint8Array.from(header)],
  ])("is refused for a module with %s", (_, bytes) => expect(exportStack(bytes, "stack")).toBeNull());
});

describe("files of the packages", () => {
  it("are found by module resolution where no copy stands beside the code", () => {
    expect(locate("tree-sitter-go.wasm", "tree-sitter-go/tree-sitter-go.wasm")).toBe(require.resolve("tree-sitter-go/tree-sitter-go.wasm"));
    expect(() => locate("none.wasm", "none/none.wasm")).toThrow("none.wasm is missing");
  });
});
