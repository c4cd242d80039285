import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { formatGo, loadFormatter } from "../../src/go/format.ts";
import { candidateNames, type FileImport, type ImportChange, importEdits, isStandard } from "../../src/go/imports.ts";
import { outline } from "../../src/go/outline.ts";
import { applyEdits } from "../../src/text/apply.ts";

beforeAll(loadFormatter);

const add = (path: string, alias?: string): ImportChange =>
  alias === undefined ? { path, action: "add" } : { path, action: "add", alias };
const drop = (path: string): ImportChange => ({ path, action: "drop" });

function change(text: string, ...changes: ImportChange[]): string {
  return applyEdits(text, importEdits({ path: "a.go", text }, outline(text), changes));
}

/** A formatted file stays formatted: gofmt has nothing to do. */
function changed(text: string, ...changes: ImportChange[]): string {
  expect(formatGo(text)).toEqual({ ok: true, text });
  const after = change(text, ...changes);
  expect(formatGo(after)).toEqual({ ok: true, text: after });
  return after;
}

describe("names of packages", () => {
  it.each([
    ["fmt", ["fmt"]],
    ["net/http", ["http"]],
    ["math/rand/v2", ["rand"]],
    ["encoding/json/v2", ["json"]],
    ["github.com/a/errors", ["errors"]],
    ["github.com/a/b/v3", ["b", "v3"]],
    ["k8s.io/api/core/v1", ["v1"]],
    ["gopkg.in/yaml.v3", ["yaml"]],
  ])("%s is %j", (path, names) => expect(candidateNames(path)).toEqual(names));

  it.each([
    ["github.com/mattn/go-isatty", "isatty"],
    ["github.com/nats-io/nats.go", "nats"],
    ["github.com/aws/smithy-go", "smithy"],
    ["github.com/a/b-c", "bc"],
    ["github.com/a/go-b-c/v2", "bc"],
  ])("%s is likely %s, which its source must confirm", (path, name) => {
    const names = candidateNames(path);
    expect(names[0]).toBe(name);
    expect(names.length).toBeGreaterThan(1);
  });

  it("tells the standard library by the dot", () => {
    expect(isStandard("net/http")).toBe(true);
    expect(isStandard("golang.org/x/net/html")).toBe(false);
  });
});

