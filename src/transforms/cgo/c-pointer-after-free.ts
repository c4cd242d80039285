import {
  type Binding,
  climb,
  cName,
  defineRule,
  definitionOf,
  type Fix,
  type FuncModel,
  finding,
  fix,
  type GoNode,
  loopsAround,
  type PackageModel,
  plainStatement,
  remove,
  statementOf,
  unparen,
  withoutConversions,
} from "../../rule/index.ts";

/**
 * Memory of C that is used when it has been freed.
 *
 *     C.free(unsafe.Pointer(cs))
 *     n := C.strlen(cs)
 */
export default defineRule({
  id: "c-pointer-after-free",
  family: "cgo",
  title: "memory of C is used after C.free",
  why: "Freed memory belongs to the next malloc: what is read there is somebody else's, and what is written destroys it. Neither Go nor C notices.",
  fixSafety: "A sketch to read: where the memory should be freed instead depends on who still needs it.",
  silent:
    "The pointer gets another value in between; it is only compared; what goes on is a copy that C.GoString, C.GoBytes or another function made; the pointer is no local of the function that frees it.",
  sources: ["https://pkg.go.dev/cmd/cgo", "https://pkg.go.dev/unsafe#Pointer"],
  since: "0.1.0",
  tier: "recommended",
  triggers: ["C.free("],
  imports: ["C"],
  *check(pkg) {
    const told = new Set<GoNode>();
    for (const node of pkg.nodes("call_expression")) {
      const freed = cName(pkg, node) === "free" ? freedIn(pkg, node) : null;
      if (!freed) continue; // not free, or what it frees is no local
      const { holder, func, deferred } = freed;
      const bad = deferred ? kept(pkg, holder, func) : used(pkg, node, holder, func);
      for (const at of bad) {
        if (told.has(at)) continue;
        told.add(at);
        const message = deferred
          ? `${holder.name} goes on from here, and is freed when the function returns`
          : `${holder.name} is used after it was freed`;
        yield finding(this, at, message, [deferred ? notFreed(node) : freedLater(node)], {
          related: [{ at: node, message: "freed here" }],
        });
      }
    }
  },
});

interface Freed {
  readonly holder: Binding;
  readonly func: FuncModel;
  /** It is freed when `func` returns. */
  readonly deferred: boolean;
}

/** The local whose memory a call of C.free gives back, when it does so in the local's own function. */
function freedIn(pkg: PackageModel, call: GoNode): Freed | null {
  const argument = call.child("arguments")?.items[0];
  const name = argument && withoutConversions(pkg, argument);
  const holder = name?.kind === "identifier" ? pkg.binding(name) : null;
  const func = holder?.func;
  if (!holder || !func || (holder.kind !== "var" && holder.kind !== "param")) return null;
  const own = pkg.functionOf(call);
  if (own === func) return { holder, func, deferred: climb(call).parent?.kind === "defer_statement" };
  const run = own?.outer === func ? climb(own.node).parent : null;
  return run && climb(run).parent?.kind === "defer_statement" ? { holder, func, deferred: true } : null;
}

// ---------------------------------------------------------------- used after an immediate free

function used(pkg: PackageModel, free: GoNode, holder: Binding, func: FuncModel): GoNode[] {
  if (plainStatement(free)?.kind !== "expression_statement") return [];
  const flow = pkg.flow(func);
  const found: GoNode[] = [];
  for (const name of namesOf(pkg, holder, func)) {
    const over = name.uses.filter((u) => u.how === "write").map((u) => u.node);
    if (name.node) over.push(name.node);
    const stop = (atom: GoNode): boolean => over.some((n) => atom.contains(n));
    for (const u of name.uses) {
      if (u.how === "write" || u.func !== func || isCompared(u.node) || over.some((w) => sharesStatement(w, u.node))) continue;
      const later = u.node.closest("defer_statement", "func_literal");
      if (later?.kind === "defer_statement" && !later.contains(free) && flow.reaches(later, free)) found.push(u.node); // it runs after
      if (u.node.start <= free.end && isOfTheTurn(name, free)) continue; // the next turn has another one
      if (free.contains(u.node) ? flow.inLoop(free) && flow.reaches(free, free, stop) : flow.reaches(free, u.node, stop))
        found.push(u.node);
    }
  }
  return found.sort((a, b) => a.start - b.start).slice(0, 1); // the first one tells it
}

/** The name is declared in every loop around the node, or in its head. */
function isOfTheTurn({ node }: Binding, at: GoNode): boolean {
  return node !== null && loopsAround(at).every((loop) => loop.contains(node));
}

/** `p = next(p)`: the atom that overwrites it also reads it, which flow cannot order. */
function sharesStatement(write: GoNode, use: GoNode): boolean {
  const statement = write.closest("assignment_statement", "short_var_declaration");
  return statement?.contains(use) === true;
}

