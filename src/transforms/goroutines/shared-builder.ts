import {
  defineRule,
  deref,
  finding,
  type GoNode,
  guarded,
  isNamed,
  type PackageModel,
  SHARED_BY,
  sharedWrites,
  unparen,
  type Write,
} from "../../rule/index.ts";

/**
 * A strings.Builder or bytes.Buffer that several goroutines write at the same time.
 *
 *     var out strings.Builder               var mu sync.Mutex
 *     for _, part := range parts {          var out strings.Builder
 *         wg.Go(func() {                    for _, part := range parts {
 *             out.WriteString(part)    =>       wg.Go(func() {
 *         })                                        mu.Lock()
 *     }                                             out.WriteString(part)
 *                                                   mu.Unlock()
 *                                               })
 *                                           }
 */
export default defineRule({
  id: "shared-builder",
  family: "goroutines",
  title: "strings.Builder or bytes.Buffer written from several goroutines without a lock",
  why: "Neither is safe for concurrent use: writes overwrite each other, and a slice that grows at the same time loses what one of them wrote.",
  fixSafety: "Unsafe: the goroutines wait for each other at each use, and what they write still comes in any order.",
  silent:
    "A lock is held at the write; the goroutines are waited for in each turn, or run one at a time (a channel with room for one, SetLimit(1)); each goroutine has its own. Writes through a function that is called, or through a logger or encoder made on it, are not followed.",
  sources: ["https://pkg.go.dev/strings#Builder", "https://pkg.go.dev/bytes#Buffer"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [
    ["go func", "Write"],
    ["go func", "Fprint"],
    ["go func", "ReadFrom("],
    ["\tgo ", "("],
    [".Go(", "Write"],
    [".Go(", "Fprint"],
    ["ResponseWriter", "Write"],
    ["ResponseWriter", "Fprint"],
  ],
  imports: ["strings", "bytes"],
  *check(pkg) {
    for (const shared of sharedWrites(pkg, (body) => builderWrites(pkg, body))) {
      const { place, write, other, why } = shared;
      yield finding(this, write.at, `${place.text} is written from several goroutines, and no lock is held`, [guarded(pkg, shared)], {
        related: [{ at: other, message: SHARED_BY[why] }],
      });
    }
  },
});

const METHODS = new Set([
  "Write",
  "WriteString",
  "WriteByte",
  "WriteRune",
  "ReadFrom",
  "Reset",
  "Truncate",
  "Grow",
  "Next",
  "Read",
  "WriteTo",
]);
const THROUGH = new Set(["fmt.Fprint", "fmt.Fprintf", "fmt.Fprintln", "io.WriteString", "io.Copy", "io.CopyN"]);

/** `b.WriteString(s)`, `fmt.Fprintf(&b, ...)`. */
function builderWrites(pkg: PackageModel, body: GoNode): Write[] {
  const found: Write[] = [];
  for (const call of body.find("call_expression")) {
    const callee = unparen(call.child("function") ?? call);
    const name = callee.kind === "selector_expression" ? (callee.child("field")?.text ?? "") : callee.text;
    const place = METHODS.has(name) ? callee.child("operand") : /^(Fp|W|C)/.test(name) ? given(pkg, call) : null;
    if (place && isBuilder(pkg, place)) found.push({ at: call, place: unparen(place) });
  }
  return found;
}

/** `b` of `fmt.Fprintf(&b, ...)`. */
function given(pkg: PackageModel, call: GoNode): GoNode | null {
  const first = call.child("arguments")?.items[0];
  if (!first || !THROUGH.has(pkg.symbol(call.child("function") as GoNode) ?? "")) return null;
  const e = unparen(first);
  return e.kind === "unary_expression" && e.child("operator")?.kind === "&" ? e.child("operand") : e;
}

function isBuilder(pkg: PackageModel, place: GoNode): boolean {
  const type = deref(pkg.typeOf(place));
  return isNamed(type, "strings.Builder") || isNamed(type, "bytes.Buffer");
}
