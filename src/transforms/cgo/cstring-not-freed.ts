import {
  type Acquire,
  defineRule,
  type Edits,
  type Fix,
  finding,
  fix,
  freshName,
  givenToC,
  insertAfter,
  insertBefore,
  isNeverCalled,
  type Leak,
  leaks,
  mend,
  messageOf,
  outermost,
  type PackageModel,
  qualifier,
  type Resource,
  reachOf,
  replace,
  statementAtHead,
  unlabelled,
  withStdlib,
  witnessOf,
} from "../../rule/index.ts";

const gives = (symbol: string, name: string): Acquire => ({ symbol, result: 0, name });

const C_MEMORY: Resource = {
  id: "cstring-not-freed",
  acquire: [gives("C.CString", "cs"), gives("C.CBytes", "data"), gives("C.malloc", "mem")],
  release: [],
  given: givenToC,
  harmlessTwice: false,
  inMain: true,
  text: "C.free(unsafe.Pointer({}))",
  name: "cs",
  type: { path: "unsafe", name: "Pointer" },
  words: { verb: "Free", done: "freed", doing: "freeing", dropped: "this memory of C is never freed" },
};

/**
 * Memory of C that is not freed on some path.
 *
 *     cs := C.CString(text)                cs := C.CString(text)
 *     C.puts(cs)                     =>    defer C.free(unsafe.Pointer(cs))
 *                                          C.puts(cs)
 *
 * Safe when C only reads it: libc's functions, and those of the preamble that take a `const char *`.
 */
export default defineRule({
  id: "cstring-not-freed",
  family: "cgo",
  title: "C.CString, C.CBytes or C.malloc without C.free on every path",
  why: "Go's garbage collector does not see the memory of C: what is not freed stays until the process ends, and each call adds to it.",
  fixSafety:
    "A deferred C.free is safe when nothing keeps the pointer: it goes to functions of libc that work on it and return, and to functions of the preamble that take a `const char *`. Unsafe when it goes to other functions of C, which may keep it. A C.free that stands on some paths already is moved into the defer. In a loop the fix is unsafe: it frees on each way out of the turn, or puts the turn into a function literal. `unsafe` is imported and stdlib.h is included where they are missing.",
  silent:
    "The pointer is returned, stored in a field, a variable of the package, a slice, map or channel, captured by a literal that outlives the call, or passed to a function that is not known to leave it alone; C takes it back (a function whose name says free, release, destroy, unref, or that frees in the preamble); the path ends in a panic or an exit. Pedantic in a function that nothing calls.",
  sources: ["https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C", "https://go.dev/blog/cgo"],
  since: "0.1.0",
  tier: "recommended",
  triggers: ["C.CString(", "C.CBytes(", "C.malloc("],
  imports: ["C"],
  *check(pkg) {
    for (const leak of leaks(pkg, C_MEMORY)) {
      yield finding(this, leak.call, messageOf(leak), fixesOf(pkg, leak), {
        related: witnessOf(leak),
        tier: isNeverCalled(pkg, outermost(leak.func)) ? "pedantic" : undefined,
      });
    }
  },
});

function fixesOf(pkg: PackageModel, found: Leak): (Fix | null)[] {
  const pointer = qualifier(pkg, found.call, "unsafe", "Pointer");
  const c = pkg.resolve("C", found.call);
  if (!pointer || c?.import?.path !== "C") return []; // called in a file without C
  const text = `C.free(${pointer.name === "" ? "Pointer" : `${pointer.name}.Pointer`}({}))`;
  const leak: Leak = { ...found, acquire: { ...found.acquire, text } };
  const doubt = leak.events.lent[0] ? mayKeep(leak) : null;
  const fixes = [...mend(leak, { doubt }), inTurn(leak, doubt), beforeOverwritten(leak, doubt)];
  const header = withStdlib(pkg, leak.call);
  return fixes.map((f) => f && whole(f, header, pointer.imports));
}

function mayKeep({ events }: Leak): string {
  const callee = events.lent[0]?.child("function")?.text ?? "the C function that gets it";
  return `${callee} may keep the pointer, and use it when it is freed`;
}

/** The fix with the header that declares free, and the import of unsafe. */
function whole(f: Fix, header: Edits, imports: Fix["imports"] = []): Fix | null {
  return fix({ ...f, edits: [f.edits, header], imports: [...(f.imports ?? []), ...imports], assumes: f.assumes ?? [] });
}

/** `C.puts(C.CString(s))` in a loop: named before the statement, and freed behind it. */
function inTurn(leak: Leak, doubt: string | null): Fix | null {
  const { pkg, call, acquire, holder, slot, inLoop } = leak;
  const statement = statementAtHead(call);
  const plain = statement && unlabelled(statement);
  if (!inLoop || holder || slot || !statement || !plain?.is("expression_statement", "assignment_statement", "short_var_declaration"))
    return null;
  const name = freshName(pkg, acquire.name ?? "cs", statement);
  const free = (acquire.text ?? "").replace("{}", name);
  return fix({
    title: `Free ${name} behind the statement`,
    applicability: "unsafe",
    because: doubt ?? "a panic in the statement leaves it unfreed",
    edits: [insertBefore(statement, `${name} := ${call.text}`), replace(call, name), insertAfter(statement, free)],
    assumes: [reachOf(statement), statement],
  });
}

/** `cs = C.CString(next)` while the old one was not freed. */
function beforeOverwritten(leak: Leak, doubt: string | null): Fix | null {
  const statement = leak.kind === "overwritten" && leak.over ? statementAtHead(leak.over) : null;
  if (!statement || !leak.holder) return null;
  return fix({
    title: `Free ${leak.holder.name} before it is overwritten`,
    applicability: "unsafe",
    because: doubt ?? "another name may still point to the memory",
    edits: [insertBefore(statement, (leak.acquire.text ?? "").replace("{}", leak.holder.name))],
    assumes: [statement],
  });
}
