/** The graph: which atoms stand in which blocks, and where the edges lead. */
import { describe, expect, test } from "vitest";
import { GoNode, type Kind } from "../../src/go/node.ts";
import { buildFlow, dump } from "../../src/model/flow.ts";
import { snippet } from "./flow-harness.ts";

/** The dump without the blocks that only lead on, numbered in the order of the text. */
function shape(body: string, params = "a, b, c bool, x int, ch chan int, err error"): string {
  return dump(snippet(body, params).flow).trim().replaceAll("\t", "  ");
}

/** Which of the calls `one()`, `two()` ... control can come to. */
function reached(body: string, params = "a, b bool, x int, ch chan int, v any"): string {
  const { flow, root } = snippet(body, params);
  const calls = root.find("expression_statement").filter((n) => /^[a-z]+\(\)$/.test(n.text));
  return calls
    .filter((n) => flow.locate(n))
    .map((n) => n.text.slice(0, -2))
    .join(" ");
}

function exits(body: string, params = "a, b bool, x int, ch chan int"): string[] {
  return snippet(body, params).flow.exits.map((e) => `${e.kind}: ${e.kind === "end" ? e.at.kind : e.at.text}`);
}

describe("blocks", () => {
  test("a straight body is one block that ends at the brace", () => {
    expect(shape("one()\ntwo()")).toBe("b0:\n  one()\n  two()\n  -> end");
  });

  test("&&, ||, ! and parentheses are taken apart", () => {
    expect(shape("if a && !(b || c) {\none()\n}")).toMatchInlineSnapshot(`
      "b0:
        a
        -> b3 if a
        -> b2 unless a
      b1:
        one()
        -> b2
      b2:
        -> end
      b3:
        b
        -> b2 if b
        -> b4 unless b
      b4:
        c
        -> b2 if c
        -> b1 unless c"
    `);
  });

  test("for: condition at the top, continue goes to the update", () => {
    expect(shape("for i := 0; i < x; i++ {\nif a {\ncontinue\n}\none()\n}")).toMatchInlineSnapshot(`
      "b0:
        i := 0
        -> b1
      b1:
        i < x
        -> b4 if i < x
        -> b2 unless i < x
      b2:
        -> end
      b3:
        i++
        -> b1
      b4:
        a
        -> b5 if a
        -> b6 unless a
      b5:
        -> b3
      b6:
        one()
        -> b3"
    `);
  });

  test("range: the operand is evaluated once, the head each turn", () => {
    expect(shape("for v := range f() {\n_ = v\n}")).toMatchInlineSnapshot(`
      "b0:
        f()
        -> b1
      b1:
        v := range f()
        -> b3
        -> b2
      b2:
        -> end
      b3:
        _ = v
        -> b1"
    `);
  });

  test("switch: values in order, default last, fallthrough to the next clause of the text", () => {
    expect(shape("switch g := 1; x {\ncase 1, g:\none()\nfallthrough\ndefault:\ntwo()\ncase f():\nthree()\n}")).toMatchInlineSnapshot(`
      "b0:
        g := 1
        x
        1
        g
        -> b1 [case 1, g]
        -> b5
      b1:
        one()
        -> b2
      b2:
        two()
        -> b4
      b3:
        three()
        -> b4
      b4:
        -> end
      b5:
        f()
        -> b3 [case f()]
        -> b6
      b6:
        -> b2 [default]"
    `);
  });

  test("switch without a tag: each value is a condition", () => {
    expect(shape("switch {\ncase a && b, c:\none()\n}")).toMatchInlineSnapshot(`
      "b0:
        a
        -> b4 if a
        -> b3 unless a
      b1:
        one()
        -> b2
      b2:
        -> end
      b3:
        c
        -> b1 if c [case a && b, c]
        -> b5 unless c
      b4:
        b
        -> b1 if b [case a && b, c]
        -> b3 unless b
      b5:
        -> b2"
    `);
  });

  test("type switch: one edge for each clause, one past when there is no default", () => {
    expect(shape("switch y := v.(type) {\ncase int, string:\none()\ncase nil:\n_ = y\n}", "v any")).toMatchInlineSnapshot(`
      "b0:
        v
        -> b1 [case int, string]
        -> b2 [case nil]
        -> b3
      b1:
        one()
        -> b3
      b2:
        _ = y
        -> b3
      b3:
        -> end"
    `);
  });

  test("select: the communication is the first atom of its clause", () => {
    expect(shape("select {\ncase v := <-ch:\n_ = v\ncase ch <- 1:\ndefault:\none()\n}")).toMatchInlineSnapshot(`
      "b0:
        -> b1 [case v := <-ch]
        -> b2 [case ch <- 1]
        -> b3 [default]
      b1:
        v := <-ch
        _ = v
        -> b4
      b2:
        ch <- 1
        -> b4
      b3:
        one()
        -> b4
      b4:
        -> end"
    `);
  });

  test("else if chains and initialisers", () => {
    expect(reached("if y := x; y > 0 {\none()\nreturn\n} else if a {\ntwo()\n} else {\nreturn\n}\nthree()")).toBe("one two three");
  });
});

