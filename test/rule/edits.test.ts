import { beforeAll, describe, expect, it } from "vitest";
import type { GoNode } from "../../src/go/node.ts";
import { loadGrammar, parse } from "../../src/go/parse.ts";
import { fix } from "../../src/rule/build.ts";
import {
  atHeadOf,
  type Edits,
  indentOf,
  insertAfter,
  insertBefore,
  insertFirst,
  reindent,
  remove,
  replace,
  statementOf,
  statementsOf,
  wrapStatements,
} from "../../src/rule/edits.ts";

beforeAll(loadGrammar);

function roots(text: string): GoNode[] {
  const tree = parse({ path: "x.go", text });
  expect(tree.errors, text).toEqual([]);
  return tree.roots;
}

function apply(text: string, edits: Edits): string {
  const built = fix({ title: "t", applicability: "safe", edits: [edits] });
  if (!built) throw new Error("no edits");
  let out = text;
  for (const e of [...built.edits].reverse()) out = out.slice(0, e.at.start) + e.text + out.slice(e.at.end);
  return out;
}

/** The statement that begins with `start` in a function body. */
function find(text: string, start: string): GoNode {
  for (const root of roots(text)) {
    let found: GoNode | null = null;
    root.walk((n) => {
      if (!found && n.parent?.kind === "statement_list" && n.text.startsWith(start)) found = n;
    });
    if (found) return found;
  }
  throw new Error(`no statement ${start}`);
}

function body(text: string): string {
  return `package p\n\nfunc f() {\n${text}}\n`;
}

const check = (text: string, start: string, edit: (s: GoNode) => Edits, expected: string): void => {
  const source = body(text);
  const out = apply(source, edit(find(source, start)));
  expect(out).toBe(body(expected));
  roots(out);
};

describe("insertBefore", () => {
  it("goes above the comments of the statement", () =>
    check("\ta()\n\t// about b\n\tb()\n", "b", (s) => insertBefore(s, "x()"), "\ta()\n\tx()\n\t// about b\n\tb()\n"));
  it("leaves a comment alone that a blank line parts from the statement", () =>
    check("\t// part one\n\n\tb()\n", "b", (s) => insertBefore(s, "x()"), "\t// part one\n\n\tx()\n\tb()\n"));
  it("does not take the trailing comment of the statement before", () =>
    check("\ta() // a's\n\tb()\n", "b", (s) => insertBefore(s, ["x()", "y()"]), "\ta() // a's\n\tx()\n\ty()\n\tb()\n"));
  it("breaks a one-line block", () =>
    check("\tif c { a(); b() }\n", "a", (s) => insertBefore(s, "x()"), "\tif c {\n\t\tx()\n\t\ta(); b()\n\t}\n"));
  it("breaks a line of several statements", () =>
    check("\ta(); b() // c\n", "b", (s) => insertBefore(s, "x()"), "\ta()\n\tx()\n\tb() // c\n"));
  it("breaks a clause on one line", () =>
    check("\tswitch {\n\tcase c: a()\n\t}\n", "a", (s) => insertBefore(s, "x()"), "\tswitch {\n\tcase c:\n\t\tx()\n\t\ta()\n\t}\n"));
  it("keeps a label on its loop", () =>
    check(
      "\ta()\nL:\n\tfor {\n\t\tcontinue L\n\t}\n",
      "L:",
      (s) => insertBefore(s, "x()"),
      "\ta()\n\tx()\nL:\n\tfor {\n\t\tcontinue L\n\t}\n",
    ));
  it("goes behind a label that a goto leads to", () =>
    check("L:\n\ta()\n\tgoto L\n", "L:", (s) => insertBefore(s, "x()"), "L:\n\tx()\n\ta()\n\tgoto L\n"));
  it("refuses a place that a goto jumps over", () => {
    const source = body("\tif c {\n\t\tgoto L\n\t}\n\ta()\nL:\n\tb()\n");
    expect(insertBefore(find(source, "a"), "x := 1")).toBeNull();
    expect(insertAfter(find(source, "a"), "x := 1")).toBeNull();
  });
  it("refuses a label that goto and continue both use", () => {
    const source = body("L:\n\tfor {\n\t\tif c {\n\t\t\tcontinue L\n\t\t}\n\t\tgoto L\n\t}\n");
    expect(insertBefore(find(source, "L:"), "x()")).toBeNull();
  });
});

