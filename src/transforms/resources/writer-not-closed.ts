import {
  CLOSED_WRITER,
  countedExits,
  defineRule,
  type Edits,
  type Fix,
  FLUSHED_WRITER,
  finding,
  firstReader,
  fix,
  freshName,
  type GoNode,
  giveUp,
  handsOut,
  importsOf,
  insertBefore,
  isMadeForLater,
  isNamed,
  isReleasedAsserted,
  isRewrapped,
  isThrownAway,
  isWritten,
  type Leak,
  leaks,
  messageOf,
  type PackageModel,
  releaseText,
  reportsSuccess,
  statementOf,
  unparen,
  type Witness,
  witnessOf,
} from "../../rule/index.ts";

/**
 * A writer whose last data is never written: it is not closed, or not flushed, on a path that reports success.
 *
 *     zw := gzip.NewWriter(w)                  zw := gzip.NewWriter(w)
 *     if _, err := zw.Write(b); err != nil {   if _, err := zw.Write(b); err != nil {
 *         return err                               return err
 *     }                                  =>    }
 *     return nil                               return zw.Close()
 *
 * What has already failed need not be completed: only paths that report success count.
 */
export default defineRule({
  id: "writer-not-closed",
  family: "resources",
  title: "writer that is not closed or flushed before success is reported",
  why: "A compressor, an archive or a buffer holds the last bytes back until it is closed or flushed: without it the output is cut short, and nobody is told.",
  fixSafety: "Unsafe: the end of the data is written where it was not before, and callers get its error.",
  silent:
    "The path reports an error; nothing was written to it; it is made for later (Reset); it is returned, stored, or passed to a function that is not known to leave it open; csv's WriteAll flushes. A function that gets it and wraps it by bufio.NewWriter flushes the same writer. Pedantic in tests: one that reads what is cut short fails by itself.",
  sources: [
    "https://pkg.go.dev/compress/gzip#Writer.Close",
    "https://pkg.go.dev/bufio#Writer.Flush",
    "https://pkg.go.dev/archive/zip#Writer.Close",
  ],
  since: "0.1.0",
  tier: "recommended",
  triggers: ["NewWriter"],
  imports: importsOf([CLOSED_WRITER, FLUSHED_WRITER]),
  handsOut: handsOut([CLOSED_WRITER, FLUSHED_WRITER]),
  *check(pkg) {
    for (const row of [CLOSED_WRITER, FLUSHED_WRITER]) {
      for (const found of leaks(pkg, row)) {
        if (!found.holder || found.kind === "overwritten" || found.kind === "turn") continue;
        if (found.acquire.error !== undefined && !found.error && found.slot?.parent?.items[1]?.text !== "_") continue;
        if (isMadeForLater(found) || isThrownAway(found) || isReleasedAsserted(found) || isRewrapped(found)) continue;
        const exits = successes(pkg, found);
        const [first] = exits;
        if (!first) continue;
        const leak = { ...found, witness: first };
        if (!isWritten(pkg, leak)) continue;
        yield finding(this, leak.call, messageOf(leak), [before(pkg, leak, exits)], {
          related: witnessOf(leak),
          tier: pkg.fileOf(leak.call).test ? "pedantic" : undefined, // a test that reads what is cut short fails by itself
        });
      }
    }
  },
});

/** The paths to the exits that report success, the shortest first; nothing where there are too many to read. */
function successes(pkg: PackageModel, leak: Leak): Witness[] {
  const flow = pkg.flow(leak.func);
  const found: Witness[] = [];
  const passed: GoNode[] = [];
  const stop = (atom: GoNode): boolean => leak.stop(atom) || passed.some((p) => p.kind === "return_statement" && atom === p);
  for (let i = 0; i < 20; i++) {
    const exits = countedExits(leak.func, leak.row).filter((e) => e !== "end" || !passed.some((p) => p.kind === "block"));
    const w: Witness | null = flow.escape(leak.call, { stop, facts: leak.facts, exits });
    if (!w) return found;
    passed.push(w.at);
    if (reportsSuccess(pkg, leak, w.at)) found.push(w);
  }
  return [];
}

/** Close or Flush before each of these exits, its error given to the caller. */
function before(pkg: PackageModel, leak: Leak, exits: readonly Witness[]): Fix | null {
  const { holder, row, acquire, func } = leak;
  if (!holder || leak.inLoop) return null;
  const call = releaseText(row, acquire, holder.name);
  const reader = firstReader(pkg, leak);
  if (reader && exits.some(({ at, exit }) => exit === "return" && at.end <= reader.start)) return null;
  const edits: Edits[] =
    reader && !reader.is("return_statement")
      ? [insertBefore(reader, closing(pkg, leak, reader, call))]
      : exits.map(({ at, exit }) => {
          if (exit === "end") return atEnd(pkg, leak, at, call);
          const statement = statementOf(at);
          if (
            !statement ||
            at.kind !== "return_statement" ||
            at.find("identifier").some((n) => pkg.binding(n) === holder) ||
            lastIsCall(at)
          )
            return null;
          return insertBefore(statement, closing(pkg, leak, statement, call));
        });
  return fix({
    title: `${row.words.verb} ${holder.name} before ${reader ? "what it wrote is used" : "success is reported"}`,
    applicability: "unsafe",
    because:
      func.results.length > 0
        ? "the end of the data is written, and callers get the error of that"
        : "the end of the data is written where it was not before",
    edits,
    assumes: [statementOf(leak.call), ...exits.map((e) => e.at)],
  });
}

/** `return enc.Encode(v)` may write more: nothing can come before it. */
function lastIsCall(exit: GoNode): boolean {
  const operands = exit.items[0]?.kind === "expression_list" ? exit.items[0].items : exit.items;
  return operands.at(-1)?.kind === "call_expression";
}

/** `if err := zw.Close(); err != nil { return err }`; csv keeps its error for Error(). */
function closing(pkg: PackageModel, leak: Leak, at: GoNode, call: string): string[] {
  const holder = leak.holder?.name ?? "";
  const meant = pkg.resolve("err", at);
  const err = meant === null || meant.kind === "var" || meant.kind === "result" ? "err" : freshName(pkg, "err", at, at); // its own scope: it hides nothing that is needed there
  const last = leak.func.results.at(-1);
  const gives = last !== undefined && isNamed(pkg.typeAt(last.type), "error");
  const lines = gives ? giveUp(pkg, { ...leak.func, results: leak.func.results.map((r) => ({ ...r, binding: null })) }, at, err) : null;
  const csv = leak.acquire.symbol.startsWith("encoding/csv.");
  if (!lines) return [call];
  return [...(csv ? [call] : []), `if ${err} := ${csv ? `${holder}.Error()` : call}; ${err} != nil {`, ...lines.map((l) => `\t${l}`), "}"];
}

function atEnd(pkg: PackageModel, leak: Leak, body: GoNode, call: string): Edits {
  const holder = leak.holder;
  const { path, text } = body.source;
  if (!holder || pkg.resolve(holder.name, (unparen(body).children.at(-1) ?? body) as GoNode) !== holder) return null;
  const close = body.end - 1;
  const start = text.lastIndexOf("\n", close - 1) + 1;
  if (text.slice(start, close).trim() !== "") return null;
  return [{ at: { path, start, end: start }, text: `${text.slice(start, close)}\t${call}\n` }];
}
