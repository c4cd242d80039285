/** Paths on which nothing stops, and the conditions that rule paths out. */
import { describe, expect, test } from "vitest";
import type { Fact } from "../../src/model/model.ts";
import { snippet } from "./flow-harness.ts";

const PARAMS = "a, b, ok bool, n int, s *S, ch chan int, err error, mode Mode";

/** The path from just after `acquire()` on which no atom mentions `release`; null when there is none. */
function leak(body: string, more: Parameters<ReturnType<typeof snippet>["escape"]>[2] = {}): string[] | null {
  return snippet(body, PARAMS).escape("acquire()", "release", more);
}

/** With facts about names, as they hold after the call. */
function leakGiven(body: string, given: Record<string, Fact["is"]>): string[] | null {
  const found = snippet(body, PARAMS);
  const facts = Object.entries(given).map(([name, is]) => ({ binding: found.binding(name, found.at("acquire()")), is }));
  return found.escape("acquire()", "release", { facts });
}

describe("paths", () => {
  test.each<[string, string, string[] | null]>([
    ["nothing stops", "x := acquire()", ["end"]],
    ["stopped on the only path", "x := acquire()\nrelease(x)", null],
    ["stopped in the same statement list, not before", "release(x)\nx := acquire()", ["end"]],
    ["a return before the stop", "x := acquire()\nif a {\nreturn\n}\nrelease(x)", ["a: true", "return return"]],
    ["the branch that forgets", "x := acquire()\nif a {\nrelease(x)\n}", ["a: false", "end"]],
    ["both branches stop", "x := acquire()\nif a {\nrelease(x)\n} else {\nrelease(x)\n}", null],
    ["conditions are told apart", "x := acquire()\nif a && !b {\nrelease(x)\n}", ["a: false", "end"]],
    ["a deferred stop counts where it is reached", "x := acquire()\nif a {\nreturn\n}\ndefer release(x)", ["a: true", "return return"]],
    ["a deferred literal counts as its atom", "x := acquire()\ndefer func() { release(x) }()\nif a {\nreturn\n}", null],
    ["the return itself may stop", "x := acquire()\nreturn release(x)", null],
    ["a panic is no exit unless asked for", "x := acquire()\npanic(1)", null],
    ["the argument of a call that ends is evaluated", "x := acquire()\nos.Exit(release(x))", null],
    ["a loop may run zero times", "x := acquire()\nfor _, v := range vs {\nrelease(x, v)\n}", ["end"]],
    ["a loop without exit never ends", "x := acquire()\nfor {\nuse(x)\n}", null],
    ["the way out of an endless loop", "x := acquire()\nfor {\nif a {\nbreak\n}\n}\nuse(x)", ["a: true", "end"]],
    [
      "select: the clause is told",
      "x := acquire()\nselect {\ncase <-ch:\nrelease(x)\ncase ch <- 1:\nreturn\n}",
      ["case ch <- 1:", "return return"],
    ],
    ["a communication may stop", "x := acquire()\nselect {\ncase <-release:\ncase y := <-release:\n_ = y\n}", null],
    [
      "switch: the clause is told",
      "x := acquire()\nswitch n {\ncase 1:\nrelease(x)\ncase 2:\nreturn\ndefault:\nrelease(x)\n}",
      ["case 2:", "return return"],
    ],
    ["switch without a match", "x := acquire()\nswitch n {\ncase 1:\nrelease(x)\n}", ["end"]],
    ["fallthrough into the stop", "x := acquire()\nswitch {\ncase a:\nfallthrough\ncase b:\nrelease(x)\ndefault:\nrelease(x)\n}", null],
    ["type switch", "x := acquire()\nswitch s.v.(type) {\ncase int:\ndefault:\nrelease(x)\n}", ["case int:", "end"]],
    ["goto around the stop", "x := acquire()\nif a {\ngoto E\n}\nrelease(x)\nE:\nuse()", ["a: true", "end"]],
    [
      "labelled continue around the stop",
      "L:\nfor next() {\nx := acquire()\nfor {\nif a {\ncontinue L\n}\nrelease(x)\nbreak\n}\n}",
      ["a: true", "next(): false", "end"],
    ],
    ["from within a condition, both ways", "if acquire() {\nrelease()\n}", ["acquire(): false", "end"]],
    [
      "the shortest path is shown",
      "x := acquire()\nif a {\nif b {\nif ok {\nreturn\n}\n}\n}\nif n > 0 {\nreturn\n}\nrelease(x)",
      ["a: false", "n > 0: true", "return return"],
    ],
  ])("%s", (_name, body, expected) => {
    expect(leak(body)).toEqual(expected);
  });

  test("exits that count are chosen", () => {
    const body = "x := acquire()\nif a {\npanic(1)\n}\nif b {\nlog.Fatal(1)\n}\nt.Fatal(2)";
    expect(leak(body)).toBeNull();
    expect(leak(body, { exits: ["panic"] })).toEqual(["a: true", "panic panic(1)"]);
    expect(leak(body, { exits: ["exit"] })).toEqual(["a: false", "b: true", "exit log.Fatal(1)"]);
    expect(leak(body, { exits: ["goexit"] })).toEqual(["a: false", "b: false", "goexit t.Fatal(2)"]);
  });

  test("turn: to come by again without a stop is an escape", () => {
    const body = "for {\nx := acquire()\nif a {\ncontinue\n}\nrelease(x)\n}";
    expect(leak(body)).toBeNull();
    expect(leak(body, { turn: true })).toEqual(["a: true", "turn x := acquire()"]);
    expect(leak("for {\nx := acquire()\nrelease(x)\n}", { turn: true })).toBeNull();
    expect(leak("for {\nrelease(x)\nx = acquire()\n}", { turn: true })).toBeNull();
    expect(leak("x := acquire()\nfor a {\n}\nrelease(x)", { turn: true })).toBeNull();
  });

  test("turn: a single statement that is its own loop", () => {
    expect(leak("for {\nacquire()\n}", { turn: true })).toEqual(["turn acquire()"]);
    expect(leak("for acquire() {\n}\nrelease()", { turn: true })).toEqual(["acquire(): true", "turn acquire()"]);
  });

  test("outcome: only the way on which the condition came out so", () => {
    const body = "if !acquire() {\nreturn\n}\nuse()\nif a {\nrelease()\n}";
    expect(leak(body)).toEqual(["acquire(): false", "return return"]);
    expect(leak(body, { outcome: true })).toEqual(["acquire(): true", "a: false", "end"]);
    expect(leak("if acquire() {\nrelease()\n}", { outcome: true })).toBeNull();
  });

  test("from a statement that is no atom: from where it is entered", () => {
    const found = snippet("if a {\nrelease()\n} else {\nuse()\n}", PARAMS);
    expect(found.escape(found.kind("block", 1), "release")).toBeNull();
    expect(found.escape(found.kind("block", 2), "release")).toEqual(["end"]);
    expect(found.escape(found.kind("if_statement"), "release")).toEqual(["a: false", "end"]);
  });

  test("unreachable code has no paths", () => {
    expect(leak("return\nx := acquire()")).toBeNull();
  });

  test("the end's node is the body, the last step is the exit", () => {
    const { flow, at, root } = snippet("acquire()");
    const witness = flow.escape(at("acquire()"), { stop: () => false });
    expect(witness).toMatchObject({ exit: "end", at: root.child("body") });
    expect(witness?.steps).toEqual([{ node: root.child("body"), taken: null }]);
  });

  test("a literal's own flow: names of the function around it", () => {
    const body = "go func() {\nx, err := acquire()\nif err != nil {\nreturn\n}\nrelease(x)\n}()";
    const found = snippet(body, "", { literal: 0 });
    expect(found.escape("acquire()", "release")).toEqual(["err != nil: true", "return return"]);
    expect(
      found.escape("acquire()", "release", { facts: [{ binding: found.binding("err", found.at("acquire()")), is: "nil" }] }),
    ).toBeNull();
  });
});

