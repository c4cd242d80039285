import {
  type Departure,
  defineRule,
  departureOf,
  type Edits,
  type Fix,
  finding,
  fix,
  freshName,
  type GoNode,
  groupOf,
  insertAfter,
  isWrite,
  localChannels,
  loopsAround,
  ownOps,
  type PackageModel,
  replace,
  type Send,
  sameBinding,
  spanOf,
  statementOf,
  statementsOf,
  textOf,
  trailingComment,
  unparen,
  writtenLater,
} from "../../rule/index.ts";

/**
 * A goroutine that sends to a function which may have returned.
 *
 *     result := make(chan int)                result := make(chan int, 1)
 *     go func() {                             go func() {
 *         result <- compute()                     result <- compute()
 *     }()                               =>    }()
 *     select {                                select {
 *     case v := <-result:                     case v := <-result:
 *         return v, nil                           return v, nil
 *     case <-ctx.Done():                      case <-ctx.Done():
 *         return 0, ctx.Err()                     return 0, ctx.Err()
 *     }                                       }
 *
 * Safe with one send, behind which the goroutine does nothing: whether the receiver has the value already, nobody can tell. With room for
 * it the send never waits, and the channel is collected with what is in it.
 */
export default defineRule({
  id: "send-to-departed-receiver",
  family: "goroutines",
  title: "A goroutine sends to a function that may have returned",
  why: "Nobody else receives from the channel: once the function has left by another way, the send waits for ever, and the goroutine leaks with all that it holds.",
  fixSafety:
    "Room for one value is safe when there is at most one send for each channel and the goroutine does nothing behind it. Unsafe when something follows the send, which then runs without waiting for the receiver; when room for several senders is made; and when senders in a loop get a channel that tells them to give up.",
  silent:
    "The channel is handed over, or also received from elsewhere; the function closes it; its capacity is no constant, or has room for every send; the function is main.main; it waits for a group, or for a channel on which the goroutine that sends tells that it went another way; which of several sends were received depends on a count. Pedantic where a test leaves while the package's own code sends.",
  sources: ["https://go.dev/blog/pipelines", "https://songlh.github.io/paper/gcatch.pdf"],
  since: "0.1.0",
  tier: "recommended",
  triggers: [
    ["make(chan", "<-", "go "],
    ["make(chan", "<-", ".Go("],
  ],
  *check(pkg) {
    for (const channel of localChannels(pkg)) {
      const departure = departureOf(channel);
      const [send, ...others] = departure?.sends ?? [];
      if (!departure || !send) continue; // every way out has received, or it cannot be told
      const related = [
        { at: departure.channel.make, message: `${channel.binding.name} is made here` },
        ...others.map((o) => ({ at: o.node, message: "so does this one" })),
        ...(departure.clause ? [{ at: headOf(departure.clause), message: "when this case is taken, nobody receives" }] : []),
        {
          at: leftAt(departure),
          message: departure.witness.exit === "turn" ? "the next turn makes another channel" : "the function leaves here",
        },
      ];
      yield finding(this, send.node, messageFor(departure), fixesFor(pkg, departure), {
        related,
        tier: isLeftByTest(pkg, departure) ? "pedantic" : undefined,
        confidence: departure.received === "nothing" ? "proven" : "likely",
      });
    }
  },
});

/** The test made the channel, and left: what the code does with a channel of its own is another matter. */
function isLeftByTest(pkg: PackageModel, { channel, sends }: Departure): boolean {
  return pkg.fileOf(channel.make).test && sends.every((s) => !s.runner.body.pkg.fileOf(s.node).test);
}

function messageFor({ channel, received }: Departure): string {
  const { name } = channel.binding;
  return received === "nothing"
    ? `this send waits for ever when the function leaves without receiving from ${name}`
    : `this send waits for ever when the function leaves before it has received all of ${name}`;
}

/** The return statement, or the brace that closes the body. */
function leftAt({ witness }: Departure): GoNode {
  return witness.at.kind === "block" ? (witness.at.children.at(-1) ?? witness.at) : witness.at;
}

function headOf(clause: GoNode): GoNode {
  return clause.child("communication") ?? clause;
}

