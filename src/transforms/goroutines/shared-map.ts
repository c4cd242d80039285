import {
  defineRule,
  finding,
  type GoNode,
  guarded,
  type PackageModel,
  SHARED_BY,
  sharedWrites,
  underlying,
  unparen,
  type Write,
} from "../../rule/index.ts";

/**
 * A map that several goroutines write at the same time.
 *
 *     sizes := map[string]int{}               var mu sync.Mutex
 *     for _, name := range names {            sizes := map[string]int{}
 *         wg.Go(func() {                      for _, name := range names {
 *             sizes[name] = size(name)   =>       wg.Go(func() {
 *         })                                          value := size(name)
 *     }                                               mu.Lock()
 *                                                     sizes[name] = value
 *                                                     mu.Unlock()
 *                                                 })
 *                                             }
 */
export default defineRule({
  id: "shared-map",
  family: "goroutines",
  title: "map written from several goroutines without a lock",
  why: "Maps are not safe for concurrent writes: the runtime ends the process when it notices (`fatal error: concurrent map writes`), and that cannot be recovered from.",
  fixSafety:
    "Unsafe: the goroutines wait for each other at each use, and several uses in a row are still not one. A value that a call computes is computed before the lock is taken.",
  silent:
    "A lock is held at the write; the goroutines are waited for in each turn, or run one at a time (a channel with room for one, SetLimit(1)); each goroutine has its own map; it is a sync.Map. Writes through a function that is called are not followed.",
  sources: ["https://go.dev/doc/faq#atomic_maps", "https://go.dev/ref/mem"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [
    ["go func", "]"],
    ["\tgo ", "("],
    [".Go(", "]"],
    ["go func", "delete("],
    [".Go(", "delete("],
    ["ResponseWriter", "]"],
  ],
  *check(pkg) {
    for (const shared of sharedWrites(pkg, (body) => mapWrites(pkg, body))) {
      const { place, write, other, why } = shared;
      yield finding(
        this,
        write.at,
        `the map ${place.text} is written from several goroutines, and no lock is held`,
        [guarded(pkg, shared)],
        {
          related: [{ at: other, message: SHARED_BY[why] }],
        },
      );
    }
  },
});

/** `m[k] = v`, `m[k]++`, `delete(m, k)`, `clear(m)`, `maps.Copy(m, ...)`. */
function mapWrites(pkg: PackageModel, body: GoNode): Write[] {
  const found: Write[] = [];
  const isMap = (e: GoNode): boolean => underlying(pkg, pkg.typeOf(e)).kind === "map";
  const add = (at: GoNode, place: GoNode | null | undefined): void => {
    if (place && isMap(place)) found.push({ at, place: unparen(place) });
  };
  body.walk((n) => {
    if (n.kind === "assignment_statement" || (n.kind === "range_clause" && n.child("left"))) {
      for (const left of n.child("left")?.items ?? [])
        if (unparen(left).kind === "index_expression") add(n, unparen(left).child("operand"));
    } else if (n.is("inc_statement", "dec_statement")) {
      const target = n.items[0] && unparen(n.items[0]);
      if (target?.kind === "index_expression") add(n, target.child("operand"));
    } else if (n.kind === "call_expression" && WRITERS.has(pkg.symbol(unparen(n.child("function") ?? n)) ?? "")) {
      add(n, n.child("arguments")?.items[0]);
    }
  });
  return found;
}

const WRITERS = new Set(["delete", "clear", "maps.Copy", "maps.DeleteFunc", "maps.Insert"]);