describe("what is known after the call", () => {
  const GUARDED = "x, err := acquire()\nif err != nil {\nreturn\n}\nrelease(x)";

  test("the error path is no leak", () => {
    expect(leak(GUARDED)).toEqual(["err != nil: true", "return return"]);
    expect(leakGiven(GUARDED, { err: "nil" })).toBeNull();
  });

  test.each<[string, string, string[] | null]>([
    ["== nil", "x, err := acquire()\nif err == nil {\nrelease(x)\n}", null],
    ["nil != err, in parentheses, negated", "x, err := acquire()\nif !((nil == err)) {\nreturn\n}\nrelease(x)", null],
    ["in the initialiser", "if x, err := acquire(); err != nil {\nreturn\n} else {\nrelease(x)\n}", null],
    [
      "one operand of ||",
      "x, err := acquire()\nif err != nil || a {\nreturn\n}\nrelease(x)",
      ["err != nil: false", "a: true", "return return"],
    ],
    ["switch with conditions", "x, err := acquire()\nswitch {\ncase err != nil:\nreturn\n}\nrelease(x)", null],
    [
      "switch on the error",
      "x, err := acquire()\nswitch err {\ncase nil:\nrelease(x)\ncase io.EOF, ErrGone:\nreturn\ndefault:\nreturn\n}",
      null,
    ],
    ["type switch on the error", "x, err := acquire()\nswitch err.(type) {\ncase nil:\nrelease(x)\ncase *E:\n}", null],
    ["type switch, nil in the default", "x, err := acquire()\nswitch err.(type) {\ncase *E:\nreturn\ndefault:\nrelease(x)\n}", null],
    ["equal to a sentinel", "x, err := acquire()\nif err == io.EOF {\nreturn\n}\nrelease(x)", null],
    ["equal to a sentinel of the package", "x, err := acquire()\nif ErrGone == err {\nreturn\n}\nrelease(x)", null],
    [
      "errors.Is and its kin",
      "x, err := acquire()\nif errors.Is(err, io.EOF) || errors.As(err, &e) || os.IsNotExist(err) {\nreturn\n}\nrelease(x)",
      null,
    ],
    [
      "errors.Is says nothing when false",
      "x, err := acquire()\nif !errors.Is(err, io.EOF) {\nreturn\n}\nrelease(x)",
      ["errors.Is(err, io.EOF): false", "return return"],
    ],
    [
      "a local named errors is not the package",
      "errors := f()\nx, err := acquire()\nif errors.Is(err, nope) {\nreturn\n}\nrelease(x)",
      ["errors.Is(err, nope): true", "return return"],
    ],
    ["written again", "x, err := acquire()\nerr = use(x)\nif err != nil {\nreturn\n}\nrelease(x)", ["err != nil: true", "return return"]],
    [
      "written by :=",
      "x, err := acquire()\ny, err := use(x)\nif err != nil {\nreturn\n}\nrelease(x, y)",
      ["err != nil: true", "return return"],
    ],
    [
      "another of the same name",
      "x, err := acquire()\nif err := use(x); err != nil {\nreturn\n}\nrelease(x)",
      ["err != nil: true", "return return"],
    ],
    [
      "another of the same name, then the first",
      "x, err := acquire()\n{\nerr := use(x)\n_ = err\n}\nif err != nil {\nreturn\n}\nrelease(x)",
      null,
    ],
    [
      "its address is taken",
      "x, err := acquire()\nuse(&err)\nif err != nil {\nreturn\n}\nrelease(x)",
      ["err != nil: true", "return return"],
    ],
    [
      "written by a literal",
      "x, err := acquire()\neach(func() { err = use(x) })\nif err != nil {\nreturn\n}\nrelease(x)",
      ["err != nil: true", "return return"],
    ],
    [
      "written by a deferred literal, which runs later",
      "x, err := acquire()\ndefer func() { err = use(x) }()\nif err != nil {\nreturn\n}\nrelease(x)",
      null,
    ],
    [
      "received into",
      "x, err := acquire()\nselect {\ncase err = <-errs:\n}\nif err != nil {\nreturn\n}\nrelease(x)",
      ["case err = <-errs:", "err != nil: true", "return return"],
    ],
    [
      "ranged into",
      "x, err := acquire()\nfor err = range errs {\n}\nif err != nil {\nreturn\n}\nrelease(x)",
      ["err != nil: true", "return return"],
    ],
    ["read by a literal only", "x, err := acquire()\neach(func() { use(err) })\nif err != nil {\nreturn\n}\nrelease(x)", null],
    [
      "set to a new error",
      "x, err := acquire()\nif a {\nerr = errors.New(m)\n}\nif err != nil {\nreturn\n}\nrelease(x)",
      ["a: true", "err != nil: true", "return return"],
    ],
    [
      "retried until it works",
      "for n = 0; n < 3; n++ {\nx, err = acquire()\nif err == nil {\nbreak\n}\n}\nif err != nil {\nreturn\n}\nrelease(x)",
      null,
    ],
  ])("err is nil: %s", (_name, body, expected) => {
    expect(leakGiven(body, { err: "nil" })).toEqual(expected);
  });

  test("x is not nil, ok is true, ok is false", () => {
    expect(leakGiven("x := acquire()\nif x != nil {\nrelease(x)\n}", { x: "non-nil" })).toBeNull();
    expect(leakGiven("x := acquire()\nif x == nil {\nreturn\n}\nrelease(x)", { x: "non-nil" })).toBeNull();
    expect(leakGiven("x, ok := acquire()\nif !ok {\nreturn\n}\nrelease(x)", { ok: "true" })).toBeNull();
    expect(leakGiven("x, ok := acquire()\nif ok == false {\nreturn\n}\nrelease(x)", { ok: "true" })).toBeNull();
    expect(leakGiven("x, ok := acquire()\nif ok {\nreturn\n}\nrelease(x)", { ok: "false" })).toBeNull();
    expect(leakGiven("x, ok := acquire()\nif ok {\nreturn\n}\nrelease(x)", { ok: "true" })).toEqual(["ok: true", "return return"]);
  });

  test("a field is not nil", () => {
    const found = snippet("x, err := acquire()\nif x != nil && x.Body != nil {\nrelease(x)\n}", PARAMS);
    const binding = found.binding("x", found.at("acquire()"));
    const known: Fact = { binding, is: "non-nil" };
    expect(found.escape("acquire()", "release", { facts: [known] })).toEqual(["x != nil: true", "x.Body != nil: false", "end"]);
    expect(found.escape("acquire()", "release", { facts: [known, { ...known, field: "Body" }] })).toBeNull();
  });

  test("a variable of the package", () => {
    expect(leakGiven("x, ErrGone = acquire()\nif nil != ErrGone {\nreturn\n}\nrelease(x)", { ErrGone: "nil" })).toBeNull();
    expect(leakGiven("x, ErrGone = acquire()\nif ErrGone == io.EOF {\nreturn\n}\nrelease(x)", { ErrGone: "nil" })).toBeNull();
  });

  test("a fact of the caller wins over what was known before", () => {
    const body = "if err != nil {\nx, err = acquire()\nif err != nil {\nreturn\n}\nrelease(x)\n}";
    expect(leakGiven(body, { err: "nil" })).toBeNull();
    expect(leakGiven(body, { err: "non-nil" })).toEqual(["err != nil: true", "return return"]);
  });
});

