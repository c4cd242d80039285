/** Starts what most runs need while the rest of the program still loads: the WebAssembly is compiled on another thread. */

const WITHOUT_GO = new Set(["publish", "rule", "rules", "undo", "help", "--help", "-h", "--version", "-V"]);

/** Returns at once. What fails here fails again, and is told, where it is needed. */
export function warmUp(args: readonly string[]): void {
  if (WITHOUT_GO.has(args[0] ?? "")) return;
  const formatter = import("../go/format.ts").then(({ loadFormatter }) => loadFormatter());
  Promise.allSettled([formatter]);
}
