/** Flows of snippets. */
import type { GoNode, Kind } from "../../src/go/node.ts";
import { loadGrammar, parse } from "../../src/go/parse.ts";
import { buildFlow, type FlowOptions } from "../../src/model/flow.ts";
import type { Binding, ExitKind, FileModel, Flow, FuncModel, PackageModel } from "../../src/model/model.ts";
import { localScopes } from "../../src/model/scopes.ts";
import { universe } from "../../src/model/universe.ts";

await loadGrammar();

const EXITS: Readonly<Record<string, ExitKind>> = {
  panic: "panic",
  "os.Exit": "exit",
  "log.Fatal": "exit",
  "log.Fatalf": "exit",
  "runtime.Goexit": "goexit",
  "t.Fatal": "goexit",
};

const IMPORTS = new Set(["os", "log", "io", "errors", "fmt", "runtime", "race"]);
const VARIABLES = new Set(["ErrGone", "verbose"]);
const CONSTANTS = new Set(["debug", "modeA", "modeB"]);

export interface Snippet {
  readonly flow: Flow;
  readonly root: GoNode;
  /** The smallest node whose text is `text`; the `nth`, from 0, where there are several. */
  at(text: string, nth?: number): GoNode;
  /** The nth node of the kind. */
  kind(kind: Kind, nth?: number): GoNode;
  /** What the name means in the statement that holds the node. */
  binding(name: string, within: GoNode): Binding;
  /** Steps of an escape from the node to an exit, on which no atom mentions `stop`, as text; null when there is none. */
  escape(from: string | GoNode, stop: string, more?: Partial<Parameters<Flow["escape"]>[1]>): string[] | null;
}

/** The flow of a function with this body and these parameters, or of the nth literal in it. */
export function snippet(body: string, params = "", options: FlowOptions & { literal?: number } = {}): Snippet {
  const text = `package p\n\nfunc f(${params}) {\n${body}\n}\n`;
  const { roots, errors } = parse({ path: "f.go", text });
  if (errors.length > 0) throw new Error(`does not parse: ${body}`);
  const root = roots.find((n) => n.kind === "function_declaration") as GoNode;
  const scopes = localScopes(root, {
    pkg: {} as PackageModel,
    file: {} as FileModel,
    fileScope: universe,
    keysAreFields: () => true,
  });
  scopes.finish();
  const node = options.literal === undefined ? root : (root.find("func_literal")[options.literal] as GoNode);
  const name = (id: GoNode) => scopes.result.bindings.get(id) ?? globalName(id.text);
  const flow = buildFlow(
    scopes.result.functionAt.get(node) as FuncModel,
    {
      noReturn: (call) => EXITS[call.child("function")?.text ?? ""] ?? null,
      binding: name,
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
    binding(text, within) {
      const statement = within.closest("short_var_declaration", "assignment_statement") ?? within;
      return name(statement.find("identifier").find((n) => n.text === text) as GoNode) as Binding;
    },
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

const globals = new Map<string, Binding>();

/** Names of the package and its imports: there is no package around a snippet, so a fixed set of them. */
function globalName(name: string): Binding | null {
  const kind = IMPORTS.has(name) ? "import" : VARIABLES.has(name) ? "var" : CONSTANTS.has(name) ? "const" : null;
  if (!kind) return null;
  let binding = globals.get(name);
  if (!binding) {
    binding = { name, kind, node: null, scope: universe, func: null, visibleFrom: 0, entity: null, import: null, uses: [] };
    globals.set(name, binding);
  }
  return binding;
}