describe("adding", () => {
  it("writes a declaration below the package clause when there is none", () => {
    expect(changed("package a\n", add("time"))).toBe('package a\n\nimport "time"\n');
    expect(changed("package a // why\n\nfunc f() {}\n", add("time"), add("context"), add("example.com/x"))).toBe(
      'package a // why\n\nimport (\n\t"context"\n\t"time"\n\n\t"example.com/x"\n)\n\nfunc f() {}\n',
    );
  });

  it("sorts into a group, with comments staying where they are", () => {
    expect(
      changed(
        'package a\n\nimport (\n\t// io\n\t"bytes" // b\n\t"os"\n\n\t"example.com/y" // y\n)\n',
        add("context"),
        add("example.com/x"),
        add("time"),
      ),
    ).toBe(
      'package a\n\nimport (\n\t// io\n\t"bytes" // b\n\t"context"\n\t"os"\n\t"time"\n\n\t"example.com/x"\n\t"example.com/y" // y\n)\n',
    );
  });

  it("puts the first of its kind into a block of its own", () => {
    expect(changed('package a\n\nimport (\n\t"example.com/y"\n)\n', add("time"))).toBe(
      'package a\n\nimport (\n\t"time"\n\n\t"example.com/y"\n)\n',
    );
    expect(changed('package a\n\nimport (\n\t"os"\n)\n', add("example.com/y"))).toBe(
      'package a\n\nimport (\n\t"os"\n\n\t"example.com/y"\n)\n',
    );
  });

  it("chooses the block that shares most of the path", () => {
    expect(changed('package a\n\nimport (\n\t"os"\n\n\t"example.com/y"\n\n\t"corp.com/m/a"\n)\n', add("corp.com/m/b"))).toBe(
      'package a\n\nimport (\n\t"os"\n\n\t"example.com/y"\n\n\t"corp.com/m/a"\n\t"corp.com/m/b"\n)\n',
    );
  });

  it("turns a lone import into a group, its comment with it", () => {
    expect(changed('package a\n\n// doc\nimport "os" // why\n\nfunc f() {}\n', add("context"))).toBe(
      'package a\n\n// doc\nimport (\n\t"context"\n\t"os" // why\n)\n\nfunc f() {}\n',
    );
    expect(changed('package a\n\nimport x "example.com/x"\n', add("context"))).toBe(
      'package a\n\nimport (\n\t"context"\n\n\tx "example.com/x"\n)\n',
    );
  });

  it("goes beside several single imports as one more", () => {
    expect(changed('package a\n\nimport "bytes"\nimport "os" // why\n', add("context"))).toBe(
      'package a\n\nimport "bytes"\nimport "context"\nimport "os" // why\n',
    );
    expect(changed('package a\n\nimport "bytes"\nimport "os" // why\n', add("time"))).toBe(
      'package a\n\nimport "bytes"\nimport "os" // why\nimport "time"\n',
    );
    expect(changed('package a\n\nimport "bytes"\nimport "os"\n', add("archive/tar"))).toBe(
      'package a\n\nimport "archive/tar"\nimport "bytes"\nimport "os"\n',
    );
  });

  it("leaves the import of C alone", () => {
    const cgo = 'package a\n\n// #include <stdlib.h>\nimport "C"\n';
    expect(changed(cgo, add("unsafe"))).toBe(`${cgo}\nimport "unsafe"\n`);
    expect(changed(`${cgo}\nimport (\n\t"os"\n)\n`, add("unsafe"))).toBe(`${cgo}\nimport (\n\t"os"\n\t"unsafe"\n)\n`);
    expect(changed(`${cgo}\nimport "os"\n`, add("unsafe"))).toBe(`${cgo}\nimport (\n\t"os"\n\t"unsafe"\n)\n`);
  });

  it("does nothing when the package is there under a usable name", () => {
    const text = 'package a\n\nimport (\n\tstdtime "time"\n)\n';
    expect(change(text, add("time"))).toBe(text);
    expect(change(text, add("time", "stdtime"))).toBe(text);
    expect(changed(text, add("time", "time"))).toBe('package a\n\nimport (\n\t"time"\n\tstdtime "time"\n)\n');
    for (const alias of ["_", "."]) {
      expect(change(`package a\n\nimport (\n\t${alias} "time"\n)\n`, add("time"))).toContain(`"time"\n\t${alias} "time"`);
    }
  });

  it("writes an alias only where it says something", () => {
    expect(changed("package a\n", add("math/rand/v2", "rand"))).toBe('package a\n\nimport "math/rand/v2"\n');
    expect(changed("package a\n", add("context", "stdctx"))).toBe('package a\n\nimport stdctx "context"\n');
  });

  it("adds once what several ask for", () => {
    expect(changed("package a\n", add("time"), add("time"))).toBe('package a\n\nimport "time"\n');
  });

  it("keeps CRLF", () => {
    expect(changed('package a\r\n\r\nimport (\r\n\t"os"\r\n)\r\n', add("context"))).toBe(
      'package a\r\n\r\nimport (\r\n\t"context"\r\n\t"os"\r\n)\r\n',
    );
    expect(changed("package a\r\n", add("context"))).toBe('package a\r\n\r\nimport "context"\r\n');
  });

  it("parts no CRLF among bare line feeds", () => {
    expect(change('package a\n\nimport (\n\t"os"\r\n)\n', drop("os"), add("context"))).toBe('package a\n\nimport (\n\t"context"\n)\n');
    expect(change('package a\r\n\nimport (\n\t"os"\n)\n', drop("os"), add("context"))).toBe('package a\r\n\nimport (\n\t"context"\r\n)\n');
  });

  it.each([
    'package a; import "os"; func f() {}\n',
    'package a\n\nimport ("bytes"; "os")\n',
    'package a\n\nimport (\n\t"bytes"; "os"\n)\n',
    "package a\n\nimport ()\n",
    "package a\n\nimport (\n)\n",
    'package a\n\nimport ( /* x */ "os" )\n',
    'package a\n\nimport "os"; import "bytes"\n',
    'package a\n\nimport "os" /* x\n*/\n',
    "package a; func f() {}",
    'package a\n\n/* #include <a.h> */ import "C"; import "os"\n',
  ])("survives %j", (text) => {
    const after = change(text, add("context"), add("example.com/x"));
    expect(formatGo(after).ok).toBe(true);
    const paths = outline(after).imports.map((i) => i.path);
    expect(paths.toSorted()).toEqual([...outline(text).imports.map((i) => i.path), "context", "example.com/x"].toSorted());
    expect(outline(after).problem).toBeNull();
  });
});

