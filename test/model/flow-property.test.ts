/** Random programs over three booleans: `escape` against an interpreter that tries every value and never sees a graph. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { snippet } from "./flow-harness.ts";

type Cond =
  | { readonly op: "var"; readonly v: number }
  | { readonly op: "call" }
  | { readonly op: "not"; readonly x: Cond }
  | { readonly op: "&&" | "||"; readonly x: Cond; readonly y: Cond };

type Stmt =
  | { readonly is: "acquire" | "release" | "use" | "return" }
  | { readonly is: "break" | "continue"; readonly outer: boolean }
  | { readonly is: "assign"; readonly v: number; readonly to: "true" | "false" | "call" }
  | { readonly is: "if"; readonly cond: Cond; readonly yes: readonly Stmt[]; readonly no: readonly Stmt[] | null }
  | { readonly is: "for"; readonly cond: Cond | null; readonly body: readonly Stmt[] }
  | { readonly is: "switch"; readonly clauses: readonly Clause[] };

interface Clause {
  /** Null for the default. */
  readonly cond: Cond | null;
  readonly body: readonly Stmt[];
  readonly falls: boolean;
}

const VARS = ["a", "b", "c"];

const cond: fc.Arbitrary<Cond> = fc.letrec<{ cond: Cond }>((tie) => ({
  cond: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ op: fc.constant("var" as const), v: fc.nat(2) }),
    fc.constant<Cond>({ op: "call" }),
    fc.record({ op: fc.constant("not" as const), x: tie("cond") }),
    fc.record({ op: fc.constantFrom("&&" as const, "||" as const), x: tie("cond"), y: tie("cond") }),
  ),
})).cond;

const { stmts } = fc.letrec<{ stmt: Stmt; stmts: readonly Stmt[]; clause: Clause }>((tie) => ({
  stmts: fc.array(tie("stmt"), { maxLength: 4, depthIdentifier: "s" }),
  clause: fc.record({ cond: fc.option(cond, { freq: 3 }), body: tie("stmts"), falls: fc.boolean() }),
  stmt: fc.oneof(
    { maxDepth: 4, depthIdentifier: "s", withCrossShrink: true },
    { weight: 3, arbitrary: fc.constantFrom<Stmt>({ is: "release" }, { is: "use" }, { is: "return" }) },
    { weight: 2, arbitrary: fc.record({ is: fc.constantFrom("break" as const, "continue" as const), outer: fc.boolean() }) },
    {
      weight: 3,
      arbitrary: fc.record({
        is: fc.constant("assign" as const),
        v: fc.nat(2),
        to: fc.constantFrom("true" as const, "false" as const, "call" as const),
      }),
    },
    { weight: 4, arbitrary: fc.record({ is: fc.constant("if" as const), cond, yes: tie("stmts"), no: fc.option(tie("stmts")) }) },
    { weight: 2, arbitrary: fc.record({ is: fc.constant("for" as const), cond: fc.option(cond), body: tie("stmts") }) },
    {
      weight: 2,
      arbitrary: fc.record({
        is: fc.constant("switch" as const),
        clauses: fc.array(tie("clause"), { maxLength: 3, depthIdentifier: "s" }),
      }),
    },
  ),
}));

// ---------------------------------------------------------------- as Go

/** The text; `loops` names the loops around, innermost first. A branch that has nothing to go to becomes `use()`. */
function go(list: readonly Stmt[], loops: readonly string[] = [], inSwitch = false, next = { label: 0 }): string {
  return list.map((s) => goOf(s, loops, inSwitch, next)).join("\n");
}

function goOf(s: Stmt, loops: readonly string[], inSwitch: boolean, next: { label: number }): string {
  switch (s.is) {
    case "return":
      return "return";
    case "break":
    case "continue": {
      const label = s.outer ? loops.at(-1) : undefined;
      if (loops.length === 0 && !(s.is === "break" && inSwitch)) return "use()";
      return label ? `${s.is} ${label}` : s.is;
    }
    case "assign":
      return `${VARS[s.v]} = ${s.to === "call" ? "f()" : s.to}`;
    case "if":
      return `if ${goCond(s.cond)} {\n${go(s.yes, loops, inSwitch, next)}\n}${s.no ? ` else {\n${go(s.no, loops, inSwitch, next)}\n}` : ""}`;
    case "for": {
      const label = `L${next.label++}`;
      return `${label}:\nfor ${s.cond ? goCond(s.cond) : ""} {\n${go(s.body, [label, ...loops], false, next)}\n}`;
    }
    case "switch": {
      const clauses = oneDefault(s.clauses).map((c, i, all) => {
        const falls = c.falls && i + 1 < all.length ? "\nfallthrough" : "";
        return `${c.cond ? `case ${goCond(c.cond)}` : "default"}:\n${go(c.body, loops, true, next)}${falls}`;
      });
      return `switch {\n${clauses.join("\n")}\n}`;
    }
    default:
      return `${s.is}()`;
  }
}

function goCond(c: Cond): string {
  if (c.op === "var") return VARS[c.v] as string;
  if (c.op === "call") return "f()";
  if (c.op === "not") return `!(${goCond(c.x)})`;
  return `(${goCond(c.x)} ${c.op} ${goCond(c.y)})`;
}

function oneDefault(clauses: readonly Clause[]): readonly Clause[] {
  const first = clauses.findIndex((c) => c.cond === null);
  return clauses.filter((c, i) => c.cond !== null || i === first);
}

// ---------------------------------------------------------------- executed

/** Sets of states: bit i is state i, of which bits 0 to 2 are the variables and bit 3 says that something is held. */
const ALL = 0xff;

interface Outcome {
  fall: number;
  returned: number;
  broke: number;
  continued: number;
  /** Left for the outermost loop. */
  brokeOuter: number;
  continuedOuter: number;
}

