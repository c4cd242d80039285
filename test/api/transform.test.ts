/** Transforms through the engine: what they find, what the files become, and what happens when they fail. */
import { describe, expect, it } from "vitest";
import { type Run, type RunOptions, run } from "../../src/engine/run.ts";
import { type Transform, type TransformInfo, transformRule } from "../../src/index.ts";
import { tree } from "../engine/tree.ts";

async function go(
  files: Record<string, string>,
  transform: Transform,
  more: Partial<RunOptions> & { info?: TransformInfo } = {},
): Promise<Run> {
  const { info, ...options } = more;
  const rule = transformRule({ id: "mine", transform, ...info });
  return run({
    cwd: tree({ "go.mod": "module example.com/m\n\ngo 1.26\n", ...files }),
    rules: [rule],
    isolated: true,
    fix: true,
    unsafeFixes: true,
    ...options,
  });
}

/** What a file becomes; the problems when there are some. */
async function become(source: string, transform: Transform, more: Partial<RunOptions> = {}): Promise<string> {
  const { report } = await go({ "a.go": source }, transform, more);
  if (report.problems.length > 0) return report.problems.map((p) => p.message).join("\n");
  return report.files[0]?.after ?? source;
}

const file = (body: string, imports: readonly string[] = []): string =>
  `package a\n\n${imports.length > 0 ? `import (\n${imports.map((i) => `\t${i.includes('"') ? i : `"${i}"`}\n`).join("")})\n\n` : ""}func f(a, b int) {\n${body}\n}\n`;

/** All places of a pattern, replaced. */
const rewrites =
  (pattern: string, by: string): Transform =>
  (f, api) =>
    api.fix(api.go(f).pattern(pattern), { title: "Rewrite it", applicability: "safe" }, (m) => m.replaceWith(by));

describe("api.fix", () => {
  it("makes one finding for each place, with a fix of its own", async () => {
    const { report } = await go({ "a.go": file("\tg(1)\n\tg(2)") }, (f, api) =>
      api.fix(api.go(f).pattern("g($x)"), { title: "Call h", message: "g is gone", because: "h may differ" }, (m) =>
        m.replaceWith("h($x)"),
      ),
    );
    expect(report.findings.map((x) => [x.rule, x.message, x.fixes.map((y) => [y.title, y.applicability, y.because])])).toEqual([
      ["mine", "g is gone", [["Call h", "unsafe", "h may differ"]]],
      ["mine", "g is gone", [["Call h", "unsafe", "h may differ"]]],
    ]);
    expect(report.files[0]?.after).toBe(file("\th(1)\n\th(2)"));
    expect(report.left).toEqual([]);
  });

  it("is applied as its applicability says, selected, suppressed and told by any format as any finding", async () => {
    const safe = rewrites("g($x)", "h($x)");
    const source = file("\tg(1)\n\tg(2) //gomend:ignore mine // later");
    expect(await become(source, safe, { unsafeFixes: false })).toBe(source.replace("g(1)", "h(1)"));
    const unsafe: Transform = (f, api) => api.fix(api.go(f).pattern("g($x)"), { title: "Call h" }, (m) => m.replaceWith("h($x)"));
    const { report } = await go({ "a.go": source }, unsafe, { unsafeFixes: false });
    expect(report.files).toEqual([]);
    expect(report.left).toHaveLength(1);
    expect(report.findings[0]?.fixes[0]?.because).toBe("the transform does not say that it is safe");
  });

  it("has no fix without a change, or where the change cannot be made", async () => {
    const { report } = await go({ "a.go": file("\ttime := 1\n\tg(time)") }, (f, api) => {
      api.report(api.go(f).pattern("g($x)"), "look at this");
      api.fix(api.go(f).pattern("g($x)"), { title: "Wait" }, (m) => m.replaceWith("time.Sleep($x)"));
    });
    expect(report.problems).toEqual([]);
    expect(report.findings.map((x) => [x.message, x.fixes.length])).toEqual([
      ["look at this", 0],
      ["wait", 0],
    ]);
  });
});

