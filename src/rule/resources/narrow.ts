/** Where rows of the obligation engine can find something at all: what their acquisitions are called, and which packages they are of. */
import { handedOutBy, type Resource } from "../obligation.ts";
import type { HandsOut } from "../rule.ts";

/** `Open(`, `.Do(`, ...: one of these stands wherever one of the rows is acquired. */
export function acquiredBy(rows: readonly Resource[]): string[] {
  const all = new Set(rows.flatMap((row) => row.acquire.map((a) => calling(a.symbol))));
  return [...all].filter((call) => !call.startsWith(".") || !all.has(call.slice(1))); // `Get(` is in `.Get(`
}

/** `.Do(` of a method; `Get(` of a function, which stands alone under a dot import. */
function calling(symbol: string): string {
  const method = symbol.slice(pathOf(symbol).length + 1).includes(".");
  return `${symbol.slice(symbol.lastIndexOf(".") + (method ? 0 : 1))}(`;
}

/** The import paths of the rows' acquisitions. */
export function importsOf(rows: readonly Resource[]): string[] {
  return [...new Set(rows.flatMap((row) => row.acquire.map((a) => pathOf(a.symbol))))];
}

/** Where other packages of the module hand out what the rows acquire. */
export function handsOut(rows: readonly Resource[]): HandsOut {
  return { triggers: acquiredBy(rows), imports: importsOf(rows), names: (pkg) => handedOutBy(pkg, rows) };
}

/** "net/http" of "net/http.Client.Get", "gopkg.in/yaml.v3" of "gopkg.in/yaml.v3.NewDecoder". */
function pathOf(symbol: string): string {
  const last = symbol.slice(symbol.lastIndexOf("/") + 1);
  return symbol.slice(0, symbol.length - last.length) + (/^[^.]+(?:\.v\d+(?=\.))?/.exec(last)?.[0] ?? last);
}
