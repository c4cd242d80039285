/** Writers that hold data back until they are closed or flushed. */
import { type GoNode, unparen } from "../../go/node.ts";
import type { PackageModel } from "../../model/model.ts";
import { calleesOf } from "../callees.ts";
import { statementOf } from "../edits.ts";
import type { Leak, Resource } from "../obligation.ts";
import { isNamed } from "../types.ts";

const type = (path: string): Resource["type"] => ({ path, name: "Writer", pointer: true });
const single = (path: string, names: readonly string[], failing: readonly string[] = []): Resource["acquire"] => [
  ...names.map((n) => ({ symbol: `${path}.${n}`, result: 0, type: type(path) })),
  ...failing.map((n) => ({ symbol: `${path}.${n}`, result: 0, error: 1, type: type(path) })),
];

const CLOSED = { verb: "Close", done: "closed", doing: "closing", dropped: "the writer is dropped before it is closed" };

/**
 * Closed, with an error that tells whether all was written. compress/flate is not among them: a stream that ends with Flush is what
 * WebSocket's permessage-deflate wants.
 */
export const CLOSED_WRITER: Resource = {
  id: "writer-not-closed",
  acquire: [
    ...single("compress/gzip", ["NewWriter"], ["NewWriterLevel"]),
    ...single("compress/zlib", ["NewWriter"], ["NewWriterLevel", "NewWriterLevelDict"]),
    ...single("archive/zip", ["NewWriter"]),
    ...single("archive/tar", ["NewWriter"]),
    ...single("mime/multipart", ["NewWriter"]),
    ...single("mime/quotedprintable", ["NewWriter"]),
  ],
  release: ["Close"],
  harmlessTwice: true,
  inMain: true,
  text: "{}.Close()",
  name: "w",
  type: type("compress/gzip"),
  words: CLOSED,
};

/** Flushed: bufio's Flush gives its error, csv's and tabwriter's leaves it to Error, or gives it. */
export const FLUSHED_WRITER: Resource = {
  id: "writer-not-closed",
  acquire: [
    ...single("bufio", ["NewWriter", "NewWriterSize"]),
    ...single("encoding/csv", ["NewWriter"]),
    ...single("text/tabwriter", ["NewWriter"]),
  ],
  release: ["Flush", "WriteAll"],
  harmlessTwice: true,
  inMain: true,
  text: "{}.Flush()",
  name: "w",
  type: type("bufio"),
  words: { verb: "Flush", done: "flushed", doing: "flushing", dropped: "the writer is dropped before it is flushed" },
};

/** Does the return statement say that all went well? Not where it stands under `err != nil`, or makes an error. */
export function reportsSuccess(pkg: PackageModel, leak: Leak, exit: GoNode): boolean {
  if (exit.kind !== "return_statement") return true;
  const last = leak.func.results.at(-1);
  if (!last || !isNamed(pkg.typeAt(last.type), "error")) return !underFailure(pkg, exit);
  const operands = exit.items[0]?.kind === "expression_list" ? exit.items[0].items : exit.items;
  const error = operands.at(-1) && unparen(operands.at(-1) as GoNode);
  if (!error) return !underFailure(pkg, exit);
  if (error.kind === "nil") return !underFailure(pkg, exit);
  if (error.kind === "identifier") return !underFailure(pkg, exit) && pkg.binding(error)?.entity === null;
  if (error.kind === "call_expression") {
    const symbol = pkg.symbol(error.child("function") as GoNode);
    const named = error.child("function")?.text ?? "";
    return symbol !== "fmt.Errorf" && !/(^|\.)(errors?\.|new\w*err|wrap)|err(or)?f?$/i.test(named) && !underFailure(pkg, exit);
  }
  return false;
}

/** In the branch of an `if` that is taken when an error is there, or a check failed by name. */
function underFailure(pkg: PackageModel, exit: GoNode): boolean {
  for (let n: GoNode | null = exit; n?.parent; n = n.parent) {
    const p: GoNode = n.parent;
    if (p.is("func_literal", "function_declaration", "method_declaration")) return false;
    if (p.kind !== "if_statement" || n.field !== "consequence") continue;
    const condition = p.child("condition");
    if (
      condition
        ?.find("identifier", "selector_expression")
        .some((i) => isNamed(pkg.typeOf(i), "error") || /^(e|err\w*|\w*Err)$/.test(i.text))
    )
      return true;
  }
  return false;
}

/** A writer that is made for later: `bufio.NewWriter(nil)`, and Reset where it is used. */
export function isMadeForLater(leak: Leak): boolean {
  if (leak.call.child("arguments")?.items[0]?.kind === "nil") return true;
  return (
    leak.holder?.uses.some((u) => u.node.parent?.kind === "selector_expression" && u.node.parent.child("field")?.text === "Reset") ?? false
  );
}

