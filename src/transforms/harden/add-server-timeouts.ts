import {
  type Call,
  defineRule,
  type Edits,
  type Fix,
  finding,
  firstOnLine,
  fix,
  type GoNode,
  indentOf,
  member,
  type PackageModel,
  type Qualifier,
  qualifier,
  replace,
  textOf,
} from "../../rule/index.ts";

const SERVE = ["net/http.ListenAndServe", "net/http.ListenAndServeTLS", "net/http.Serve", "net/http.ServeTLS"];

const HEADER: Readonly<Record<string, string>> = { ReadHeaderTimeout: "5 * %.Second", IdleTimeout: "120 * %.Second" };
const ALL: Readonly<Record<string, string>> = {
  ReadHeaderTimeout: "5 * %.Second",
  ReadTimeout: "30 * %.Second",
  WriteTimeout: "30 * %.Second",
  IdleTimeout: "120 * %.Second",
};

/**
 * A server that waits for slow clients as long as they like.
 *
 *  1. http.Server{Addr: addr}  =>  http.Server{Addr: addr, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 120 * time.Second}
 *  2. http.ListenAndServe(addr, mux)  =>  (&http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: ...}).ListenAndServe()
 */
export default defineRule({
  id: "add-server-timeouts",
  family: "harden",
  title: "HTTP server without timeouts",
  why: "A client that sends its headers a byte a minute holds a connection and a goroutine for as long as it likes.",
  fixSafety:
    "Always unsafe: how long a slow but honest client may take is the project's to say. The first alternative limits headers and idle connections, the second whole requests and answers too, which ends long downloads and streams.",
  silent:
    "ReadHeaderTimeout or ReadTimeout is set, in the literal or on its variable; the literal is positional; tests; package net/http itself.",
  sources: ["https://pkg.go.dev/net/http#Server", "https://blog.cloudflare.com/the-complete-guide-to-golang-net-http-timeouts/"],
  since: "0.1.0",
  tier: "harden",
  triggers: ["Server{", ".ListenAndServe", ".Serve(", ".ServeTLS(", "ListenAndServe("],
  imports: ["net/http"],
  *check(pkg) {
    for (const literal of pkg.nodes("composite_literal")) {
      if (pkg.fileOf(literal).test || pkg.symbol(literal.child("type") ?? literal) !== "net/http.Server") continue;
      const fields = fieldsOf(literal);
      if (!fields) continue; // positional
      if (fields.has("ReadHeaderTimeout") || fields.has("ReadTimeout")) continue;
      if (setLater(pkg, literal)) continue;
      yield finding(this, literal, "this server has no ReadHeaderTimeout", [
        completed(pkg, literal, fields, "Limit headers and idle connections", HEADER, SLOW),
        completed(pkg, literal, fields, "Limit whole requests and answers too", ALL, STREAMS),
      ]);
    }
    for (const call of pkg.calls(...SERVE)) {
      if (pkg.fileOf(call.node).test) continue;
      const fixes = [
        served(pkg, call, "Serve with limits for headers and idle connections", HEADER, SLOW),
        served(pkg, call, "Serve with limits for whole requests and answers too", ALL, STREAMS),
      ];
      yield finding(this, call.node, `${call.symbol.slice("net/".length)} serves without timeouts`, fixes);
    }
  },
});

const SLOW = "a client that takes longer than that for its headers is cut off, and an idle connection is closed";
const STREAMS = "requests and answers that take longer than that are cut off, long downloads and streams among them";

/** Names of the fields that a keyed literal sets; null for a positional one. */
function fieldsOf(literal: GoNode): Set<string> | null {
  const items = literal.child("body")?.items ?? [];
  if (items.some((i) => i.kind !== "keyed_element")) return null;
  return new Set(items.map((i) => i.child("key")?.text ?? ""));
}

/** A variable that holds the server gets a timeout somewhere in the function. */
function setLater(pkg: PackageModel, literal: GoNode): boolean {
  const root = pkg.functionOf(literal)?.body;
  const names = new Set(["ReadHeaderTimeout", "ReadTimeout"]);
  return root?.find("selector_expression").some((s) => names.has(s.child("field")?.text ?? "") && isAssigned(s)) ?? false;
}

function isAssigned(selector: GoNode): boolean {
  return (
    selector.parent?.kind === "expression_list" &&
    selector.parent.parent?.kind === "assignment_statement" &&
    selector.parent.field === "left"
  );
}

function written(time: Qualifier, values: Readonly<Record<string, string>>, without: ReadonlySet<string>): string[] {
  return Object.entries(values)
    .filter(([name]) => !without.has(name))
    .map(([name, value]) => `${name}: ${value.replace("%.Second", member(time, "Second"))}`);
}

function completed(
  pkg: PackageModel,
  literal: GoNode,
  fields: ReadonlySet<string>,
  title: string,
  values: Readonly<Record<string, string>>,
  because: string,
): Fix | null {
  const time = qualifier(pkg, literal, "time", "Second");
  const body = literal.child("body");
  if (!time || !body) return null;
  return fix({ title, applicability: "unsafe", because, edits: [inserted(body, written(time, values, fields))], imports: time.imports });
}

/** Elements behind those that are there: on lines of their own where the closing brace has one. */
function inserted(body: GoNode, elements: readonly string[]): Edits {
  const { path, text } = body.source;
  const closer = body.children[body.children.length - 1];
  const last = body.items[body.items.length - 1];
  if (closer?.kind !== "}") return null;
  if (!last) return [{ at: { path, start: closer.start, end: closer.start }, text: elements.join(", ") }];
  if (!firstOnLine(closer)) return [{ at: { path, start: last.end, end: last.end }, text: `, ${elements.join(", ")}` }];
  const indent = indentOf(closer);
  const start = text.lastIndexOf("\n", closer.start) + 1;
  return [{ at: { path, start, end: start }, text: elements.map((e) => `${indent}\t${e},\n`).join("") }];
}

/** `http.ListenAndServe(addr, h)` by a server of its own. */
function served(pkg: PackageModel, call: Call, title: string, values: Readonly<Record<string, string>>, because: string): Fix | null {
  const http = qualifier(pkg, call.node, "net/http", "Server");
  const time = qualifier(pkg, call.node, "time", "Second");
  const name = call.symbol.slice("net/http.".length);
  if (!http || !time || call.args.some((a) => a.kind === "variadic_argument")) return null;
  const [first, ...rest] = call.args.map(textOf);
  const handler = rest.pop();
  if (first === undefined || handler === undefined) return null;
  const listens = name.startsWith("Listen");
  // ServeTLS has its handler second.
  const plain = name === "ServeTLS" ? [rest.shift() ?? handler, [...rest, handler]] : [handler, rest];
  const [handles, others] = plain as [string, string[]];
  const head = listens ? [`Addr: ${first}`] : [];
  const shown = handles === "nil" ? [] : [`Handler: ${handles}`];
  const server = `(&${member(http, "Server")}{${[...head, ...shown, ...written(time, values, new Set())].join(", ")}})`;
  const args = listens ? others : [first, ...others];
  return fix({
    title,
    applicability: "unsafe",
    because,
    edits: [replace(call.node, `${server}.${name}(${args.join(", ")})`)],
    imports: time.imports,
  });
}