function fixesFor(pkg: PackageModel, d: Departure): (Fix | null)[] {
  if (d.looped) return [givesUp(pkg, d)];
  if (d.startLoop) return [roomForEach(pkg, d), givesUp(pkg, d)];
  return d.total === 1 ? [roomForOne(d)] : [roomForAll(d), givesUp(pkg, d)];
}

// ---------------------------------------------------------------- room

function roomForOne(d: Departure): Fix | null {
  const doubt = doubtOf(d);
  return fix({
    title: "Give the channel room for the one value",
    applicability: doubt ? "unsafe" : "safe",
    because: doubt ?? undefined,
    edits: [capacity(d, "1")],
    assumes: [d.channel.func.body, ...d.sends.map((s) => s.runner.body.node)],
  });
}

function roomForAll(d: Departure): Fix | null {
  return fix({
    title: `Give the channel room for ${d.total} values`,
    applicability: "unsafe",
    because: `it holds while there are ${d.total} sends at most, and no goroutine waits for its receiver any more`,
    edits: [capacity(d, String(d.total))],
    assumes: [d.channel.func.body],
  });
}

/** As many values as the loop starts goroutines: `len(xs)`, `n`. */
function roomForEach(pkg: PackageModel, d: Departure): Fix | null {
  const starts = new Set(d.sends.map((s) => s.runner.start));
  const [start] = starts;
  if (!start || starts.size !== 1 || d.sends.length !== 1 || !d.startLoop || loopsAround(start)[0] !== d.startLoop) return null;
  if (loopsAround(start).filter((l) => !l.contains(d.channel.make)).length !== 1) return null;
  const count = turnsOf(pkg, d.startLoop, d.channel.make);
  if (count === null) return null;
  return fix({
    title: "Give the channel room for every goroutine's value",
    applicability: "unsafe",
    because: "no goroutine waits for its receiver any more, and the values of all of them are kept until the channel is dropped",
    edits: [capacity(d, count)],
    assumes: [d.channel.func.body],
  });
}

/** How often a loop turns at most, as it can be written at `at`; null where that cannot be told. */
function turnsOf(pkg: PackageModel, loop: GoNode, at: GoNode): string | null {
  const range = loop.items.find((n) => n.kind === "range_clause")?.child("right");
  if (range) {
    if (range.kind === "int_literal") return range.text;
    if (!stable(pkg, range, at)) return null;
    const type = pkg.typeOf(range);
    if (type.kind === "slice" || type.kind === "array" || type.kind === "map")
      return pkg.resolve("len", at)?.kind === "builtin" ? `len(${textOf(range)})` : null;
    return type.kind === "basic" && type.name === "int" ? textOf(range) : null;
  }
  const clause = loop.items.find((n) => n.kind === "for_clause");
  const condition = clause?.child("condition");
  const initial = clause?.child("initializer")?.child("right")?.items[0]?.text;
  const counts =
    clause?.child("update")?.kind === "inc_statement" &&
    initial === "0" &&
    condition?.kind === "binary_expression" &&
    condition.children.some((c) => c.kind === "<");
  const limit = counts ? condition.child("right") : null;
  if (!limit) return null;
  return limit.kind === "int_literal" || (stable(pkg, limit, at) && isInt(pkg, limit)) ? textOf(limit) : null;
}

function isInt(pkg: PackageModel, e: GoNode): boolean {
  const type = pkg.typeOf(e);
  return type.kind === "basic" && (type.name === "int" || type.name === "untyped int");
}

/** A name, or the length of one, that means and is the same at `at` and in the loop. */
function stable(pkg: PackageModel, expression: GoNode, at: GoNode): boolean {
  const call = expression.kind === "call_expression" && pkg.symbol(unparen(expression.child("function") ?? expression)) === "len";
  const e = call ? expression.child("arguments")?.items[0] : expression;
  const binding = e?.kind === "identifier" ? pkg.binding(e) : null;
  if (!e || !binding || !sameBinding(pkg.resolve(binding.name, at), binding)) return false;
  if (binding.kind === "const") return true;
  return binding.func !== null && !binding.uses.some((u) => isWrite(u) && u.node.start > at.start);
}

function capacity({ channel }: Departure, size: string): Edits {
  const [type, before] = channel.make.child("arguments")?.items ?? [];
  if (!type) return null;
  return before ? replace(before, size) : [{ at: { ...spanOf(type), start: type.end }, text: `, ${size}` }];
}