describe("a returned text", () => {
  it("becomes one unsafe fix for each stretch that differs", async () => {
    const transform: Transform = (f) => f.source.replaceAll("g(", "h(");
    const source = file("\tg(1)\n\tx()\n\tg(2)");
    const { report } = await go({ "a.go": source }, transform);
    expect(report.findings.map((x) => [x.message, x.fixes[0]?.applicability])).toEqual([
      ["mine would change this", "unsafe"],
      ["mine would change this", "unsafe"],
    ]);
    expect(report.files[0]?.after).toBe(source.replaceAll("g(", "h("));
    expect(await become(source, transform, { unsafeFixes: false })).toBe(source);
  });

  it("keeps stretches together that only parse together, each valid alone", async () => {
    const source = file("\tg(1)\n\tx()\n\ty()\n\tg(2)");
    const wrap: Transform = (f) =>
      f.source.includes("if a") ? null : f.source.replace("\tx()\n", "\tif a > b {\n\t\tx()\n").replace("\tg(2)\n", "\t}\n\tg(3)\n");
    const { report } = await go({ "a.go": source }, wrap, { fix: false });
    expect(report.problems).toEqual([]);
    expect(report.findings).toHaveLength(1);
    expect(await become(source, wrap)).toContain("if a > b {\n\t\tx()\n\t\ty()\n\t}\n\tg(3)");
  });

  it("may be nothing, the same, or come later", async () => {
    const source = file("\tg(1)");
    for (const same of [undefined, null, source]) expect(await become(source, () => same)).toBe(source);
    const later: Transform = async (f) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return f.source.replace("g(1)", "g(2)");
    };
    expect(await become(source, later)).toBe(file("\tg(2)"));
  });

  it("can be what a collection was made into, as in jscodeshift", async () => {
    const transform: Transform = (f, api) => {
      const root = api.go(f);
      root.pattern("g($x)").replaceWith("fmt.Println($x)");
      return root.toSource();
    };
    expect(await become(file("\tg(1)\n\tg(2)"), transform)).toBe(
      file("\tfmt.Println(1)\n\tfmt.Println(2)", ["fmt"]).replace('(\n\t"fmt"\n)', '"fmt"'),
    );
  });
});

