import {
  type Binding,
  climb,
  defineRule,
  type Fix,
  type FuncModel,
  finding,
  fix,
  type GoNode,
  insertFirst,
  isWrite,
  type PackageModel,
  STARTERS,
  since,
  type Use,
  unparen,
} from "../../rule/index.ts";

/** They keep the function that they are given and call it later. */
const KEEPERS: ReadonlySet<string> = new Set([
  ...STARTERS,
  "append",
  "net/http.HandleFunc",
  "net/http.ServeMux.HandleFunc",
  "time.AfterFunc",
  "context.AfterFunc",
  ...["common", "T", "B", "F", "TB"].map((t) => `testing.${t}.Cleanup`),
]);

/** A use of a loop variable in a literal that is still there in the next turn. */
interface Kept {
  readonly use: Use;
  readonly literal: GoNode;
  readonly how: string;
}

/**
 * A literal that outlives the turn of the loop whose variable it uses, before Go 1.22.
 *
 *     for _, url := range urls {         for _, url := range urls {
 *         go func() {                        url := url
 *             fetch(url)           =>        go func() {
 *         }()                                    fetch(url)
 *     }                                      }()
 *                                        }
 *
 * Safe: each turn gets a variable of its own with the value that this turn has; the loop's own variable is written by nothing but its head.
 */
export default defineRule({
  id: "loop-variable-captured",
  family: "goroutines",
  title: "A closure keeps a variable of the loop, before Go 1.22",
  why: "Before Go 1.22 all turns of a loop share one variable: when the closure runs, it sees the value of a later turn, mostly the last one's, and races with the loop.",
  fixSafety: "Safe: the copy has the value of its turn. No fix is offered where the body of a three-clause loop writes the variable.",
  silent:
    "The language version is 1.22 or later, by go.mod, or by the file's own `//go:build go1.x` line; the literal is called on the spot, given to a call that is not known to keep it (sort.Slice), put in a field that the next turn writes anew, or waited for in the same turn; the loop ends after it.",
  sources: [
    "https://go.dev/blog/loopvar-preview",
    "https://go.dev/doc/go1.22#language",
    "https://pkg.go.dev/golang.org/x/tools/go/analysis/passes/loopclosure",
  ],
  since: "0.1.0",
  tier: "recommended",
  triggers: [
    ["for ", "go func("],
    ["for ", "defer func("],
    ["for ", "append(", "func("],
    ["for ", "HandleFunc("],
    ["for ", ".Go("],
    ["for ", "AfterFunc("],
    ["for ", "Parallel()"],
    ["for ", "Cleanup("],
    ["for ", "= func("],
    ["for ", ": func("],
    ["for ", "<- func("],
  ],
  go: { below: "1.22", byFile: true },
  *check(pkg) {
    for (const loop of pkg.nodes("for_statement")) {
      if (perTurn(pkg, loop)) continue; // each turn has its own
      const func = pkg.functionOf(loop);
      const body = loop.child("body");
      if (!func || !body) continue;
      for (const binding of variablesOf(pkg, loop)) {
        const kept = binding.uses.flatMap((use) => (use.captured && body.contains(use.node) ? (keptBy(pkg, use, loop) ?? []) : []));
        const [first] = kept.filter((k) => goesOn(pkg, func, loop, k.literal));
        if (!first) continue; // nobody sees a later turn's value
        yield finding(
          this,
          first.use.node,
          `${first.how} sees the value that ${binding.name} has in a later turn`,
          [copied(binding, loop, body)],
          {
            related: binding.node ? [{ at: binding.node, message: `all turns share this ${binding.name}` }] : [],
          },
        );
      }
    }
  },
});

/** From Go 1.22 on variables are made anew in each turn; a file's build line goes before the module's version. */
function perTurn(pkg: PackageModel, loop: GoNode): boolean {
  const own = pkg.fileOf(loop).buildVersion;
  return own ? own.major > 1 || own.minor >= 22 : since(pkg, "1.22");
}

/** The variables that the loop's head declares. */
function variablesOf(pkg: PackageModel, loop: GoNode): Binding[] {
  const head = loop.items.find((n) => n.is("range_clause", "for_clause"));
  const declaration = head?.kind === "for_clause" ? head.child("initializer") : head;
  if (!declaration?.children.some((c) => c.kind === ":=")) return [];
  return (declaration.child("left")?.items ?? []).flatMap((name) => (name.kind === "identifier" && pkg.binding(name)) || []);
}

/** How a literal around the use is kept beyond its turn; null when none is, as far as can be told. */
function keptBy(pkg: PackageModel, use: Use, loop: GoNode): Kept | null {
  for (let f = use.func; f && loop.contains(f.node); f = f.outer) {
    const how = wayOf(pkg, f.node, use, loop);
    if (how) return { use, literal: f.node, how };
  }
  return null;
}

function wayOf(pkg: PackageModel, literal: GoNode, use: Use, loop: GoNode): string | null {
  const e = climb(literal);
  const p = e.parent;
  if (p?.kind === "call_expression" && e.field === "function") {
    if (p.parent?.kind === "go_statement") return waitedFor(pkg, p.parent, loop) ? null : "the goroutine";
    const deferred = p.parent?.kind === "defer_statement" && pkg.functionOf(p.parent) === pkg.functionOf(loop);
    return deferred ? "the deferred function" : null; // in a literal of its own it runs in its turn
  }
  const holder = heldIn(e);
  const place = holder.parent;
  if (place?.kind === "argument_list" && place.parent) return byCallee(pkg, place.parent, literal, use, loop);
  if (place?.kind === "send_statement" && holder.field === "value") return "the function that is sent";
  const list = place?.kind === "expression_list" ? place : null;
  const assignment = list?.parent;
  if (list?.field !== "right" || assignment?.kind !== "assignment_statement") return null;
  const target = assignment.child("left")?.items[list.items.indexOf(holder)];
  return target && keeps(pkg, unparen(target), loop) ? "the function that is kept" : null;
}