describe("what control can come to", () => {
  test.each([
    ["after return", "one()\nreturn\ntwo()", "one"],
    ["after a panic", "one()\npanic(1)\ntwo()", "one"],
    ["after a call that ends, nested in an expression", "one()\ny := f(os.Exit(1))\ntwo()\n_ = y", "one"],
    ["after a deferred or started call that would end", "defer panic(1)\ngo os.Exit(1)\none()", "one"],
    ["the arguments of a deferred call are evaluated now", "defer f(os.Exit(1))\none()", ""],
    ["a call in the right operand of && need not be made", "y := a && f(os.Exit(1))\n_ = y\none()", "one"],
    ["as a condition it is made only when the left one holds", "if a && f(os.Exit(1)) {\none()\n}\ntwo()", "two"],
    ["a literal's body is not executed where it stands", "g := func() { panic(1) }\n_ = g\none()", "one"],
    ["for without condition", "for {\none()\n}\ntwo()", "one"],
    ["for ;;", "for ;; {\none()\n}\ntwo()", "one"],
    ["for true", "for true {\none()\n}\ntwo()", "one"],
    ["for with a break", "for {\nif a {\nbreak\n}\none()\n}\ntwo()", "one two"],
    [
      "break of a select or switch stays in the loop",
      "for {\nselect {\ncase <-ch:\nbreak\n}\nswitch {\ndefault:\nbreak\n}\none()\n}\ntwo()",
      "one",
    ],
    ["labelled break leaves the loop", "L:\nfor {\nselect {\ncase <-ch:\nbreak L\n}\none()\n}\ntwo()", "two"],
    ["labelled continue", "L:\nfor {\nfor {\nif a {\ncontinue L\n}\none()\n}\ntwo()\n}\nthree()", "one"],
    ["if false, and a constant of the package", "if false {\none()\n}\nif debug {\ntwo()\n} else {\nthree()\n}", "three"],
    ["constants within && and ||", "if a && false {\none()\n}\nif a || true {\ntwo()\n} else {\nthree()\n}", "two"],
    ["goto forward", "goto E\none()\nE:\ntwo()", "two"],
    ["goto backward and out of a block", "B:\none()\n{\nif a {\ngoto B\n}\n}\ntwo()", "one two"],
    ["a label before the closing brace", "if a {\ngoto E\n}\none()\nE:\n}\nfunc g() {", "one"],
    ["empty select", "one()\nselect {}\ntwo()", "one"],
    ["select with clauses that all return", "select {\ncase <-ch:\nreturn\ncase ch <- 1:\npanic(1)\n}\none()", ""],
    ["switch with a default, all clauses return", "switch x {\ncase 1:\nreturn\ndefault:\nreturn\n}\none()", ""],
    ["switch without a default", "switch x {\ncase 1:\nreturn\n}\none()", "one"],
    ["switch true and switch without clauses", "switch true {\ncase a:\none()\n}\nswitch {\n}\ntwo()", "one two"],
    ["type switch, all clauses return", "switch v.(type) {\ncase int:\nreturn\ndefault:\nreturn\n}\none()", ""],
    ["fallthrough into a clause whose value never matches", "switch {\ncase a:\nfallthrough\ncase false:\none()\n}", "one"],
    ["a clause whose value is false", "switch {\ncase false:\none()\ncase true:\ntwo()\ncase a:\nthree()\n}", "two"],
    ["empty statements and nested blocks", ";\n{\n{\none()\n}\nreturn\n}\ntwo()", "one"],
    [
      "range over an integer, a function, a channel",
      "for range 3 {\none()\n}\nfor range g {\ntwo()\n}\nfor range ch {\nthree()\n}\nfour()",
      "one two three four",
    ],
  ])("%s", (_name, body, expected) => {
    expect(reached(body)).toBe(expected);
  });

  test("constants can be switched off", () => {
    const { flow, at } = snippet("for true {\none()\n}\ntwo()", "", { constants: false });
    expect(flow.locate(at("two()"))).not.toBeNull();
  });
});