describe("dropping", () => {
  it("takes the line, and the declaration when it is empty", () => {
    expect(changed('package a\n\nimport (\n\t"bytes"\n\t"os" // why\n)\n', drop("os"))).toBe('package a\n\nimport (\n\t"bytes"\n)\n');
    expect(changed('package a\n\nimport (\n\t"os"\n)\n\nfunc f() {}\n', drop("os"))).toBe("package a\n\nfunc f() {}\n");
    expect(changed('package a\n\nimport "os"\n\nfunc f() {}\n', drop("os"))).toBe("package a\n\nfunc f() {}\n");
    expect(changed('package a\n\nimport "bytes"\nimport "os"\n\nfunc f() {}\n', drop("os"))).toBe(
      'package a\n\nimport "bytes"\n\nfunc f() {}\n',
    );
  });

  it("takes a block's blank line with its last spec", () => {
    expect(changed('package a\n\nimport (\n\t"os"\n\n\t"example.com/y"\n)\n', drop("os"))).toBe(
      'package a\n\nimport (\n\t"example.com/y"\n)\n',
    );
    expect(changed('package a\n\nimport (\n\t"os"\n\n\t"example.com/y"\n)\n', drop("example.com/y"))).toBe(
      'package a\n\nimport (\n\t"os"\n)\n',
    );
  });

  it("keeps a block's heading and the comments of others", () => {
    expect(
      changed('package a\n\nimport (\n\t// io\n\t"bytes"\n\t// the system\n\t"os"\n\t// t\n\t"time"\n)\n', drop("os"), drop("bytes")),
    ).toBe('package a\n\nimport (\n\t// io\n\t// t\n\t"time"\n)\n');
  });

  it("keeps what is still used", () => {
    for (const use of ["var x = os.Args", "func f() { g(os.Exit) }", "type T struct { os.File }", "func f(...os.File)"]) {
      const text = `package a\n\nimport "os"\n\n${use}\n`;
      expect(change(text, drop("os"))).toBe(text);
    }
    for (const use of ["// os.Exit", 'var x = "os.Exit"', "var x = `os.Exit`", "var x = y.os.z", "var x = os", "/* os.Exit */"]) {
      expect(change(`package a\n\nimport "os"\n\n${use}\n`, drop("os"))).toBe(`package a\n\n${use}\n`);
    }
    const aliased = 'package a\n\nimport sys "os"\n\nvar x = os.y\n';
    expect(change(aliased, drop("os"))).toBe("package a\n\nvar x = os.y\n");
  });

  it("never drops blank, dot or C imports, nor what is added as well", () => {
    for (const text of ['package a\n\nimport _ "os"\n', 'package a\n\nimport . "os"\n', 'package a\n\nimport "os"\n']) {
      expect(change(text, drop("os"), ...(text.includes('t "os') ? [add("os")] : []))).toBe(text);
    }
    expect(change('package a\n\n// int x;\nimport "C"\n', drop("C"))).toContain('import "C"');
  });

  it("replaces one import by another", () => {
    expect(changed('package a\n\nimport "os"\n', drop("os"), add("time"))).toBe('package a\n\nimport "time"\n');
    expect(changed('package a\n\nimport (\n\t"os"\n)\n', drop("os"), add("time"))).toBe('package a\n\nimport (\n\t"time"\n)\n');
    expect(changed('package a\n\nimport (\n\t"os"\n\t"time"\n)\n', drop("os"), add("context"))).toBe(
      'package a\n\nimport (\n\t"context"\n\t"time"\n)\n',
    );
  });

  it.each([
    'package a\n\nimport ("bytes"; "os")\n',
    'package a\n\nimport (\n\t"os"; "bytes"\n)\n',
    'package a; import "os"; import "bytes"\n',
    'package a\n\nimport ( /* x */ "os"; "bytes")\n',
  ])("survives %j", (text) => {
    const after = change(text, drop("os"));
    expect(formatGo(after).ok).toBe(true);
    expect(outline(after).imports.map((i) => i.path)).toEqual(["bytes"]);
  });
});