/**
 * An element of a map or slice is kept. A field of something that is there before the loop is written anew in each turn, before it is used; one
 * of something made in the turn is kept where that is.
 */
function keeps(pkg: PackageModel, target: GoNode, loop: GoNode): boolean {
  let e = target;
  while (e.kind === "selector_expression") e = unparen(e.child("operand") ?? e);
  if (e.kind === "index_expression") return true;
  const binding = e.kind === "identifier" && target !== e ? pkg.binding(e) : null;
  if (!binding?.node || !loop.contains(binding.node)) return false;
  return binding.uses.some((use) => {
    const holder = heldIn(use.node);
    const p = holder.parent;
    if (p?.kind === "send_statement") return holder.field === "value";
    if (p?.kind === "argument_list") return pkg.symbol(unparen(p.parent?.child("function") ?? p)) === "append";
    if (p?.kind !== "expression_list" || p.field !== "right" || p.parent?.kind !== "assignment_statement") return false;
    const kept = p.parent.child("left")?.items[p.items.indexOf(holder)];
    return kept !== undefined && unparen(kept).is("index_expression", "selector_expression");
  });
}

/** The composite literal that the function is put in, with `&` before it, else the function itself. */
function heldIn(literal: GoNode): GoNode {
  let n = literal;
  for (let p = n.parent; p; p = p.parent) {
    const address = p.kind === "unary_expression" && p.children.some((c) => c.kind === "&");
    if (!address && !p.is("literal_element", "keyed_element", "literal_value", "composite_literal", "parenthesized_expression")) break;
    n = p;
  }
  return n;
}

function byCallee(pkg: PackageModel, call: GoNode, literal: GoNode, use: Use, loop: GoNode): string | null {
  const callee = unparen(call.child("function") ?? call);
  const symbol = pkg.symbol(callee);
  if (symbol === null) return null;
  const keeper = callee.child("operand");
  if (keeper && madeInTurn(pkg, keeper, loop)) return null; // its end is in this turn, too
  if (symbol === "testing.T.Run") return runsInParallel(pkg, literal, use) ? "the parallel subtest" : null;
  if (!KEEPERS.has(symbol)) return null;
  if (STARTERS.has(symbol)) return waitedFor(pkg, call, loop) ? null : "the goroutine";
  return "the function that is kept";
}

/** The variable at the root of the operand is declared in the loop's body. */
function madeInTurn(pkg: PackageModel, operand: GoNode, loop: GoNode): boolean {
  const e = unparen(operand);
  const node = e.kind === "identifier" ? pkg.binding(e)?.node : null;
  return node ? loop.contains(node) : false;
}

/** A subtest goes on with the others after its call of Parallel; what stands before that runs in its turn. */
function runsInParallel(pkg: PackageModel, literal: GoNode, use: Use): boolean {
  const body = literal.child("body");
  const parallel = body?.find("call_expression").find((c) => {
    const callee = unparen(c.child("function") ?? c);
    return callee.child("field")?.text === "Parallel" && pkg.symbol(callee) === "testing.T.Parallel";
  });
  return parallel !== undefined && use.node.start > parallel.end && pkg.functionOf(parallel)?.node === literal;
}

/** Behind the start something waits in the same turn: a receive, a select, a call of Wait. */
function waitedFor(pkg: PackageModel, start: GoNode, loop: GoNode): boolean {
  let waits = false;
  loop.walk((n) => {
    if (n.kind === "func_literal" && !n.contains(start)) return false;
    if (n.start < start.end) return;
    if (n.kind === "select_statement" || (n.kind === "unary_expression" && n.child("operator")?.kind === "<-")) waits = true;
    if (n.kind === "range_clause" && pkg.typeOf(n.child("right") ?? n).kind === "chan") waits = true;
    if (n.kind === "call_expression" && unparen(n.child("function") ?? n).child("field")?.text === "Wait") waits = true;
  });
  return waits;
}

/** A next turn follows in which the head writes the variable. */
function goesOn(pkg: PackageModel, func: FuncModel, loop: GoNode, literal: GoNode): boolean {
  const head = loop.items.find((n) => n.is("range_clause", "for_clause"));
  const next = head?.kind === "for_clause" ? head.child("update") : head;
  if (!next) return false;
  let at = literal;
  for (let f = pkg.functionOf(literal); f && f !== func; f = f.outer) at = f.node;
  const place = at === literal && literal.parent ? literal.parent : at;
  return pkg.flow(func).reaches(place, next, (atom) => !loop.contains(atom));
}

function copied(binding: Binding, loop: GoNode, body: GoNode): Fix | null {
  const written = binding.uses.some((u) => body.contains(u.node) && isWrite(u));
  if (written && loop.items.some((n) => n.kind === "for_clause")) return null;
  return fix({
    title: `Give each turn its own ${binding.name}`,
    applicability: "safe",
    edits: [insertFirst(body, `${binding.name} := ${binding.name}`)],
    assumes: [body],
  });
}
