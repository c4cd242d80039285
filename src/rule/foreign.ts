/**
 * Calls of modules whose source may not be at hand. A function is known by its import path; a method when its operand's type is written
 * out (a parameter, a field, a declared variable), or when a function of the table below gave it. Anything else is not known.
 */
import { type GoNode, unparen } from "../go/node.ts";
import type { Binding, Call, PackageModel, Type } from "../model/model.ts";
import { lastName } from "../model/symbols.ts";
import { calleeOf } from "./callees.ts";
import { definitionOf } from "./definitions.ts";

/** Types, as `path.Name`, by the functions that give them as their first result. */
export type Gives = Readonly<Record<string, string>>;

const ZAP = "go.uber.org/zap";

/** What functions of other modules give as their first result, from their documentation. */
const GIVES: Gives = {
  "go.opentelemetry.io/otel.Tracer": "go.opentelemetry.io/otel/trace.Tracer",
  "go.opentelemetry.io/otel.GetTracerProvider": "go.opentelemetry.io/otel/trace.TracerProvider",
  "go.opentelemetry.io/otel/trace.TracerProvider.Tracer": "go.opentelemetry.io/otel/trace.Tracer",
  "go.opentelemetry.io/otel/sdk/trace.TracerProvider.Tracer": "go.opentelemetry.io/otel/trace.Tracer",
  "go.opentelemetry.io/otel/sdk/trace.NewTracerProvider": "go.opentelemetry.io/otel/sdk/trace.TracerProvider",
  ...Object.fromEntries(
    ["Open", "Connect", "ConnectContext", "MustOpen", "MustConnect", "NewDb"].map((f) => [
      `github.com/jmoiron/sqlx.${f}`,
      "github.com/jmoiron/sqlx.DB",
    ]),
  ),
  ...Object.fromEntries(
    ["v4", "v5"].flatMap((v) => {
      const pgx = `github.com/jackc/pgx/${v}`;
      return [
        [`${pgx}.Connect`, `${pgx}.Conn`],
        [`${pgx}.ConnectConfig`, `${pgx}.Conn`],
        [`${pgx}/pgxpool.New`, `${pgx}/pgxpool.Pool`],
        [`${pgx}/pgxpool.NewWithConfig`, `${pgx}/pgxpool.Pool`],
        [`${pgx}/pgxpool.Connect`, `${pgx}/pgxpool.Pool`],
        [`${pgx}/pgxpool.ConnectConfig`, `${pgx}/pgxpool.Pool`],
      ];
    }),
  ),
  ...Object.fromEntries(["New", "NewProduction", "NewDevelopment", "NewExample", "Must"].map((f) => [`${ZAP}.${f}`, `${ZAP}.Logger`])),
  [`${ZAP}.Logger.Sugar`]: `${ZAP}.SugaredLogger`,
  "golang.org/x/sync/errgroup.WithContext": "golang.org/x/sync/errgroup.Group",
  ...Object.fromEntries(["", "/v2", "/v3"].map((v) => [`github.com/robfig/cron${v}.New`, `github.com/robfig/cron${v}.Cron`])),
};

/** Symbols to look for, taken apart once. */
export interface Wanted {
  readonly symbols: ReadonlySet<string>;
  /** Their last names. */
  readonly names: readonly string[];
  /** Those of the symbols that may be methods of modules that are not at hand. */
  readonly foreign: ReadonlySet<string>;
  readonly foreignNames: ReadonlySet<string>;
  /** More of such modules than is known here. */
  readonly gives: Gives;
}

export function wantedOf(symbols: readonly string[], gives: Gives = {}): Wanted {
  const foreign = symbols.filter(isForeignMethod);
  return {
    symbols: new Set(symbols),
    names: [...new Set(symbols.map(lastName))],
    foreign: new Set(foreign),
    foreignNames: new Set(foreign.map(lastName)),
    gives,
  };
}

/**
 * The calls of the symbols in the triggered declarations, those on types of modules that are not at hand among them. `gives` says more of
 * such modules than is known here.
 */
export function callsOfSymbols(pkg: PackageModel, symbols: readonly string[], gives: Gives = {}): Call[] {
  const wanted = wantedOf(symbols, gives);
  return [...pkg.roots].flatMap((root) => callsOfSymbolsIn(pkg, root, wanted));
}

/** Those in one declaration. */
export function callsOfSymbolsIn(pkg: PackageModel, root: GoNode, { symbols, names, foreign, foreignNames, gives }: Wanted): Call[] {
  const callees = pkg.callees(root);
  const calls: Call[] = [];
  for (const name of names) {
    for (const node of callees.get(name) ?? []) {
      const callee = unparen(node.child("function") as GoNode);
      const own = pkg.symbol(callee);
      if (own !== null && symbols.has(own)) calls.push(pkg.callAt(node, own));
      else if (callee.kind === "selector_expression" && foreignNames.has(name)) {
        const symbol = foreignSymbol(pkg, callee, gives);
        if (symbol !== null && foreign.has(symbol)) calls.push({ ...pkg.callAt(node, symbol), receiver: callee.child("operand") });
      }
    }
  }
  return calls;
}