describe("exits", () => {
  test.each([
    ["return and end", "if a {\nreturn\n}", ["return: return", "end: block"]],
    [
      "calls that end",
      "if a {\npanic(1)\n}\nif b {\nlog.Fatal(f())\n}\nruntime.Goexit()",
      ["panic: panic(1)", "exit: log.Fatal(f())", "goexit: runtime.Goexit()"],
    ],
    ["of two nested calls the inner one", "os.Exit(panic(1))", ["panic: panic(1)"]],
    ["a return of a call that ends", "return f(os.Exit(1))", ["exit: os.Exit(1)"]],
    ["never", "for {\n}", []],
  ])("%s", (_name, body, expected) => {
    expect(exits(body).sort()).toEqual([...expected].sort());
  });
});

describe("locate", () => {
  test("a node belongs to the atom that evaluates it, also through literals", () => {
    const { flow, at } = snippet("x := 1\ngo func() {\none(func() { two() })\n}()");
    const place = flow.locate(at("two()"));
    expect(place?.block.atoms[place.index]?.kind).toBe("go_statement");
    expect(flow.locate(at("1"))?.index).toBe(0);
  });

  test("a literal's own flow knows its body only", () => {
    const { flow, at } = snippet("one()\ng := func() {\ntwo()\n}\n_ = g", "", { literal: 0 });
    expect(flow.locate(at("two()"))).not.toBeNull();
    expect(flow.locate(at("one()"))).toBeNull();
    expect(flow.locate(at("_ = g"))).toBeNull();
  });

  test("a compound statement and a clause: the point at which they are entered", () => {
    const { flow, kind, at } = snippet("one()\nselect {\ncase <-ch:\ntwo()\n}", "ch chan int");
    expect(flow.locate(kind("select_statement"))).toMatchObject({ index: 1, block: { id: 0 } });
    const clause = flow.locate(kind("communication_case"));
    expect(clause?.block).toBe(flow.locate(at("two()"))?.block);
    expect(clause?.index).toBe(0);
  });

  test("every statement and condition of a body has its place", () => {
    const { flow, root } = snippet(
      "if y := x; a && (b || !c) {\none()\n} else {\ntwo()\n}\nfor i := 0; i < 3; i++ {\n}\nfor range ch {\n}\nswitch x {\ncase 1:\n}\nselect {\ncase v := <-ch:\n_ = v\n}\nvar z int\nz++\nch <- z\ntype T int\nreturn",
      "a, b, c bool, x int, ch chan int",
    );
    const lost: string[] = [];
    (root.child("body") as GoNode).walk((n) => {
      if (n.named && !flow.locate(n)) lost.push(n.text);
    });
    expect(lost).toEqual([]);
  });
});

describe("loops", () => {
  test.each([
    ["one()", false],
    ["two()", true],
    ["three()", true],
    ["four()", false],
    ["five()", true],
    ["six()", false],
  ])("%s: %s", (text, expected) => {
    const body =
      "one()\nfor i := f(); g(); h() {\ntwo()\nif a {\nfour()\nreturn\n}\nfunc() { three() }()\n}\nL:\nfive()\nif a {\ngoto L\n}\nsix()";
    const { flow, at } = snippet(body, "a bool");
    expect(flow.inLoop(at(text))).toBe(expected);
  });

  test("the header: init runs once, condition and update each turn, the operand of range once", () => {
    const { flow, at, kind } = snippet("for i := f(); g(); h() {\n}\nfor range k() {\n}");
    expect(["f()", "g()", "h()", "k()"].map((t) => flow.inLoop(at(t)))).toEqual([false, true, true, false]);
    expect(flow.inLoop(kind("range_clause"))).toBe(true);
    expect(flow.inLoop(kind("for_statement"))).toBe(false);
  });
});

describe("defers", () => {
  test("the reachable ones, in the order of the text, without those of literals", () => {
    const { flow } = snippet("if a {\ndefer one()\n}\nfunc() { defer two() }()\nfor {\ndefer three()\n}\ndefer four()", "a bool");
    expect(flow.defers.map((d) => d.text)).toEqual(["defer one()", "defer three()"]);
  });
});