/** Why a send that does not wait might change more than the leak; null when it does not. */
function doubtOf(d: Departure): string | null {
  if (d.channel.measured) return "the length or capacity of the channel is asked for";
  if (d.sends.some((s) => s.through !== null && s.runner.at === s.through))
    return "the send stands in a function that the goroutine calls: what follows it goes on without waiting for the receiver";
  const tries = ownOps(d.channel, "receive").some((r) => r.clause?.parent?.items.some((c) => c.kind === "default_case"));
  if (tries) return "a select with a default receives from it: whether a value is there then depends on the room";
  if (d.sends.some((s) => followed(d, s))) return "what the goroutine does after its send no longer waits for the receiver";
  return null;
}

/** Something with effects may run in the goroutine behind the send: a later statement, or a deferred call that the receiver could notice. */
function followed(d: Departure, send: Send): boolean {
  const { body, at, deferred } = send.runner;
  const own = deferred ? send.node.closest("func_literal", "function_declaration", "method_declaration")?.child("body") : body.body;
  if (!body.body || !own) return true;
  const noticed = body.body.find("defer_statement").some((s) => s.start < at.start && !harmless(d, body.pkg, s));
  return noticed || !endsWith(own, deferred ? send.node : at);
}

/** Deferred calls that nobody can tell from the send: closing the same channel, counting down a group. */
function harmless({ channel }: Departure, pkg: PackageModel, statement: GoNode): boolean {
  const call = statement.items[0];
  const callee = call?.child("function");
  if (!call || !callee) return false;
  const symbol = pkg.symbol(unparen(callee));
  if (symbol === "close") return call.child("arguments")?.items[0]?.text === channel.binding.name;
  return symbol === "sync.WaitGroup.Done" && groupOf(pkg, callee.child("operand")) !== null;
}

/** Nothing but plain returns stands behind the statement, out to the body's end. */
function endsWith(body: GoNode, at: GoNode): boolean {
  let s = statementOf(at);
  while (s) {
    const owner: GoNode | null = s.parent?.parent ?? null;
    if (!owner) return false;
    const after = statementsOf(owner).filter((n) => n.start > (s as GoNode).start);
    if (after[0]?.kind === "return_statement") return after[0].items.length === 0;
    if (after.length > 0) return false;
    if (owner === body) return true;
    const outer = owner.kind === "block" ? owner.parent : owner;
    if (!outer || outer.is("for_statement", "func_literal")) return false;
    s = statementOf(outer);
  }
  return false;
}

// ---------------------------------------------------------------- giving up

/** A channel that the function closes when it returns, and a select in every sender that waits for it, too. */
function givesUp(pkg: PackageModel, d: Departure): Fix | null {
  const { channel } = d;
  const made = statementOf(channel.make);
  const body = channel.func.body;
  if (!made || !body || made.parent?.parent !== body || writtenLater(channel.binding)) return null;
  const name = freshName(pkg, "done", made, body);
  const edits: Edits[] = [insertAfter(made, [`${name} := make(chan struct{})`, `defer close(${name})`])];
  for (const send of d.sends) {
    const inside = send.runner.body;
    const own = !send.through && send.node.parent?.kind === "statement_list" && pkg.functionOf(send.node) === inside;
    if (!own || inside.node.kind !== "func_literal" || inside.results.length > 0 || !body.contains(inside.node)) return null;
    edits.push(inSelect(send.node, name));
  }
  return fix({
    title: "Let the senders give up when the function returns",
    applicability: "unsafe",
    because: "a sender that gives up does not finish its work: what it holds must be released by defers",
    edits,
    assumes: [body],
  });
}

function inSelect(send: GoNode, done: string): Edits {
  const { text, path } = send.source;
  const line = text.lastIndexOf("\n", send.start - 1) + 1;
  const indent = text.slice(line, send.start);
  if (indent.trim() !== "") return null;
  const comment = trailingComment(send);
  const end = comment ? comment.end - (text[comment.end - 1] === "\r" ? 1 : 0) : send.end;
  return [
    { at: { path, start: send.start, end: send.start }, text: `select {\n${indent}case ` },
    ...(comment ? [{ at: { path, start: send.end, end: send.end }, text: ":" }] : []),
    { at: { path, start: end, end }, text: `${comment ? "" : ":"}\n${indent}case <-${done}:\n${indent}\treturn\n${indent}}` },
  ];
}