describe("a replacement", () => {
  it("imports what it names, under the file's own name for it, and drops what nobody uses any more", async () => {
    const to = rewrites("ioutil.ReadFile($x)", "os.ReadFile($x)");
    expect(await become(file('\tioutil.ReadFile("a")', ["io/ioutil"]), to)).toBe(file('\tos.ReadFile("a")', ["os"]));
    expect(await become(file('\tioutil.ReadFile("a")\n\tsys.Exit(1)', ["io/ioutil", 'sys "os"']), to)).toBe(
      file('\tsys.ReadFile("a")\n\tsys.Exit(1)', ['sys "os"']),
    );
    expect(await become(file('\tioutil.ReadFile("a")\n\tioutil.NopCloser(nil)', ["io/ioutil"]), to)).toContain('"io/ioutil"\n\t"os"\n');
    const given: Transform = (f, api) =>
      api.fix(api.go(f).pattern("g($x)"), { title: "Log", applicability: "safe" }, (m) =>
        m.replaceWith("log.Info($x)", { imports: { log: "example.com/our/log" } }),
      );
    expect(await become(file("\tg(1)"), given)).toContain('import "example.com/our/log"\n\nfunc f(a, b int) {\n\tlog.Info(1)');
    expect(await become(file("\tg(1)"), rewrites("g($x)", "rand.Int()"))).toContain(
      "rand may be crypto/rand or math/rand or math/rand/v2: say which",
    );
  });

  it("puts parentheses where an operator would bind otherwise, and only there", async () => {
    expect(await become(file("\tx = double(a + b)"), rewrites("double($x)", "$x * 2"))).toContain("x = (a + b) * 2");
    expect(await become(file("\tx = double(a) / 3"), rewrites("double($x)", "$x + $x"))).toContain("x = (a + a) / 3");
    expect(await become(file("\tx = double(a)"), rewrites("double($x)", "$x + $x"))).toContain("x = a + a\n");
    expect(await become(file("\tx = double(*p).y"), rewrites("double($x)", "$x.z"))).toContain("x = (*p).z.y");
    expect(await become(file("\tx = a - double(b)"), rewrites("double($x)", "$x - 1"))).toContain("x = a - (b - 1)");
    expect(await become(file("\tx = id(a + b)"), rewrites("id($x)", "$x"))).toContain("x = a + b\n");
  });

  it("keeps comments: in what is copied, beside it, and otherwise above the statement", async () => {
    const swap = rewrites("g($x, $y)", "h($y, $x)");
    expect(await become(file("\tg(a /* first */, func() int { return 1 /* one */ }())"), swap)).toContain(
      "h(func() int { return 1 /* one */ }(), a /* first */)",
    );
    expect(await become(file("\tx := 1 + g(\n\t\ta, // first\n\t\tb, // second\n\t)"), swap)).toContain(
      "\t// first\n\t// second\n\tx := 1 + h(b, a)\n",
    );
    expect(await become(file("\tg(\n\t\ta, // first\n\t\tb, // second\n\t)"), rewrites("g($$$xs)", "h($$$xs)"))).toBe(
      file("\th(\n\t\ta, // first\n\t\tb, // second\n\t)"),
    );
    expect(await become(file("\tg(a, b) // stays"), swap)).toContain("\th(b, a) // stays\n");
  });

  it("is formatted as gofmt has it where the file was, and may be statements", async () => {
    expect(await become(file("\tg(a,b)"), rewrites("g($x, $y)", "h($y,$x)"))).toContain("h($y".replace("$y", "b,a"));
    expect(await become(file("\tg(a, b)"), rewrites("g($x, $y)", "if $x>$y {\nh($x)\n}"))).toBe(file("\tif a > b {\n\t\th(a)\n\t}"));
    expect(await become(file("\tx := g(a, b)"), rewrites("g($x, $y)", "if $x > $y { h($x) }"))).toContain(
      "is a statement: it cannot take the place of",
    );
    expect(await become(file("\tg(a, b)"), rewrites("g($$$)", "h()"))).toBe(file("\th()"));
    expect(await become(file("\tg()"), rewrites("g($$$xs)", "h(1, $$$xs)"))).toBe(file("\th(1)"));
    expect(await become(file("\tg()"), rewrites("g($$$xs)", "h($$$xs, 1)"))).toBe(file("\th(1)"));
  });

  it("keeps CRLF and a byte order mark", async () => {
    const source = `\uFEFF${file("\tg(1)").replaceAll("\n", "\r\n")}`;
    expect(await become(source, rewrites("g($x)", "if h($x) {\nx()\n}"))).toBe(
      `\uFEFF${file("\tif h(1) {\n\t\tx()\n\t}").replaceAll("\n", "\r\n")}`,
    );
  });
});

