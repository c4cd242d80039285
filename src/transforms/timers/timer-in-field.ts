import {
  afterDeclaration,
  type Call,
  climb,
  defineRule,
  definitionOf,
  type Fix,
  finding,
  fix,
  type GoNode,
  insertFirst,
  isExported,
  keySelection,
  type PackageModel,
  receiverName,
} from "../../rule/index.ts";

/**
 * A struct that keeps a timer or ticker, and nothing that would stop it.
 *
 *     type poller struct {                     func (p *poller) Stop() {
 *         ticker *time.Ticker        =>            p.ticker.Stop()
 *     }                                        }
 */
export default defineRule({
  id: "timer-in-field",
  family: "timers",
  title: "A struct keeps a timer or ticker that nothing stops",
  why: "It runs for as long as the struct is reachable, and before Go 1.23 for as long as the process: who throws the struct away has no way to end it.",
  fixSafety: "A sketch only: what the type's users call when they are done with it, and when, only its author knows.",
  silent:
    "Something in the package stops it, takes it out of the field, or hands it on; the field is exported, or embedded; a timer whose value is waited for.",
  sources: ["https://pkg.go.dev/time#Ticker.Stop", "https://go.dev/doc/go1.23#timer-changes"],
  since: "0.1.0",
  tier: "pedantic",
  triggers: ["NewTicker(", "NewTimer(", "AfterFunc("],
  imports: ["time"],
  *check(pkg) {
    const told = new Set<GoNode>();
    for (const call of pkg.calls("time.NewTicker", "time.NewTimer", "time.AfterFunc")) {
      const field = fieldFor(pkg, call.node);
      if (!field || told.has(field.declaration)) continue; // not kept in a field, or told before
      if (isExported(field.name) && pkg.name !== "main") continue; // others may stop it
      if (endsSomehow(pkg, field, call)) continue;
      told.add(field.declaration);
      const kind = call.symbol === "time.NewTicker" ? "ticker" : "timer";
      yield finding(this, call.node, `nothing stops the ${kind} that is kept in ${field.name}`, [stopMethod(pkg, field, kind)], {
        related: [{ at: field.declaration, message: "kept here" }],
      });
    }
  },
});

interface Field {
  readonly name: string;
  readonly declaration: GoNode;
  /** The declaration of its struct's type. */
  readonly spec: GoNode;
}

/** The field of a type of the package that gets the value: at once, or by way of a local. */
function fieldFor(pkg: PackageModel, value: GoNode): Field | null {
  const e = climb(value);
  const own = targetOf(pkg, e);
  if (own) return own;
  const name = e.parent?.kind === "expression_list" ? e.parent.parent?.child("left")?.items[e.parent.items.indexOf(e)] : null;
  const binding = name?.kind === "identifier" ? pkg.binding(name) : null;
  if (!binding?.func || definitionOf(pkg, binding)?.value !== value) return null;
  const fields = binding.uses.flatMap((u) => targetOf(pkg, climb(u.node)) ?? []);
  const stopped = binding.uses.some((u) => u.node.parent?.child("field")?.text === "Stop");
  return stopped ? null : (fields[0] ?? null);
}

/** The field in whose place an expression stands: `x.f = e`, `T{f: e}`. */
function targetOf(pkg: PackageModel, e: GoNode): Field | null {
  const p = e.parent;
  if (p?.kind === "expression_list" && p.field === "right" && p.parent?.kind === "assignment_statement") {
    const target = p.parent.child("left")?.items[p.items.indexOf(e)];
    const selection = target?.kind === "selector_expression" ? pkg.selection(target) : null;
    return selection?.kind === "field" ? fieldOf(selection.name, selection.field?.node) : null;
  }
  const element = p?.kind === "literal_element" && p.field === "value" ? p.parent : null;
  const key = element?.kind === "keyed_element" ? element.child("key")?.items[0] : null;
  return key?.kind === "identifier" ? fieldOf(key.text, keySelection(pkg, key)?.field?.node) : null;
}

function fieldOf(name: string, declaration: GoNode | null | undefined): Field | null {
  const spec = declaration?.closest("type_spec");
  const embedded = declaration?.childrenOf("name").length === 0;
  return declaration && spec && !embedded ? { name, declaration, spec } : null;
}

/** Somebody stops it, waits for it, or has it. */
function endsSomehow(pkg: PackageModel, field: Field, made: Call): boolean {
  for (const mention of pkg.mentions(field.name)) {
    const selector = mention.field === "field" ? mention.parent : null;
    if (selector?.kind !== "selector_expression" || pkg.selection(selector)?.field?.node !== field.declaration) continue;
    const e = climb(selector);
    const p = e.parent;
    if (p?.kind === "binary_expression" || (p?.kind === "expression_list" && p.field === "left")) continue;
    const member = p?.kind === "selector_expression" && e.field === "operand" ? p.child("field")?.text : null;
    if (member !== "C" && member !== "Reset") return true; // stopped, or handed on
    if (member === "C" && made.symbol === "time.NewTimer" && waits(p as GoNode)) return true;
  }
  return false;
}

/** `<-t.C`, not as one of several cases. */
function waits(channel: GoNode): boolean {
  const receive = climb(channel).parent;
  const clause = receive?.closest("communication_case", "block");
  return receive?.kind === "unary_expression" && clause?.kind !== "communication_case";
}

const ENDS = ["Stop", "Close", "Shutdown", "stop", "close", "shutdown"];

function stopMethod(pkg: PackageModel, field: Field, kind: string): Fix | null {
  const type = field.spec.child("name")?.text ?? "";
  const own = ENDS.flatMap((n) => pkg.method(type, n)).find((m) => m.node?.child("body"));
  const body = own?.node?.child("body");
  const receiver = own?.node ? pkg.functionAt(own.node).receiver?.name : receiverName(pkg, field.spec);
  if (!receiver) return null;
  const params = field.spec.child("type_parameters")?.items.flatMap((p) => p.childrenOf("name").map((n) => n.text)) ?? [];
  const base = params.length > 0 ? `${type}[${params.join(", ")}]` : type;
  const call = `${receiver}.${field.name}.Stop()`;
  return fix({
    title: own ? `Stop it in ${own.name}` : "Give the type a Stop method",
    applicability: "display",
    because: "when the type's users are done with it, and what they call then, only its author knows",
    edits: [
      body
        ? insertFirst(body, call)
        : afterDeclaration(field.spec, [`// Stop ends the ${kind}.`, `func (${receiver} *${base}) Stop() {`, `\t${call}`, "}"].join("\n")),
    ],
  });
}
