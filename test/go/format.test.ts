import { execFileSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { formatGo, formatLike, isFormatted, loadFormatter } from "../../src/go/format.ts";
import { outline } from "../../src/go/outline.ts";
import { goFiles } from "./goroot.ts";

beforeAll(loadFormatter);

const formatted = (text: string) => {
  const result = formatGo(text);
  return result.ok ? result.text : result;
};

describe("formatting", () => {
  it("is gofmt's", () => {
    expect(formatted("package a\nfunc  f( ) {x:=1 ;y(x)}")).toBe("package a\n\nfunc f() { x := 1; y(x) }\n");
    expect(isFormatted("package a\n")).toBe(true);
    expect(isFormatted("package a")).toBe(false);
    expect(isFormatted("package a\n\n\n")).toBe(false);
  });

  it("keeps the byte order mark and CRLF", () => {
    expect(formatted("\ufeffpackage a\r\nvar  x = `\r\n`\r\n")).toBe("\ufeffpackage a\r\n\r\nvar x = `\r\n`\r\n");
    expect(isFormatted("\ufeffpackage a\r\n\r\nvar x = 1\r\n")).toBe(true);
    expect(formatted("package a\r\nvar  x = 1")).toBe("package a\r\n\r\nvar x = 1\r\n");
  });

  it("leaves mixed line ends where they are", () => {
    const mixed = "package a\r\n\nvar x = 1\r\n\r\nvar y = 2\n";
    expect(isFormatted(mixed)).toBe(true);
    expect(formatted(mixed.replace("var x = 1", "var  x = 1"))).toBe(mixed);
    expect(formatted("package a\r\n\r\nfunc f() {\r\nx()\ny()\r\n}\r\n")).toBe("package a\r\n\r\nfunc f() {\r\n\tx()\n\ty()\r\n}\r\n");
  });

  it.each([
    ["package a\n\nfunc f() { x := 1 2 }\n", 3, 19, "expected ';', found 2"],
    ['package a\r\n\r\nvar s = "x\r\n', 3, 9, "string literal not terminated"],
    ["package a\nvar 世, 😀x = 1 2\n", 2, 8, "illegal character U+1F600 '😀'"],
    ["package a\nvar 世 = 1 2\n", 2, 11, "expected ';', found 2"],
    ["package a\n\n//line x.y:100\nvar s = 1 2\n", 4, 11, "expected ';', found 2"],
    ["x := 1\n", 1, 1, "expected a package clause"],
    ["\n\n// c\nfunc f() {}\n", 4, 1, "expected a package clause"],
    ["", 1, 1, "expected a package clause"],
  ])("tells where %j is no Go", (text, line, column, message) => {
    const result = formatGo(text);
    expect(result).toMatchObject({ ok: false, line, column });
    expect(result.ok ? "" : result.message).toContain(message);
  });

  it.each([
    ["operands in a row", `var x = ${Array(1_000).fill('"a"').join(" +\n\t")}\n`],
    ["calls on calls", `var x = a${".\n\tB()".repeat(300)}\n`],
    ["calls in calls", `var x = ${"f(".repeat(200)}1${")".repeat(200)}\n`],
    [
      "functions in functions",
      `func f() {\n${Array.from({ length: 100 }, (_, k) => `${"\t".repeat(k + 1)}go func() {\n`).join("")}${Array.from({ length: 100 }, (_, k) => `${"\t".repeat(100 - k)}}()\n`).join("")}}\n`,
    ],
  ])("holds many %s", (_, declaration) => {
    const text = `package a\n\n${declaration}`;
    expect(formatted(text)).toBe(text);
    expect(formatted(text.replace("package a\n\n", "package  a\n"))).toBe(text);
    expect(formatGo(`${text}\nvar y = 1 2\n`)).toMatchObject({ ok: false, column: 11 });
  });

  it("goes on after what the module cannot unwind from, and tells what the outline knows of it", () => {
    const many = `package a\n\n${"func f() { 0x }\n".repeat(14)}func g() { é ) }\n`;
    expect(formatGo(many)).toMatchObject({ ok: false, line: 17, column: 14, message: '")" does not match "{"' });
    expect(formatGo("//go:build )\n\npackage s\n")).toMatchObject({
      ok: false,
      message: expect.stringContaining("a build line that is none"),
    });
    expect(formatted("package a")).toBe("package a\n");
  });

  it("takes one byte order mark, and no second one", () => {
    expect(formatGo("\ufeffpackage a\n").ok).toBe(true);
    expect(formatGo("\ufeff\ufeffpackage a\n")).toMatchObject({ ok: false, line: 1, message: "illegal byte order mark" });
  });

  it("goes on after what is too much for it", () => {
    const deep = `package a\n\nvar x = ${"(".repeat(50_000)}1${")".repeat(50_000)}\n`;
    expect(formatGo(deep)).toMatchObject({ ok: false, message: expect.stringContaining("nested too deeply") });
    expect(formatted("package a")).toBe("package a\n");
  });

  it("lets its memory go", () => {
    const text = `package a\n${"var x = []int{1, 2, 3}\n".repeat(5_000)}`;
    const before = process.memoryUsage().rss;
    for (let k = 0; k < 30; k++) expect(formatGo(text).ok).toBe(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(250_000_000);
  });
});

describe("formatting an outcome", () => {
  it("formats exactly when the original was formatted, and refuses what does not parse", () => {
    expect(formatLike("package a\n", "package a\nvar  x = 1")).toEqual({ ok: true, text: "package a\n\nvar x = 1\n" });
    expect(formatLike("package a", "package a\nvar  x = 1")).toEqual({ ok: true, text: "package a\nvar  x = 1" });
    expect(formatLike("package a", "package a\nvar  x 1")).toMatchObject({ ok: false, line: 2 });
    expect(formatLike("no Go", "package a\nvar  x = 1")).toEqual({ ok: true, text: "package a\nvar  x = 1" });
    expect(formatLike("package a\r\n", "package a\r\nvar  x = 1\n")).toMatchObject({ ok: true });
  });
});

describe("agrees with the gofmt of the Go toolchain", () => {
  const files = goFiles(151, 100_000)
    .filter(({ text }) => outline(text).packageName !== "")
    .slice(0, 40);

  it.skipIf(files.length === 0)("on real files, as they are and without their indentation", () => {
    for (const { path, text } of files) {
      for (const source of [text, text.replaceAll("\n\t", "\n"), text.replaceAll(" = ", "=").replaceAll(", ", ",")]) {
        let real: string | null;
        try {
          real = execFileSync("gofmt", { input: source, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
        } catch {
          real = null;
        }
        const ours = formatGo(source);
        expect(ours.ok ? ours.text : null, path).toBe(real);
      }
    }
  });
});
