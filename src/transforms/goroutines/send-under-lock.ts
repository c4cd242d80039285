import {
  channelOf,
  climb,
  constantOf,
  defineRule,
  deref,
  type Fix,
  type FuncModel,
  finding,
  fix,
  type GoNode,
  insertAfter,
  insertBefore,
  lockCallsIn,
  locksHeldAt,
  operandOf,
  type PackageModel,
  statementOf,
  type Type,
  unparen,
} from "../../rule/index.ts";

/**
 * A channel operation that blocks with a mutex held which the other side needs to get to its own end of the channel.
 *
 *     func (q *queue) put(v int) {          func (q *queue) drain() {
 *         q.mu.Lock()                           q.mu.Lock()
 *         defer q.mu.Unlock()                   defer q.mu.Unlock()
 *         q.ch <- v                             v := <-q.ch
 *     }                                     }
 */
export default defineRule({
  id: "send-under-lock",
  family: "goroutines",
  title: "channel operation that blocks while a mutex is held which the other side needs",
  why: "The one side waits for the channel and keeps the lock, the other waits for the lock and never comes to the channel: both stop for ever.",
  fixSafety:
    "A sketch to read: what the lock guards there, and whether it may be given up for the time of the operation, only the author can say.",
  silent:
    "The other side does its part without the lock, on some way at least; the operation is a case of a select with another case or a default; the channel has room by its make; who is at the other end, or which mutex it is, cannot be told.",
  sources: ["https://pkg.go.dev/sync#Mutex", "https://go.dev/ref/spec#Send_statements"],
  since: "0.1.0",
  tier: "pedantic",
  triggers: [
    ["Lock()", "<-"],
    ["Lock()", "range "],
  ],
  imports: ["sync"],
  *check(pkg) {
    for (const end of lockedEnds(pkg)) {
      const [lock] = end.locks;
      if (!lock || hasChoice(end.node) || hasRoom(pkg, end)) continue; // it need not wait
      const others = othersOf(pkg, end);
      if (!others || others.length === 0 || !others.every((o) => needs(pkg, o, lock))) continue; // somebody comes without the lock
      const other = others[0] as End;
      yield finding(
        this,
        end.node,
        `${end.sends ? "a send to" : "a receive from"} ${end.channel.text} waits with ${operandOf(lock)?.text} held`,
        [unlocked(end, lock)],
        {
          confidence: "likely",
          related: [
            { at: lock, message: "locked here" },
            { at: other.node, message: `the other side ${other.sends ? "sends" : "receives"} here, and needs the lock for that` },
          ],
        },
      );
    }
  },
});

/** A send or receive. */
interface End {
  readonly node: GoNode;
  readonly channel: GoNode;
  readonly sends: boolean;
  readonly func: FuncModel;
}

/** Those in triggered declarations that stand under a lock. */
function lockedEnds(pkg: PackageModel): (End & { readonly locks: readonly GoNode[] })[] {
  return [...pkg.nodes("send_statement", "unary_expression", "range_clause")].flatMap((node) => {
    const channel =
      node.kind === "send_statement" ? node.child("channel") : node.kind === "range_clause" ? node.child("right") : node.child("operand");
    const end = channel && endAt(pkg, channel);
    const locks = end ? locksHeldAt(pkg, node) : [];
    return end && locks.length > 0 ? [{ ...end, locks }] : [];
  });
}

/** The operation that uses a channel there; null when it is no send, receive or range. */
function endAt(pkg: PackageModel, channel: GoNode): End | null {
  const e = climb(channel);
  const p = e.parent;
  const func = pkg.functionOf(channel);
  if (!p || !func || !unparen(channel).is("identifier", "selector_expression")) return null;
  const base = { node: p, channel: unparen(channel), func };
  if (p.kind === "send_statement" && e.field === "channel") return { ...base, sends: true };
  if (p.kind === "unary_expression" && p.child("operator")?.kind === "<-") return { ...base, sends: false };
  return p.kind === "range_clause" && e.field === "right" && pkg.typeOf(e).kind === "chan" ? { ...base, sends: false } : null;
}

/** One case of several, or beside a default. */
function hasChoice(node: GoNode): boolean {
  const clause = node.closest("communication_case", "func_literal", "statement_list");
  const cases = clause?.kind === "communication_case" ? clause.parent?.items.filter((c) => c.is("communication_case", "default_case")) : [];
  return (cases?.length ?? 0) > 1;
}