function isCompared(use: GoNode): boolean {
  const p = climb(use).parent;
  return p?.kind === "binary_expression" && ["==", "!="].includes(p.child("operator")?.kind ?? "");
}

/** The holder, and locals that hold its address in another form: `uintptr(unsafe.Pointer(cs))`. */
function namesOf(pkg: PackageModel, holder: Binding, func: FuncModel): Binding[] {
  const names = [holder];
  for (let i = 0; i < names.length; i++) {
    for (const u of (names[i] as Binding).uses) {
      const statement = u.node.closest("short_var_declaration", "var_spec", "func_literal");
      for (const left of statement?.kind === "short_var_declaration" ? (statement.child("left")?.items ?? []) : []) {
        const alias = left.kind === "identifier" ? pkg.binding(left) : null;
        const value = alias && alias.node === left ? definitionOf(pkg, alias)?.value : null;
        if (alias && value && alias.func === func && !names.includes(alias) && carries(pkg, value, names)) names.push(alias);
      }
    }
  }
  return names;
}

const PASSES = new Set(["unsafe.Slice", "unsafe.String", "unsafe.Add", "unsafe.SliceData", "unsafe.StringData"]);

/** Does the value of the expression point into the memory: through conversions, unsafe's functions, headers and slices of it? */
function carries(pkg: PackageModel, expression: GoNode, names: readonly Binding[]): boolean {
  const e = withoutConversions(pkg, expression);
  const again = (n: GoNode | null | undefined): boolean => n != null && carries(pkg, n, names);
  switch (e.kind) {
    case "identifier":
      return names.some((b) => pkg.binding(e) === b);
    case "call_expression":
      return PASSES.has(pkg.symbol(unparen(e.child("function") ?? e)) ?? "") && again(e.child("arguments")?.items[0]);
    case "slice_expression":
      return again(e.child("operand"));
    case "unary_expression": {
      const operator = e.child("operator")?.kind;
      const operand = e.child("operand");
      // `*(*string)(unsafe.Pointer(&header))`, not `*p`, which copies what is there
      const header = operand && withoutConversions(pkg, operand);
      return operator === "&" ? again(operand) : operator === "*" && header?.kind === "unary_expression" && again(header);
    }
    case "composite_literal":
      return e.child("body")?.items.some((i) => again(i.kind === "keyed_element" ? i.child("value")?.items[0] : i.items[0])) ?? false;
    default:
      return false;
  }
}

// ---------------------------------------------------------------- kept beyond a deferred free

/** Returns, sends and assignments to what outlives the function that let the address out. */
function kept(pkg: PackageModel, holder: Binding, func: FuncModel): GoNode[] {
  const names = namesOf(pkg, holder, func);
  const found: GoNode[] = [];
  func.body?.walk((n) => {
    if (n.kind === "func_literal") return false;
    if (n.kind === "return_statement" && operandsOf(n).some((o) => carries(pkg, o, names))) found.push(n);
    if (n.kind === "send_statement" && carries(pkg, n.child("value") ?? n, names)) found.push(n);
    if (n.kind !== "assignment_statement") return;
    const left = n.child("left")?.items ?? [];
    const right = n.child("right")?.items ?? [];
    if (left.length === right.length && right.some((v, i) => carries(pkg, v, names) && outlives(pkg, left[i] as GoNode, func)))
      found.push(n);
  });
  return found;
}

function operandsOf(statement: GoNode): readonly GoNode[] {
  return statement.items[0]?.kind === "expression_list" ? statement.items[0].items : statement.items;
}

/** The place belongs to the package, the receiver, a parameter, or is a named result. */
function outlives(pkg: PackageModel, place: GoNode, func: FuncModel): boolean {
  let e = unparen(place);
  const isField = e.kind !== "identifier";
  while (e.is("selector_expression", "index_expression")) e = unparen(e.child("operand") ?? e);
  const root = e.kind === "identifier" ? pkg.binding(e) : null;
  if (!root || e.text === "_") return false;
  if (root.entity || root.kind === "result") return true;
  return isField && (root.kind === "receiver" || root.kind === "param" || root.func !== func) && pkg.typeOf(e).kind !== "struct";
}

function freedLater(free: GoNode): Fix | null {
  const statement = plainStatement(free);
  const { path } = free.source;
  return (
    statement &&
    fix({
      title: "Free it when the function returns",
      applicability: "display",
      because: "who needs the memory last must be told first",
      edits: [[{ at: { path, start: statement.start, end: statement.start }, text: "defer " }]],
    })
  );
}

/** The deferred free goes: whoever has the pointer must free it. */
function notFreed(free: GoNode): Fix | null {
  const statement = statementOf(free.closest("defer_statement") ?? free);
  return (
    statement &&
    fix({
      title: "Leave it to whoever gets the pointer to free it",
      applicability: "display",
      because: "whoever gets it must know that, or get a copy instead",
      edits: [remove(statement)],
    })
  );
}