const none = (fall = 0): Outcome => ({ fall, returned: 0, broke: 0, continued: 0, brokeOuter: 0, continuedOuter: 0 });

function map(states: number, to: (state: number) => number[]): number {
  let out = 0;
  for (let s = 0; s < 16; s++) if (states & (1 << s)) for (const t of to(s)) out |= 1 << t;
  return out;
}

function run(list: readonly Stmt[], states: number, loops: number, inSwitch: boolean): Outcome {
  const total = none(states);
  for (const s of list) {
    const { fall, ...left } = step(s, total.fall, loops, inSwitch);
    total.fall = fall;
    for (const key of Object.keys(left) as (keyof typeof left)[]) total[key] |= left[key];
  }
  return total;
}

function step(s: Stmt, states: number, loops: number, inSwitch: boolean): Outcome {
  switch (s.is) {
    case "acquire":
      return none(map(states, (x) => [x | 8]));
    case "release":
      return none(map(states, (x) => [x & 7]));
    case "use":
      return none(states);
    case "return":
      return { ...none(), returned: states };
    case "break":
    case "continue": {
      if (loops === 0 && !(s.is === "break" && inSwitch)) return none(states);
      const outer = s.outer && loops > 0;
      if (s.is === "break") return { ...none(), [outer ? "brokeOuter" : "broke"]: states };
      return { ...none(), [outer ? "continuedOuter" : "continued"]: states };
    }
    case "assign":
      return none(map(states, (x) => [...(s.to === "true" ? [] : [x & ~(1 << s.v)]), ...(s.to === "false" ? [] : [x | (1 << s.v)])]));
    case "if": {
      const { yes, no } = split(s.cond, states);
      return union(run(s.yes, yes, loops, inSwitch), run(s.no ?? [], no, loops, inSwitch));
    }
    case "for":
      return loop(s, states, loops);
    case "switch":
      return choose(oneDefault(s.clauses), states, loops);
  }
}

function loop(s: Stmt & { is: "for" }, states: number, loops: number): Outcome {
  const total = none();
  for (let top = states, before = -1; top !== before; ) {
    before = top;
    const { yes, no } = s.cond ? split(s.cond, top) : { yes: top, no: 0 };
    const turn = run(s.body, yes, loops + 1, false);
    const outermost = loops === 0;
    total.returned |= turn.returned;
    total.fall |= no | turn.broke | (outermost ? turn.brokeOuter : 0);
    if (!outermost) {
      total.brokeOuter |= turn.brokeOuter;
      total.continuedOuter |= turn.continuedOuter;
    }
    top |= turn.fall | turn.continued | (outermost ? turn.continuedOuter : 0);
  }
  return total;
}

function choose(clauses: readonly Clause[], states: number, loops: number): Outcome {
  const into = clauses.map(() => 0);
  let rest = states;
  clauses.forEach((c, i) => {
    if (!c.cond) return;
    const { yes, no } = split(c.cond, rest);
    into[i] = yes;
    rest = no;
  });
  const total = none();
  clauses.forEach((c, i) => {
    if (!c.cond) into[i] = rest;
  });
  if (clauses.every((c) => c.cond)) total.fall = rest;
  let fallen = 0;
  clauses.forEach((c, i) => {
    const done = run(c.body, (into[i] as number) | fallen, loops, true);
    const falls = c.falls && i + 1 < clauses.length;
    fallen = falls ? done.fall : 0;
    const { broke, fall, ...left } = done;
    total.fall |= broke | (falls ? 0 : fall);
    for (const key of Object.keys(left) as (keyof typeof left)[]) total[key] |= left[key];
  });
  return total;
}

function split(c: Cond, states: number): { yes: number; no: number } {
  if (c.op === "call") return { yes: states, no: states };
  if (c.op === "var") {
    const yes = map(states, (x) => (x & (1 << c.v) ? [x] : []));
    return { yes, no: states & ~yes };
  }
  const x = split(c.x, states);
  if (c.op === "not") return { yes: x.no, no: x.yes };
  const y = split(c.y, c.op === "&&" ? x.yes : x.no);
  return c.op === "&&" ? { yes: y.yes, no: x.no | y.no } : { yes: x.yes | y.yes, no: y.no };
}

function union(a: Outcome, b: Outcome): Outcome {
  const out = { ...a };
  for (const key of Object.keys(b) as (keyof Outcome)[]) out[key] |= b[key];
  return out;
}

/** True when some execution ends with something held. */
function leaks(list: readonly Stmt[]): boolean {
  const { fall, returned } = run(list, ALL, 0, false);
  return ((fall | returned) & 0xff00) !== 0;
}

function escapes(list: readonly Stmt[]): boolean {
  const found = snippet(go(list), "a, b, c bool");
  return found.escape("acquire()", "release") !== null;
}

// ---------------------------------------------------------------- properties

test("from the start of the function the answer is exact", () => {
  fc.assert(
    fc.property(stmts, (list) => {
      const program: Stmt[] = [{ is: "acquire" }, ...list];
      expect(escapes(program), go(program)).toBe(leaks(program));
    }),
    { numRuns: 1000 },
  );
});

test("from anywhere no leak is missed", () => {
  const holding = fc.tuple(stmts, cond, stmts, stmts, fc.boolean());
  fc.assert(
    fc.property(holding, ([before, guard, after, rest, inLoop]) => {
      const held: Stmt = { is: "if", cond: guard, yes: [{ is: "acquire" }, ...after], no: null };
      const program: Stmt[] = inLoop ? [{ is: "for", cond: null, body: [...before, held, ...rest] }] : [...before, held, ...rest];
      if (leaks(program)) expect(escapes(program), go(program)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