/** A test writes to what nobody can read: `zip.NewWriter(io.Discard)`, `tar.NewWriter(&bytes.Buffer{})`. */
export function isThrownAway({ pkg, call }: Leak): boolean {
  const sink = call.child("arguments")?.items[0];
  if (!sink || !pkg.fileOf(call).test) return false;
  if (sink.kind === "selector_expression") return pkg.symbol(sink) === "io.Discard";
  if (sink.is("identifier") || (sink.kind === "unary_expression" && sink.child("operand")?.kind !== "composite_literal")) return false;
  const made = pkg.typeOf(sink);
  return /^(new\(|&)/.test(sink.text) && made.kind === "pointer" && ["bytes.Buffer", "strings.Builder"].some((t) => isNamed(made.elem, t));
}

/** `if tw, _ := out.(*tabwriter.Writer); tw != nil { tw.Flush() }`: released under another name. */
export function isReleasedAsserted({ pkg, holder, row }: Leak): boolean {
  return (
    holder?.uses.some((u) => {
      const assertion = u.node.parent;
      const list = assertion?.kind === "type_assertion_expression" ? assertion.parent : null;
      const name = list?.parent?.kind === "short_var_declaration" ? list.parent.child("left")?.items[0] : null;
      const other = name?.kind === "identifier" ? pkg.binding(name) : null;
      return other?.uses.some((o) => {
        const field = o.node.parent?.kind === "selector_expression" ? o.node.parent.child("field")?.text : undefined;
        return field !== undefined && row.release.includes(field);
      });
    }) ?? false
  );
}

/** It is given to a function that wraps it by `bufio.NewWriter`: that gives the same writer back where it buffers already, and the function flushes it. */
export function isRewrapped({ pkg, holder, row }: Leak): boolean {
  if (row !== FLUSHED_WRITER) return false;
  return (
    holder?.uses.some(({ node }) => {
      const call = node.parent?.kind === "argument_list" ? node.parent.parent : null;
      const made = call?.kind === "call_expression" ? calleesOf(pkg, call) : [];
      return made.some((f) => {
        const calls = f.body?.find("call_expression") ?? [];
        const wraps = calls.some((c) => f.pkg.symbol(c.child("function") as GoNode) === "bufio.NewWriter");
        return wraps && calls.some((c) => f.pkg.symbol(c.child("function") as GoNode) === "bufio.Writer.Flush");
      });
    }) ?? false
  );
}

/**
 * The first statement beside the acquisition that reads what was written, a local buffer behind the last write: the end of the data must be
 * there by then. null where the writer writes to something else, or nobody reads it here.
 */
export function firstReader(pkg: PackageModel, { call, holder, func }: Leak): GoNode | null {
  const argument = call.child("arguments")?.items[0];
  const name = argument?.kind === "unary_expression" ? argument.child("operand") : argument;
  const sink = name?.kind === "identifier" ? pkg.binding(name) : null;
  const statement = statementOf(call);
  if (!holder || !statement || !sink || !name || sink.func !== func || sink.kind !== "var") return null;
  const type = pkg.typeOf(name);
  if (!["bytes.Buffer", "strings.Builder"].some((t) => isNamed(type.kind === "pointer" ? type.elem : type, t))) return null;
  const siblings = statement.parent?.items ?? [];
  const last = siblings.findLastIndex((s) =>
    holder.uses.some((u) => s.contains(u.node) && WRITES.test(u.node.parent?.child("field")?.text ?? "")),
  );
  return siblings.slice(last + 1).find((s) => s !== statement && sink.uses.some((u) => s.contains(u.node))) ?? null;
}

const WRITES = /^(Write|Create|ReadFrom|Add)/;

/** Something was written before: to a writer that nobody used there is nothing to close. */
export function isWritten(pkg: PackageModel, leak: Leak): boolean {
  if (!leak.holder || !leak.witness) return false;
  const { at, exit } = leak.witness;
  const flow = pkg.flow(leak.func);
  return leak.holder.uses.some((u) => {
    const p = u.node.parent;
    const writes = p?.kind === "selector_expression" ? WRITES.test(p.child("field")?.text ?? "") : p?.kind === "argument_list";
    if (!writes || !flow.reaches(leak.call, u.node, leak.stop)) return false;
    return (
      (exit === "return" && at.contains(u.node)) || (exit !== "turn" && flow.escape(u.node, { stop: leak.stop, exits: [exit] }) !== null)
    );
  });
}
