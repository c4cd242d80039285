import {
  acquiredBy,
  closeIntoResult,
  defineRule,
  FILE,
  type Fix,
  finding,
  handsOut,
  importsOf,
  type Leak,
  mendResource,
  messageOf,
  opensForWriting,
  ownLeaks,
  tierOf,
  witnessOf,
} from "../../rule/index.ts";

/**
 * A file, connection or listener that is not closed on some path.
 *
 *     f, err := os.Open(path)                  f, err := os.Open(path)
 *     if err != nil {                          if err != nil {
 *         return nil, err                          return nil, err
 *     }                                  =>    }
 *     return io.ReadAll(f)                     defer f.Close()
 *                                              return io.ReadAll(f)
 *
 * A second Close does nothing but return an error, and nobody else has this file: so the defer is safe. For a file that is written to, an
 * error of Close says that data was lost: it goes into the function's error where there is one.
 */
export default defineRule({
  id: "file-not-closed",
  family: "resources",
  title: "file, connection or listener that is not closed on every path",
  why: "Each one holds a file descriptor. The garbage collector may close a forgotten file some day, or not before the process has run out of descriptors; a listener keeps its port.",
  fixSafety:
    "A deferred Close is safe for what is read, and where a Close whose error is looked at stands already: it comes after the error check, and a second Close does nothing. A Close that ends the function already gives way to the deferred one; where it stands further up, and for a reason, up to three exits that lack it get one of their own. For a file that is written to, the default is unsafe: the function's error result gets a name, and the error of Close where there was none before. Without such a result the deferred Close is safe, but an error of Close is lost. In a loop the fix is unsafe: it closes on each way out of the turn, or puts the turn into a function literal.",
  silent:
    "The file is returned, stored, sent, captured by a literal that outlives the call, or passed to a function that is not known to leave it open (a listener to a server, a connection to a goroutine); the path ends in main.main, a panic or an exit; os.Stdin, os.Stdout, os.NewFile and what Accept gives. Pedantic where only a failing test leaks it, where the process ends with the function, and where a test drops it and does not ask that the call succeeds or opens it once, to read.",
  sources: ["https://pkg.go.dev/os#File.Close", "https://pkg.go.dev/net#Conn", "https://pkg.go.dev/archive/zip#OpenReader"],
  since: "0.1.0",
  tier: "recommended",
  triggers: acquiredBy([FILE]),
  imports: importsOf([FILE]),
  handsOut: handsOut([FILE]),
  *check(pkg) {
    for (const leak of ownLeaks(pkg, FILE)) {
      yield finding(this, leak.call, messageOf(leak), fixesOf(leak), {
        related: witnessOf(leak),
        tier: isReadInTest(leak) ? "pedantic" : tierOf(leak),
      });
    }
  },
});

/** A test opens it once, and to read: nothing is lost, and it goes with the test's process. */
function isReadInTest({ pkg, acquire, call, inLoop }: Leak): boolean {
  return acquire.symbol === "os.Open" && !inLoop && pkg.fileOf(call).test;
}

function fixesOf(leak: Leak): (Fix | null)[] {
  const blind = leak.acquire.symbol === "os.Pipe" && !leak.holder;
  const fixes = mendResource(leak, { doubt: blind ? "whoever has the other end sees that this one is closed" : null });
  if (!opensForWriting(leak) || leak.events.released.some((r) => !r.closest("defer_statement"))) return fixes;
  const told = fixes.map((f) => f && { ...f, title: `${f.title}; an error of Close is lost` });
  return [closeIntoResult(leak), ...told];
}