/** Symbols to compare callees with; their last names are asked first. */
export interface SymbolSet {
  readonly symbols: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

export function symbolSet(symbols: Iterable<string>): SymbolSet {
  const all = new Set(symbols);
  return { symbols: all, names: new Set([...all].map(lastName)) };
}

/** The callee's symbol where it is one of them, methods of modules that are not at hand among them. */
export function symbolAmong(pkg: PackageModel, callee: GoNode, { symbols, names }: SymbolSet): string | null {
  const selector = callee.kind === "selector_expression";
  const name = selector ? callee.child("field")?.text : callee.kind === "identifier" ? callee.text : undefined;
  if (name !== undefined && !names.has(name)) return null;
  const symbol = selector ? foreignSymbol(pkg, callee) : pkg.symbol(callee);
  return symbol !== null && symbols.has(symbol) ? symbol : null;
}

/** Calls through a selector of that name in the triggered declarations. */
export function selectorCalls(pkg: PackageModel, name: string): GoNode[] {
  return [...pkg.roots].flatMap((root) =>
    (pkg.callees(root).get(name) ?? []).filter((call) => unparen(call.child("function") as GoNode).kind === "selector_expression"),
  );
}

/** A method of a type that is neither the standard library's nor without a path. */
function isForeignMethod(symbol: string): boolean {
  const slash = symbol.lastIndexOf("/");
  return symbol.slice(0, symbol.indexOf("/") + 1).includes(".") && symbol.slice(slash).split(".").length > 2;
}

/** `path.Type.Method` of a selector whose operand's type is known by name. */
export function foreignSymbol(pkg: PackageModel, selector: GoNode, gives: Gives = {}): string | null {
  const known = pkg.symbol(selector);
  if (known !== null) return known;
  const operand = selector.child("operand");
  const type = operand && foreignType(pkg, operand, gives);
  return type ? `${type}.${selector.child("field")?.text}` : null;
}

/** The type of an expression as `path.Name`, pointers followed; null where it is not known. */
export function foreignType(pkg: PackageModel, expression: GoNode, gives: Gives = {}, depth = 0): string | null {
  const e = unparen(expression);
  const told = named(pkg.typeOf(e));
  if (told !== null || depth > 3) return told;
  if (e.kind === "call_expression") {
    const callee = unparen(e.child("function") as GoNode);
    const symbol = pkg.symbol(callee) ?? (callee.kind === "selector_expression" ? viaType(pkg, callee, gives, depth + 1) : null);
    return (symbol && (gives[symbol] ?? GIVES[symbol])) ?? resultSymbol(pkg, e);
  }
  if (e.kind === "selector_expression") return fieldSymbol(pkg, e);
  const binding = e.kind === "identifier" ? pkg.binding(e) : null;
  if (!binding) return null;
  const own = binding.entity?.pkg ?? pkg;
  const written = declaredType(binding);
  if (written) return symbolOfType(own, written);
  const value = binding.entity ? packageValue(binding.entity.node, binding.name) : firstResult(pkg, binding);
  return value ? foreignType(own, value, gives, depth + 1) : null;
}

/** `path.Name` of the type with which a field is declared, in the package that declares its struct. */
function fieldSymbol(pkg: PackageModel, selector: GoNode): string | null {
  const selection = pkg.selection(selector);
  const written = selection?.field?.node?.child("type");
  if (!selection || !written) return null;
  const owner = selection.owner.kind === "pointer" ? selection.owner.elem : selection.owner;
  const own = owner.kind === "named" ? owner.pkg : pkg;
  return own?.files.some((f) => f.source.path === written.source.path) ? symbolOfType(own, written) : null; // a struct without a name may be another package's
}

/** `path.Name` of the type that a function of the module declares as its first result. */
function resultSymbol(pkg: PackageModel, call: GoNode): string | null {
  const callee = calleeOf(pkg, call);
  const result = callee?.results[0];
  return callee && result ? symbolOfType(callee.pkg, result.type) : null;
}

/** The type node with which a parameter or variable is declared. */
function declaredType(binding: Binding): GoNode | null {
  const declaration = binding.entity ? binding.entity.node : binding.node?.parent;
  if (binding.entity) return declaration?.kind === "var_spec" ? declaration.child("type") : null;
  return declaration?.is("parameter_declaration", "var_spec") ? declaration.child("type") : null;
}

/** `path.Name` of `*pkg.Name`. */
function symbolOfType(pkg: PackageModel, type: GoNode): string | null {
  const t = type.kind === "pointer_type" ? (type.items[0] ?? type) : type;
  return t.kind === "qualified_type" ? pkg.symbol(t) : null;
}

function viaType(pkg: PackageModel, selector: GoNode, gives: Gives, depth: number): string | null {
  const operand = selector.child("operand");
  const type = operand && foreignType(pkg, operand, gives, depth);
  return type ? `${type}.${selector.child("field")?.text}` : null;
}

function firstResult(pkg: PackageModel, binding: Binding): GoNode | null {
  const definition = definitionOf(pkg, binding);
  return definition && definition.index === 0 ? definition.value : null;
}

/** `var tracer = otel.Tracer("x")` at package level. */
function packageValue(spec: GoNode | null, name: string): GoNode | null {
  if (spec?.kind !== "var_spec") return null;
  const names = spec.childrenOf("name").filter((c) => c.named);
  const values = spec.child("value")?.items ?? [];
  return values[names.findIndex((n) => n.text === name)] ?? null;
}

function named(type: Type): string | null {
  const t = type.kind === "pointer" ? type.elem : type;
  return t.kind === "named" && t.path !== "" && t.local === null ? `${t.path}.${t.name}` : null;
}