describe("reaches", () => {
  test.each([
    ["straight on, not back", "one()\ntwo()", "one()", "two()", true],
    ["not back", "one()\ntwo()", "two()", "one()", false],
    ["back in a loop", "for {\none()\ntwo()\n}", "two()", "one()", true],
    ["itself in a loop", "for {\none()\n}", "one()", "one()", true],
    ["not itself without one", "one()", "one()", "one()", false],
    ["not past a stop", "one()\nstop()\ntwo()", "one()", "two()", false],
    ["around a stop", "one()\nif a {\nstop()\n}\ntwo()", "one()", "two()", true],
    ["to the stop itself", "one()\nstop()", "one()", "stop()", true],
    ["not from one branch to the other", "if a {\none()\n} else {\ntwo()\n}", "one()", "two()", false],
    ["not under conditions that exclude each other", "if a {\none()\n}\nif !a {\ntwo()\n}", "one()", "two()", false],
    ["under a condition that was written", "if a {\none()\n}\na = f()\nif !a {\ntwo()\n}", "one()", "two()", true],
    ["a field may have changed", "if s.a {\none()\n}\nif !s.a {\ntwo()\n}", "one()", "two()", true],
    ["a captured name may have changed", "g := func() { a = !a }\nif a {\none()\ng()\n}\nif !a {\ntwo()\n}", "one()", "two()", true],
    ["into code that is never executed", "one()\nreturn\ntwo()", "one()", "two()", false],
  ])("%s", (_name, body, from, to, expected) => {
    const { flow, at } = snippet(body, "a bool, s *T");
    expect(flow.reaches(at(from), at(to), (atom) => atom.text === "stop()")).toBe(expected);
  });
});

test("reaches with facts: another try only after a failure", () => {
  const found = snippet(
    "var err error\nfor {\nx, err = acquire()\nif err == nil {\nbreak\n}\nretry()\n}\nuse()\ndefer func() { err = done() }()",
    "x T",
  );
  const facts = [{ binding: found.binding("err", found.at("acquire()")), is: "nil" }] as const;
  expect(found.flow.reaches(found.at("acquire()"), found.at("retry()"))).toBe(true);
  expect(found.flow.reaches(found.at("acquire()"), found.at("retry()"), undefined, facts)).toBe(false);
  expect(found.flow.reaches(found.at("acquire()"), found.at("use()"), undefined, facts)).toBe(true);
});

test("from the function's body: from its entry", () => {
  const { flow, root, at } = snippet("if a {\nstop()\n}\none()", "a bool");
  const body = root.child("body") as GoNode;
  expect(flow.reaches(body, at("one()"), (atom) => atom.text === "stop()")).toBe(true);
  expect(flow.escape(body, { stop: (atom) => atom.text === "one()" })).toBeNull();
});

describe("size", () => {
  test("deep nesting needs no stack", () => {
    const depth = 20_000;
    const source = { path: "f.go", text: "" };
    const node = (kind: Kind, parent: GoNode | null) => new GoNode(source, kind, 0, 0, parent, null, true);
    const body = node("block", null);
    let at = body;
    for (let i = 0; i < depth; i++) {
      const inner = node(i % 2 === 0 ? "statement_list" : "block", at);
      at.children.push(inner);
      at = inner;
    }
    at.children.push(node("return_statement", at));
    const flow = buildFlow({ node: body, body } as never, { noReturn: () => null, binding: () => null });
    expect(flow.exits.map((e) => e.kind)).toEqual(["return"]);
  });

  test("thousands of independent conditions are searched in no time", { timeout: 20_000 }, () => {
    const many = 3000;
    const params = Array.from({ length: many }, (_, i) => `p${i} bool`).join(", ");
    const ifs = Array.from({ length: many }, (_, i) => `if p${i} {\nuse()\n}`).join("\n");
    const found = snippet(`x := acquire()\n${ifs}\nrelease(x)`, params);
    expect(found.escape("acquire()", "release")).toBeNull();
  });

  test("a switch of thousands of values is taken for a table", { timeout: 20_000 }, () => {
    const clauses = Array.from({ length: 3000 }, (_, i) => `case ${i}:\nuse()`).join("\n");
    const found = snippet(`x := acquire()\nif a {\nrelease(x)\n}\nswitch n {\n${clauses}\n}\nif !a {\nrelease(x)\n}`, "a bool, n int");
    expect(found.escape("acquire()", "release")).toBeNull();
    expect(found.escape("use()", "release", { outcome: true })).toEqual(["a: true", "end"]);
  });

  test("conditions that all depend on each other end at the bound, in silence", { timeout: 20_000 }, () => {
    const params = Array.from({ length: 24 }, (_, i) => `p${i} bool`).join(", ");
    const ifs = Array.from({ length: 24 }, (_, i) => `if p${i} {\nuse()\n}`).join("\n");
    const found = snippet(`x := acquire()\n${ifs}\n${ifs}\nuse(x)`, params);
    expect(found.escape("acquire()", "release")).toBeNull();
  });
});

test("a function without a body has an empty flow", () => {
  const { root } = snippet("");
  const flow = buildFlow({ node: root, body: null } as never, { noReturn: () => null, binding: () => null });
  expect(flow.exits).toEqual([]);
  expect(flow.blocks).toHaveLength(1);
});