describe("insertAfter", () => {
  it("goes below the trailing comment", () =>
    check("\ta() // why\n\tb()\n", "a", (s) => insertAfter(s, "x()"), "\ta() // why\n\tx()\n\tb()\n"));
  it("goes below a trailing comment at the end of the block", () =>
    check("\ta() // why\n", "a", (s) => insertAfter(s, "x()"), "\ta() // why\n\tx()\n"));
  it("breaks a one-line block", () => check("\tif c { a() }\n", "a", (s) => insertAfter(s, "x()"), "\tif c {\n\t\ta()\n\t\tx()\n\t}\n"));
  it("breaks a line of several statements", () => check("\ta(); b()\n", "a", (s) => insertAfter(s, "x()"), "\ta()\n\tx()\n\tb()\n"));
  it("breaks a clause on one line", () =>
    check(
      "\tselect {\n\tcase <-c: a()\n\tdefault:\n\t}\n",
      "a",
      (s) => insertAfter(s, "x()"),
      "\tselect {\n\tcase <-c:\n\t\ta()\n\t\tx()\n\tdefault:\n\t}\n",
    ));
  it("keeps CRLF whole", () => {
    const source = body("\ta() // why\n\tb()\n").replaceAll("\n", "\r\n");
    const out = apply(source, insertAfter(find(source, "a"), "x()"));
    expect(out.replaceAll("\r\n", "\n")).toBe(body("\ta() // why\n\tx()\n\tb()\n"));
    expect(out).not.toContain("\r\r");
  });
  it("has offsets that hold behind wide text", () =>
    check('\ts := "日本 🙂"; a()\n', "a", (s) => insertAfter(s, "x()"), '\ts := "日本 🙂"; a()\n\tx()\n'));
});

describe("insertFirst", () => {
  it("opens an empty block", () =>
    check("\tfor c {}\n", "for", (s) => insertFirst(s.child("body") as GoNode, "x()"), "\tfor c {\n\t\tx()\n\t}\n"));
  it("goes below the comment on an empty clause's line", () =>
    check(
      "\tselect {\n\tdefault: // nothing\n\t}\n",
      "select",
      (s) => insertFirst(s.find("default_case")[0] as GoNode, "x()"),
      "\tselect {\n\tdefault: // nothing\n\t\tx()\n\t}\n",
    ));
});

describe("remove", () => {
  it("takes the whole line", () => check("\ta()\n\tb()\n\tc()\n", "b", remove, "\ta()\n\tc()\n"));
  it("keeps the comment behind it", () => check("\ta()\n\tb() // why\n\tc()\n", "b", remove, "\ta()\n\t// why\n\tc()\n"));
  it("keeps the comments inside it", () => check("\tgo func() {\n\t\t// deep\n\t}()\n\tc()\n", "go", remove, "\t// deep\n\tc()\n"));
  it("takes its semicolon along", () => {
    check("\ta(); b(); c()\n", "a", remove, "\tb(); c()\n");
    check("\ta(); b(); c()\n", "c", remove, "\ta(); b()\n");
    check("\tif c { a() }\n", "a", remove, "\tif c {  }\n");
  });
});

describe("replace and reindent", () => {
  it("refuses to lose a comment", () => {
    const source = body("\tg(a, // why\n\t\tb)\n");
    expect(replace(find(source, "g"), "g(a)")).toBeNull();
    expect(replace(find(source, "g"), "g(a, // why\n\t\tc)")).not.toBeNull();
  });
  it("moves lines but not raw strings", () => {
    const source = body("\tg(func() {\n\t\ta()\n\n\t}, `\nraw\n\traw`)\n");
    expect(reindent(find(source, "g"), "\t\t\t")).toBe("g(func() {\n\t\t\t\ta()\n\n\t\t\t}, `\nraw\n\traw`)");
  });
  it("wraps statements with their comments", () => {
    const source = body("\t// first\n\ta() // one\n\n\tif c {\n\t\tb()\n\t} // last\n\tz()\n");
    const first = find(source, "a");
    const second = first.parent?.items[1] as GoNode;
    const out = apply(source, wrapStatements(first, second, "for {", "}"));
    expect(out).toBe(body("\tfor {\n\t\t// first\n\t\ta() // one\n\n\t\tif c {\n\t\t\tb()\n\t\t} // last\n\t}\n\tz()\n"));
    roots(out);
  });
});