describe("a collection", () => {
  it("finds by kind and shape, by symbol, closest, and filters", async () => {
    const source = `package a

import "sync"

var pool sync.Pool

func get() any {
	return pool.Get()
}

func put(p *sync.Pool, x any) {
	p.Put(x)
	panic("no")
}
`;
    const seen: unknown[] = [];
    await become(source, (f, api) => {
      const root = api.go(f);
      const calls = root.calls("sync.Pool.Get", "sync.(*Pool).Put");
      seen.push(calls.map((m) => [m.text, m.get("receiver")?.text, m.all("args").map((a) => a.text), m.line]));
      seen.push(calls.closest("function_declaration").map((m) => m.field("name")?.text));
      seen.push(root.find("call_expression", { function: "panic", arguments: /no/ }).length);
      seen.push(root.find("call_expression", { function: { field: (m) => m.text.startsWith("P") } }).map((m) => m.text));
      seen.push(root.references("sync.Pool").map((m) => m.text));
      seen.push(calls.filter((m) => m.args.length > 0).first?.args.at(-1)?.typeText);
      seen.push(
        [...root.imports].map((i) => i.path),
        root.imports.has("sync"),
        root.imports.nameOf("sync"),
      );
      seen.push(root.find("import_spec").length, root.find("package_identifier").first?.text);
      seen.push(
        calls.first?.symbol,
        calls.first?.get("receiver")?.typeText,
        calls.first?.resolve("pool")?.kind,
        calls.at(1)?.typeOfName("p"),
      );
    });
    expect(seen).toEqual([
      [
        ["pool.Get()", "pool", [], 8],
        ["p.Put(x)", "p", ["x"], 12],
      ],
      ["get", "put"],
      1,
      ["p.Put(x)"],
      ["sync.Pool", "sync.Pool"],
      "any",
      ["sync"],
      true,
      "sync",
      1,
      "a",
      "sync.Pool.Get",
      "sync.Pool",
      "var",
      "*sync.Pool",
    ]);
  });

  it("inserts and removes statements, declarations and elements of lists", async () => {
    const source = file("\t// about g\n\tg(1, 2) // here\n\th()");
    const edits =
      (edit: (root: ReturnType<Parameters<Transform>[1]["go"]>) => void): Transform =>
      (f, api) => {
        const root = api.go(f);
        if (root.find("call_expression", { function: "done" }).length > 0) return null;
        edit(root);
        root.find("call_expression", { function: "h" }).replaceWith("done()");
        return root.toSource();
      };
    expect(
      await become(
        source,
        edits((r) => r.pattern("g($$$)").insertBefore("x()").insertAfter("y()")),
      ),
    ).toBe(file("\tx()\n\t// about g\n\tg(1, 2) // here\n\ty()\n\tdone()"));
    expect(
      await become(
        source,
        edits((r) => r.find("int_literal", { text: "1" }).insertBefore("0")),
      ),
    ).toContain("g(0, 1, 2) // here");
    expect(
      await become(
        source,
        edits((r) => r.find("int_literal", { text: "1" }).remove()),
      ),
    ).toContain("g(2) // here");
    expect(
      await become(
        source,
        edits((r) => r.find("int_literal", { text: "2" }).remove()),
      ),
    ).toContain("g(1) // here");
    expect(
      await become(
        source,
        edits((r) => r.pattern("g($$$)").first?.insertArgument(9, "3")),
      ),
    ).toContain("g(1, 2, 3) // here");
    expect(
      await become(
        source,
        edits((r) => r.find("function_declaration").insertBefore("var x = 1").insertAfter("var y = 2")),
      ),
    ).toBe(`package a\n\nvar x = 1\n\n${file("\t// about g\n\tg(1, 2) // here\n\tdone()").slice("package a\n\n".length)}\nvar y = 2\n`);
    expect(
      await become(
        source,
        edits((r) => r.pattern("g($$$)").remove()),
      ),
    ).toBe(file("\t// about g\n\t// here\n\tdone()"));
  });

  it("puts arguments into calls, the first and the last", async () => {
    const first: Transform = (f, api) =>
      api.fix(api.go(f).pattern("h()"), { title: "Say how many", applicability: "safe" }, (m) => m.insertArgument(0, "len(os.Args)"));
    expect(await become(file("\th()"), first)).toContain('import "os"\n\nfunc f(a, b int) {\n\th(len(os.Args))\n');
  });

  it("changes places that lie inside of each other", async () => {
    const inner: Transform = (f, api) => {
      const root = api.go(f);
      root.pattern("g($x)").replaceWith("h($x)");
      return root.toSource();
    };
    expect(await become(file("\tg(g(g(1)))"), inner)).toBe(file("\th(h(h(1)))"));
    expect(await become(file("\tg(g(g(1)))"), rewrites("g($x)", "h($x)"))).toBe(file("\th(h(h(1)))"));
  });

  it("asks about flow", async () => {
    const source = `package a

import "sync"

func leaks(mu *sync.Mutex, b bool) {
	mu.Lock()
	if b {
		return
	}
	mu.Unlock()
}

func well(mu *sync.Mutex) {
	mu.Lock()
	defer mu.Unlock()
}
`;
    const { report } = await go({ "a.go": source }, (f, api) => {
      const unlocks = api.go(f).calls("sync.Mutex.Unlock");
      for (const lock of api.go(f).calls("sync.Mutex.Lock")) {
        const path = lock.escape(unlocks);
        if (path) api.report(lock, `stays locked on the way to ${path.exit}`);
      }
    });
    expect(report.findings.map((x) => x.message)).toEqual(["stays locked on the way to return"]);
  });

  it("changes imports alone", async () => {
    const source = file("\tfmt.Println(errors.New(1))", ["fmt", "github.com/pkg/errors"]);
    const replaced: Transform = (f, api) => {
      const root = api.go(f);
      root.imports.replace("github.com/pkg/errors", "errors");
      return root.toSource();
    };
    expect(await become(source, replaced)).toContain('\t"errors"\n');
    const added: Transform = (f, api) => {
      const root = api.go(f);
      if (root.imports.has("embed")) return;
      for (const fn of root.find("function_declaration"))
        api.fix(fn, { title: "Embed", applicability: "safe" }, () => root.imports.add("embed", "_"));
    };
    expect(await become(file("\tg()"), added)).toContain('import _ "embed"\n');
  });
});