describe("any imports and any changes", () => {
  const paths = ["bytes", "context", "os", "time", "unsafe", "example.com/a", "example.com/a/b", "corp.com/m/x", "corp.com/m/y/v2"];
  const path = fc.constantFrom(...paths);
  const spec = fc
    .tuple(
      path,
      fc.constantFrom("", "_ ", ". ", "other "),
      fc.constantFrom("", " // why", " /* why */"),
      fc.constantFrom("", "", "// above\n", "\n", "\n// heading\n"),
    )
    .map(([p, alias, behind, above]) => ({ above, text: `${alias}"${p}"${behind}` }));
  const declaration = fc.oneof(
    fc.array(spec, { maxLength: 6 }).map((specs) => `import (\n${specs.map((x) => `${x.above}${x.text}\n`).join("")})\n`),
    spec.map((x) => `import ${x.text}\n`),
    fc.constant('// int x;\nimport "C"\n'),
  );
  const header = fc.tuple(fc.constantFrom("package a\n", "// Package a.\npackage a // a\n"), fc.array(declaration, { maxLength: 3 }));
  const change = fc.tuple(path, fc.constantFrom("add" as const, "drop" as const)).map(([p, action]): ImportChange => ({ path: p, action }));
  const rest = fc.constantFrom("", "\nfunc f() {}\n", "\n// f\nfunc f() { os.Exit(1) }\n");

  it("give what was asked for, formatted as before, and nothing to do a second time", () => {
    fc.assert(
      fc.property(
        header,
        rest,
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        fc.boolean(),
        ([clause, imports], body, changes, crlf, tidy) => {
          const written = `${clause}\n${imports.join("\n")}${body}`;
          const result = formatGo(written);
          if (!result.ok) throw new Error(result.message);
          const lf = tidy ? result.text : written;
          const text = crlf ? lf.replaceAll("\n", "\r\n") : lf;
          const before = outline(text);
          const after = applied(text, changes);
          const now = outline(after);

          expect(now.problem).toBeNull();
          // gofmt may only have comments to align, and lines to sort where a comment between them went
          const format = formatGo(after);
          expect(format.ok).toBe(true);
          if (tidy && format.ok) expect(squeezed(format.text)).toEqual(squeezed(after));
          expect(applied(after, changes)).toBe(after);
          expect(after.includes("\n") && crlf ? after.replaceAll("\r\n", "").includes("\n") : false).toBe(false);

          const added = new Set(changes.filter((c) => c.action === "add").map((c) => c.path));
          const gone = new Set(changes.filter((c) => c.action === "drop" && !added.has(c.path)).map((c) => c.path));
          const usable = (i: FileImport) => i.alias !== "_" && i.alias !== ".";
          const used = (i: FileImport) => i.path === "os" && i.alias === null && body.includes("os.Exit");
          const expected = before.imports.filter((i) => !(gone.has(i.path) && usable(i) && !used(i))).map((i) => `${i.alias} ${i.path}`);
          for (const p of added) if (!before.imports.some((i) => i.path === p && usable(i))) expected.push(`null ${p}`);
          expect(now.imports.map((i) => `${i.alias} ${i.path}`).sort()).toEqual(expected.sort());

          const cgo = (o: typeof now, t: string) => o.importDecls.filter((d) => d.cgo).map((d) => t.slice(d.docStart, d.end));
          expect(cgo(now, after)).toEqual(cgo(before, text));
          expect(after.endsWith(text.slice(before.declarations[0]?.docStart ?? text.length))).toBe(true);
        },
      ),
      { numRuns: 400 },
    );
  });

  function applied(text: string, changes: readonly ImportChange[]): string {
    return applyEdits(text, importEdits({ path: "a.go", text }, outline(text), changes));
  }

  function squeezed(text: string): string[] {
    const lines = text.split("\n").map((line) =>
      line
        .split(" ")
        .filter((part) => part !== "")
        .join(" "),
    );
    // gofmt also takes out what is imported twice
    return [...new Set(lines.filter((line) => line.trim() !== ""))].sort();
  }
});
