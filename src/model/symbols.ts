/** Symbols as `PackageModel.symbol` writes them. */

/** "Get" of "net/http.Client.Get". */
export function lastName(symbol: string): string {
  return symbol.slice(symbol.lastIndexOf(".") + 1);
}
