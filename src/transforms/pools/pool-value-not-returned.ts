import {
  defineRule,
  type Fix,
  finding,
  type Given,
  type GoNode,
  type Leak,
  leaks,
  mend,
  messageOf,
  type PackageModel,
  type Resource,
  underlying,
  unparen,
  witnessOf,
} from "../../rule/index.ts";

/** It goes back as an argument of Put; append gives the same memory on. */
const givenBack: Given = (pkg, call, argument) => {
  const symbol = pkg.symbol(unparen(call.child("function") ?? call));
  if (symbol === "sync.Pool.Put") return "releases";
  const first = call.child("arguments")?.items[0] === argument;
  if (symbol === "append" && (first || argument.kind === "variadic_argument")) return first ? "passes" : "reads";
  return symbol === "copy" || (symbol !== null && FORGETS.test(symbol)) ? "reads" : null;
};

/** They keep nothing of what they are given: functions on text, and by its contract whatever reads or writes. */
const FORGETS = /^(strings|strconv|sort|unicode\/utf8)\.|^bytes\.[A-Z](?!ew)|\.(Read|Write)$/;

const POOLED: Resource = {
  id: "pool-value-not-returned",
  acquire: [{ symbol: "sync.Pool.Get", result: 0, ok: 1, text: "{0}.Put({})" }],
  release: [],
  given: givenBack,
  memory: true,
  harmlessTwice: false,
  inMain: false,
  text: "{}",
  name: "v",
  type: { path: "sync", name: "Pool" },
  words: {
    verb: "Give",
    done: "given back to its pool",
    doing: "giving back",
    subject: "{}",
    dropped: "what Get takes out of the pool is dropped",
  },
};

/**
 * A value of a sync.Pool that does not go back on some path.
 *
 *     buf := pool.Get().(*bytes.Buffer)        buf := pool.Get().(*bytes.Buffer)
 *     if err := fill(buf); err != nil {  =>    defer pool.Put(buf)
 *         return err                           if err := fill(buf); err != nil {
 *     }                                            return err
 *     ...                                      }
 *     pool.Put(buf)                            ...
 *
 * No leak: the value is collected. But a pool that gets nothing back makes everything anew.
 */
export default defineRule({
  id: "pool-value-not-returned",
  family: "pools",
  title: "A pooled value is not given back on every path",
  why: "What is not put back has to be made anew by a later Get: a path that is taken often turns the pool into an allocator with a detour.",
  fixSafety:
    "Always unsafe: whoever keeps the value, or memory of it, beyond the return would share it with the next Get. Where the value is given back on other paths, Put goes before the returns that keep it.",
  silent:
    "The value is returned, stored, sent, given by a helper as an interface, captured by a literal that outlives the call, or passed to a function that may keep it; its size decides whether it goes back; the path ends in main.main, a panic or an exit.",
  sources: ["https://pkg.go.dev/sync#Pool"],
  since: "0.1.0",
  tier: "pedantic",
  triggers: [".Get()"],
  imports: ["sync"],
  *check(pkg) {
    for (const leak of leaks(pkg, POOLED)) {
      if (sizeDecides(leak)) continue; // too large to keep, on purpose
      if (hidden(pkg, leak)) continue; // a helper gave it as an interface, whose methods may give it back
      yield finding(this, leak.call, messageOf(leak), fixesFor(pkg, leak), { related: witnessOf(leak) });
    }
  },
});

/** What a helper of the package gives is an interface, or is dropped where it is called: it may be meant to be kept by what it belongs to. */
function hidden(pkg: PackageModel, leak: Leak): boolean {
  if (isGet(pkg, leak.call)) return false;
  const held = leak.holder?.node ? underlying(pkg, pkg.typeOf(leak.holder.node)) : null;
  return held === null || held.kind === "interface" || held.kind === "unknown";
}

function isGet(pkg: PackageModel, call: GoNode): boolean {
  return pkg.symbol(unparen(call.child("function") ?? call)) === "sync.Pool.Get";
}

/** A condition on the path looks at the value's size: `if buf.Cap() < limit { pool.Put(buf) }`. */
function sizeDecides(leak: Leak): boolean {
  const name = leak.holder?.name;
  const asks = (text: string) =>
    SIZES.some((s) => (s.startsWith(".") ? text.includes(`${name}${s}`) : text.includes(s) && text.includes(name ?? "")));
  return name !== undefined && (leak.witness?.steps.some((s) => s.taken !== null && asks(s.node.text)) ?? false);
}

const SIZES = [".Cap()", ".Len()", ".Size()", "cap(", "len("];

function fixesFor(pkg: PackageModel, leak: Leak): (Fix | null)[] {
  if (!leak.holder || leak.kind === "overwritten") return []; // nothing names it
  if (!isGet(pkg, leak.call) && !sharedPool(pkg, leak)) return []; // the pool cannot be named here
  const doubt = "whoever keeps it, or memory of it, beyond the return would share it with the next Get";
  return mend(lateBound(leak), { doubt }).map((f) => f && { ...f, title: f.title.replace(/^Give (\S+)/, "Give $1 back") });
}

/** A helper's pool that the package declares means the same in its caller. */
function sharedPool(pkg: PackageModel, leak: Leak): boolean {
  const name = leak.acquire.text?.split(".")[0] ?? "";
  const meant = pkg.resolve(name, leak.call);
  const declared = pkg.lookup(name)[0];
  return declared?.kind === "var" && meant?.entity === declared && leak.acquire.text === `${name}.Put({})`;
}

/** Where the variable gets another value later (`if !ok { x = new(T) }`), the deferred call must look at it when it runs. */
function lateBound(leak: Leak): Leak {
  const written = leak.events.written.some((w) => w !== leak.slot);
  if (!written && !leak.ok) return leak;
  return { ...leak, acquire: { ...leak.acquire, text: `func() { ${leak.acquire.text} }()` } };
}
