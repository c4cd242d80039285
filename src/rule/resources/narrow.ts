/** Where rows of the obligation engine can find something at all: what their acquisitions are called, and which packages they are of. */
import type { Resource } from "../obligation.ts";

/** `.Open(`, `.Get(`, ...: one of these stands wherever one of the rows is acquired (but under a dot import, which is left alone). */
export function acquiredBy(rows: readonly Resource[]): string[] {
  return [...new Set(rows.flatMap((row) => row.acquire.map((a) => `${a.symbol.slice(a.symbol.lastIndexOf("."))}(`)))];
}

/** The import paths of the rows' acquisitions. */
export function importsOf(rows: readonly Resource[]): string[] {
  return [...new Set(rows.flatMap((row) => row.acquire.map((a) => pathOf(a.symbol))))];
}

/** "net/http" of "net/http.Client.Get". */
function pathOf(symbol: string): string {
  return symbol.slice(0, symbol.indexOf(".", symbol.lastIndexOf("/") + 1));
}