describe("conditions that go together", () => {
  test.each<[string, string, string[] | null]>([
    ["the same flag", "if a {\nacquire()\n}\nuse()\nif a {\nrelease()\n}", null],
    ["the same flag, other outcome", "if a {\nacquire()\n}\nif !a {\nrelease()\n}", ["a: true", "end"]],
    ["learnt on the path", "acquire()\nif a {\nrelease()\n}\nif !a {\nrelease()\n}", null],
    ["written in between", "if a {\nacquire()\n}\na = use()\nif a {\nrelease()\n}", ["a: false", "end"]],
    ["a flag that remembers", "held := false\nif a {\nacquire()\nheld = true\n}\nif held {\nrelease()\n}", null],
    [
      "a flag that remembers, declared by var",
      "var held bool\nif a {\nacquire()\nheld = true\n}\nif use() {\nreturn\n}\nif held {\nrelease()\n}",
      ["use(): true", "return return"],
    ],
    ["a flag taken back", "held := true\nacquire()\nif b {\nrelease()\nheld = false\n}\nif held {\nrelease()\n}", null],
    [
      "a value set to nil",
      "acquire()\nx := use()\nif a {\nrelease()\nx = nil\n}\nif x == nil {\nreturn\n}\nrelease()",
      ["a: false", "x == nil: true", "return return"],
    ],
    ["a new value is not nil", "acquire()\nx := &T{}\nif x == nil {\nreturn\n}\nrelease()", null],
    ["var x *T is nil", "acquire()\nvar x *T\nif x != nil {\nreturn\n}\nrelease()", null],
    ["comparison of locals", "if n > 0 {\nacquire()\n}\nif 0 < n {\nrelease()\n}", null],
    ["<= is not >", "if n > 0 {\nacquire()\n}\nif n <= 0 {\nreturn\n}\nrelease()", null],
    ["another comparison", "if n > 0 {\nacquire()\n}\nif n > 1 {\nrelease()\n}", ["n > 1: false", "end"]],
    [
      "a loop variable moves on",
      "for i := 0; i < 3; i++ {\nacquire()\n}\nif i < 3 {\nrelease()\n}",
      ["i < 3: false", "i < 3: false", "end"],
    ],
    ["the same field", "if s.locked {\nacquire()\n}\nif s.locked {\nrelease()\n}", null],
    ["a field that is written", "if s.locked {\nacquire()\n}\ns.locked = use()\nif s.locked {\nrelease()\n}", ["s.locked: false", "end"]],
    ["another field is written", "if s.locked {\nacquire()\n}\ns.count++\nif s.locked {\nrelease()\n}", null],
    ["the struct is another", "if s.locked {\nacquire()\n}\ns = use()\nif s.locked {\nrelease()\n}", ["s.locked: false", "end"]],
    ["a field's address is taken", "if s.locked {\nacquire()\n}\nuse(&s.locked)\nif s.locked {\nrelease()\n}", ["s.locked: false", "end"]],
    ["a constant of another package", "if race.Enabled {\nacquire()\n}\nif race.Enabled {\nrelease()\n}", null],
    ["a variable of the package", "if verbose {\nacquire()\n}\nif verbose {\nrelease()\n}", null],
    ["calls may answer anew", "if use() {\nacquire()\n}\nif use() {\nrelease()\n}", ["use(): false", "end"]],
    ["the field that a loop waits for must change", "for !s.done {\nacquire()\nuse(s)\n}", ["s.done: true", "end"]],
    [
      "two switches on one value",
      "switch mode {\ncase modeA:\nacquire()\n}\nswitch mode {\ncase modeB:\nreturn\ncase modeA:\nrelease()\n}",
      null,
    ],
    [
      "a switch and a comparison",
      "if mode == modeA {\nacquire()\n}\nswitch mode {\ncase modeB, io.Mode:\nreturn\ncase modeA:\nrelease()\n}",
      null,
    ],
    ["another value of the switch", "switch mode {\ncase modeA:\nacquire()\n}\nswitch mode {\ncase modeB:\nrelease()\n}", ["end"]],
    ["literals exclude each other", "if n == 1 {\nacquire()\n}\nif n == 2 {\nreturn\n}\nrelease()", null],
    ["a length", "if len(ch) == 0 {\nreturn\n}\nacquire()\nif len(ch) > 0 {\nrelease()\n}", null],
    ["early return", "if err != nil {\nreturn\n}\nacquire()\nif err == nil {\nrelease()\n}", null],
    ["known on one of two ways only", "if a {\nuse()\n}\nacquire()\nif a {\nrelease()\n}", ["a: false", "end"]],
    [
      "what a loop may change is not known in it",
      "for {\nif a {\nacquire()\n}\na = !a\nif !a {\nrelease()\nreturn\n}\nif b {\nreturn\n}\n}",
      ["a: true", "b: true", "return return"],
    ],
  ])("%s", (_name, body, expected) => {
    expect(leak(body)).toEqual(expected);
  });
});
