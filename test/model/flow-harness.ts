/** Flows of snippets, with names resolved the simple way: one binding per name and declaration, no packages. */
import type { GoNode, Kind } from "../../src/go/node.ts";
import { loadGrammar, parse } from "../../src/go/parse.ts";
import { buildFlow, type FlowOptions } from "../../src/model/flow.ts";
import type { Binding, ExitKind, Flow, FuncModel, UseHow } from "../../src/model/model.ts";

await loadGrammar();

const EXITS: Readonly<Record<string, ExitKind>> = {
  panic: "panic",
  "os.Exit": "exit",
  "log.Fatal": "exit",
  "log.Fatalf": "exit",
  "runtime.Goexit": "goexit",
  "t.Fatal": "goexit",
};

const PACKAGES = new Set(["os", "log", "io", "errors", "fmt", "runtime", "race"]);
const GLOBALS = new Set(["debug", "ErrGone"]);
const CONSTANTS = new Set(["modeA", "modeB", "modeC"]);

export interface Snippet {
  readonly flow: Flow;
  readonly root: GoNode;
  /** The smallest node whose text is `text`; the `nth`, from 0, where there are several. */
  at(text: string, nth?: number): GoNode;
  /** The nth node of the kind. */
  kind(kind: Kind, nth?: number): GoNode;
  binding(name: string): Binding;
  /** Steps of an escape from the node to an exit, on which no atom mentions `stop`, as text; null when there is none. */
  escape(from: string | GoNode, stop: string, more?: Partial<Parameters<Flow["escape"]>[1]>): string[] | null;
}

/** The flow of a function with this body and these parameters, or of the nth literal in it. */
export function snippet(body: string, params = "", options: FlowOptions & { literal?: number } = {}): Snippet {
  const text = `package p\n\nfunc f(${params}) {\n${body}\n}\n`;
  const { roots, errors } = parse({ path: "f.go", text });
  if (errors.length > 0) throw new Error(`does not parse: ${body}`);
  const root = roots.find((n) => n.kind === "function_declaration") as GoNode;
  const node = options.literal === undefined ? root : (root.find("func_literal")[options.literal] as GoNode);
  const func = { node, body: node.child("body"), name: "f" } as unknown as FuncModel;
  const names = new Names(root);
  const flow = buildFlow(
    func,
    {
      noReturn: (call) => EXITS[call.child("function")?.text ?? ""] ?? null,
      binding: (id) => names.of(id),
      constant: (e) => (e.text === "debug" ? false : null),
    },
    options,
  );
  const at = (wanted: string, nth = 0): GoNode => {
    const found: GoNode[] = [];
    root.walk((n) => {
      if (n.text === wanted && !n.children.some((c) => c.text === wanted)) found.push(n);
    });
    const hit = found[nth];
    if (!hit) throw new Error(`no ${wanted} (${nth})`);
    return hit;
  };
  return {
    flow,
    root,
    at,
    kind(kind, nth = 0) {
      const hit = root.find(kind)[nth];
      if (!hit) throw new Error(`no ${kind} (${nth})`);
      return hit;
    },
    binding: (name) => names.of(at(name)) as Binding,
    escape(from, stop, more = {}) {
      const found = flow.escape(typeof from === "string" ? at(from) : from, {
        stop: (atom) => atom.find("identifier").some((n) => n.text === stop),
        ...more,
      });
      return found && [...found.steps.slice(0, -1).map(step), `${found.exit}${found.exit === "end" ? "" : ` ${first(found.at)}`}`];
    },
  };
}

function step({ node, taken }: { node: GoNode; taken: boolean | null }): string {
  return taken === null ? first(node) : `${node.text}: ${taken}`;
}

function first(node: GoNode): string {
  return (node.text.split("\n")[0] as string).trim();
}

/** Go's scoping as far as the snippets need it: a name belongs to the innermost declaration whose block holds the use. */
class Names {
  private readonly declared: { name: string; scope: GoNode; from: number; binding: Binding }[] = [];
  private readonly fixed = new Map<string, Binding>();

  constructor(root: GoNode) {
    root.walk((n) => {
      if (n.kind === "parameter_declaration") for (const name of n.childrenOf("name")) this.declare(name, 0);
      if (n.kind === "var_spec") for (const name of n.childrenOf("name")) this.declare(name, n.end);
      const declares =
        n.is("short_var_declaration") || (n.is("range_clause", "receive_statement") && n.children.some((c) => c.kind === ":="));
      if (declares) {
        for (const name of n.child("left")?.items ?? []) {
          const scope = scopeOf(name);
          if (!this.declared.some((d) => d.name === name.text && d.scope === scope)) this.declare(name, n.end);
        }
      }
    });
    root.walk((n) => {
      if (n.kind !== "identifier") return;
      const binding = this.of(n);
      const how = howOf(n);
      if (!binding || how === "read") return;
      const captured = (n.closest("func_literal") ?? null) !== (binding.node?.closest("func_literal") ?? null);
      (binding.uses as unknown[]).push({ node: n, how, binding, func: null, captured });
    });
  }

  of(id: GoNode): Binding | null {
    let best: { scope: GoNode; from: number; binding: Binding } | null = null;
    for (const d of this.declared) {
      const visible = d.binding.node === id || (d.scope.contains(id) && d.from <= id.start);
      if (d.name !== id.text || !visible) continue;
      if (!best || best.scope.contains(d.scope)) best = d;
    }
    return best?.binding ?? this.global(id.text);
  }

  private global(name: string): Binding | null {
    const kind = PACKAGES.has(name) ? "import" : GLOBALS.has(name) ? "var" : CONSTANTS.has(name) ? "const" : null;
    if (!kind) return null;
    let binding = this.fixed.get(name);
    if (!binding) {
      binding = { name, kind, func: null, node: null, uses: [] } as unknown as Binding;
      this.fixed.set(name, binding);
    }
    return binding;
  }

  private declare(node: GoNode, from: number): void {
    const binding = { name: node.text, kind: "var", func: {}, node, uses: [] } as unknown as Binding;
    this.declared.push({ name: node.text, scope: scopeOf(node), from, binding });
  }
}

function scopeOf(node: GoNode): GoNode {
  const kinds = [
    "block",
    "if_statement",
    "for_statement",
    "expression_switch_statement",
    "communication_case",
    "func_literal",
    "function_declaration",
  ] as const;
  return node.closest(...kinds) as GoNode;
}

function howOf(id: GoNode): UseHow {
  const list = id.parent?.kind === "expression_list" ? id.parent : id;
  const holder = list.parent;
  if (id.parent?.kind === "unary_expression" && id.parent.child("operator")?.kind === "&") return "address";
  if (list.field === "left" && holder?.is("assignment_statement", "short_var_declaration", "receive_statement", "range_clause"))
    return "write";
  return id.parent?.is("inc_statement", "dec_statement") ? "readwrite" : "read";
}