/** The operations at the other end, wherever they stand; null when the channel goes to somebody who cannot be seen. */
function othersOf(pkg: PackageModel, end: End): End[] | null {
  const key = thingOf(pkg, end.channel);
  const name = end.channel.kind === "identifier" ? end.channel.text : (end.channel.child("field")?.text ?? "");
  if (!key || (key.parent?.kind !== "short_var_declaration" && /^\p{Lu}/u.test(name) && pkg.name !== "main")) return null;
  const found: End[] = [];
  for (const mention of pkg.mentions(name)) {
    const place = mention.kind === "field_identifier" ? mention.parent : mention;
    if (!place || mention === key || thingOf(pkg, place) !== key) continue;
    const other = endAt(pkg, place);
    if (!other) {
      if (goesOn(pkg, place)) return null;
      continue;
    }
    if (other.sends !== end.sends && other.func !== end.func) found.push(other);
  }
  return found;
}

/** The channel is handed to somebody: an argument, a result, a value, another name. Not so made, closed, compared or measured. */
function goesOn(pkg: PackageModel, place: GoNode): boolean {
  const e = climb(place);
  const p = e.parent;
  if (!p || p.kind === "binary_expression" || e.field === "name") return false;
  if (p.kind === "expression_list") return p.field !== "left";
  if (p.kind !== "argument_list") return p.kind !== "keyed_element" && p.kind !== "literal_element";
  return !["close", "len", "cap", "make"].includes(pkg.symbol(p.parent?.child("function") ?? p) ?? "");
}

/** It locks the same mutex before it, or in the turn before. */
function needs(pkg: PackageModel, end: End, lock: GoNode): boolean {
  const flow = pkg.flow(end.func);
  return lockCallsIn(end.func).some((own) => sameLock(pkg, own, lock) && flow.reaches(own, end.node));
}

/** What declares the variable or field that the expression names: of which value it is a field cannot be told, and is taken to be one. */
function thingOf(pkg: PackageModel, e: GoNode): GoNode | null {
  const place = unparen(e);
  if (place.kind === "selector_expression") {
    const field = pkg.selection(place)?.field;
    return field?.node?.childrenOf("name").find((n) => n.text === field.name) ?? null;
  }
  return place.kind === "identifier" ? (pkg.binding(place)?.node ?? null) : null;
}

function sameLock(pkg: PackageModel, a: GoNode, b: GoNode): boolean {
  const [x, y] = [operandOf(a), operandOf(b)];
  const readers = [a, b].every((l) => unparen(l.child("function") ?? l).child("field")?.text === "RLock");
  if (!x || !y || readers) return false;
  const thing = thingOf(pkg, x);
  if (thing !== null && thing === thingOf(pkg, y)) return true;
  const [p, q] = [pkg.binding(x), pkg.binding(y)];
  return p?.kind === "receiver" && q?.kind === "receiver" && sameName(deref(pkg.typeOf(x)), deref(pkg.typeOf(y))); // an embedded mutex
}

/** The same named type; methods of a generic one name its parameters anew. */
function sameName(a: Type, b: Type): boolean {
  return a.kind === "named" && b.kind === "named" && a.name === b.name && a.path === b.path && !a.local && !b.local;
}

/** The channel is made with room, as far as its makes can be seen. */
function hasRoom(pkg: PackageModel, { channel, sends }: End): boolean {
  if (!sends) return false;
  const local = channel.kind === "identifier" ? pkg.binding(channel) : null;
  if (local && !local.entity) return (channelOf(pkg, local)?.capacity ?? 0) > 0;
  const name = channel.kind === "identifier" ? channel.text : (channel.child("field")?.text ?? "");
  return [...pkg.mentions(name)].some((mention) => {
    const statement = statementOf(mention) ?? mention.closest("var_spec");
    return (statement?.find("call_expression") ?? []).some((c) => {
      const size = c.child("arguments")?.items[1];
      return c.child("function")?.text === "make" && size !== undefined && constantOf(pkg, size) !== 0;
    });
  });
}

/** Unlock before, Lock behind. */
function unlocked({ node }: End, lock: GoNode): Fix | null {
  const statement = statementOf(node);
  const mutex = operandOf(lock)?.text;
  const name = unparen(lock.child("function") ?? lock).child("field")?.text ?? "Lock";
  if (!statement || !mutex || node.kind === "range_clause") return null;
  return fix({
    title: `Give ${mutex} up for the time of the operation`,
    applicability: "display",
    because: "what the lock guards may change in between",
    edits: [insertBefore(statement, `${mutex}.${name === "RLock" ? "RUnlock" : "Unlock"}()`), insertAfter(statement, `${mutex}.${name}()`)],
  });
}