describe("a transform that fails", () => {
  const fails: Transform = (f) => {
    if (f.path === "b.go") throw new TypeError("no such thing");
    return f.source.replace("g(1)", "g(2)");
  };

  it("is told with the file at hand, and the run goes on", async () => {
    const { report } = await go({ "a.go": file("\tg(1)"), "b.go": "package a\n", "c.go": "package a\n\nfunc g(int) {}\n" }, fails);
    expect(report.problems.map((p) => [p.path, p.rule, p.message])).toEqual([["b.go", "mine", "mine: TypeError: no such thing"]]);
    expect(report.files.map((x) => x.path)).toEqual(["a.go"]);
  });

  it("is told when what it returns is no Go, or no text", async () => {
    expect(await become(file("\tg(1)"), () => "package a\n\nfunc {")).toMatch(/^mine: what it returned for a\.go does not parse: 3:6: /);
    expect(await become(file("\tg(1)"), (() => 1) as unknown as Transform)).toBe(
      "mine: the transform returned number: it gives a text or nothing",
    );
    expect(
      await become(file("\tg(1)"), (f, api) => api.fix(api.go(f).pattern("g($x)"), { title: "x" }, async (m) => m.replaceWith("h()"))),
    ).toContain("the changes of a fix are made at once");
    expect(await become(file("\tg(1)"), rewrites("g($x)", "h($y)"))).toBe(
      'mine: "h($y)" names $y, which stands for nothing here; there is $x',
    );
    expect(await become(file("\tg(1)"), (f, api) => api.fix(api.go(f).pattern("g("), { title: "x" }))).toBe('mine: "g(" is not Go');
  });

  it("is told when a second run would change the file again", async () => {
    expect(await become(file("\tg(1)"), rewrites("g($x)", "g(g($x))"))).toContain("is invalid");
  });
});

describe("what a transform is asked about", () => {
  it("is each file, those without declarations too; triggers and imports narrow it", async () => {
    const seen: string[] = [];
    const look: Transform = (f) => {
      seen.push(f.path);
    };
    const files = { "a.go": "package a\n", "b.go": file("\tg(1)"), "gen.go": "// Code generated by x. DO NOT EDIT.\n\npackage a\n" };
    await go(files, look);
    expect(seen.splice(0)).toEqual(["a.go", "b.go"]);
    await go(files, look, { info: { triggers: ["g("] } });
    expect(seen.splice(0)).toEqual(["b.go"]);
    await go(files, look, { info: { imports: ["os"] } });
    expect(seen.splice(0)).toEqual([]);
  });
});