describe("places", () => {
  it("knows the indentation that a statement should have", () => {
    const source = body("\tswitch {\n\tcase c: a()\n\t}\nL:\n\tfor {\n\t}\n\tif c { d() }\n");
    expect(indentOf(find(source, "a"))).toBe("\t\t");
    expect(indentOf(find(source, "L:"))).toBe("\t");
    expect(indentOf(find(source, "d"))).toBe("\t\t");
  });
  it("does not leave a function literal", () => {
    const literal = roots("package p\n\nvar v = func() int { return 1 }\n").flatMap((r) => r.find("func_literal"))[0] as GoNode;
    expect(statementOf(literal)).toBeNull();
    expect(statementsOf(literal.child("body") as GoNode).map((s) => s.text)).toEqual(["return 1"]);
  });
  it("tells what runs once at the head of a statement", () => {
    const source = body(
      "\tfor i := h0(); h1(); h2() {\n\t\th3()\n\t}\n\tif h4(h5()) && h6() {\n\t} else if h7() {\n\t}\n\tfor range h8() {\n\t}\n",
    );
    const heads: string[] = [];
    for (const statement of statementsOf(roots(source)[1]?.child("body") as GoNode)) {
      for (const call of statement.find("call_expression")) {
        if (atHeadOf(statement, call)) heads.push(call.child("function")?.text ?? "");
      }
    }
    expect(heads).toEqual(["h0", "h4", "h5", "h8"]);
  });
});

/** Every statement of this body, in every layout that Go allows, takes each edit and still parses with all its comments. */
const ODD = body(`\t// doc
	a(); b() // ab
	if c { d(); e() } else { /* in */ g() }
	switch x := v.(type) {
	case int: h(x)
	case string:
		// only a comment
	default: // none
		i(); /* mid */ j()
	}
L:
	for i := 0; i < 3; i++ { k(); continue L }
M: for { break M } // m
	select {
	case y := <-ch: l(y) // tail
	case <-ch: m();
	}
	{
		n() /* a */ // b
	}
	func() { o() }()
	p(func() {
		q() // deep
	}, \`raw
	\`)
end:
`);

describe("every statement", () => {
  const comments = (text: string): string[] =>
    roots(text)
      .flatMap((r) => r.find("comment").map((c) => c.text.trim()))
      .sort();
  const statements = (text: string): GoNode[] => roots(text).flatMap((r) => r.find("statement_list").flatMap((l) => l.items));
  for (const eol of ["\n", "\r\n"]) {
    it(`takes an insertion and a removal (${JSON.stringify(eol)})`, () => {
      const source = ODD.replaceAll("\n", eol);
      const all = statements(source);
      expect(all.length).toBeGreaterThan(20);
      for (const s of all) {
        for (const insert of [insertBefore, insertAfter]) {
          const edits = insert(s, ["x1()", "x2()"]);
          expect(edits, s.text).not.toBeNull();
          const out = apply(source, edits);
          // What stands behind a label at a block's end becomes the labelled statement.
          const bare = s.kind === "labeled_statement" && s.items.length === 1 && insert === insertAfter;
          expect(statements(out).length, out).toBe(all.length + (bare ? 1 : 2));
          expect(comments(out), out).toEqual(comments(source));
        }
        if (s.kind === "labeled_statement") continue;
        const out = apply(source, remove(s));
        expect(statements(out).length, out).toBeLessThan(all.length);
        expect(comments(out), out).toEqual(comments(source));
      }
    });
  }
});
