/**
 * Patterns: Go code with metavariables, and where it stands in a file. Shape and words have to agree; commas, brackets and comments do not
 * count. `time.AfterFunc` in a pattern is the function of package time, under whatever name the file has it, and nothing else;
 * so are `len`, `nil` and the other predeclared names.
 */
import type { GoNode, Kind } from "../go/node.ts";
import type { PackageModel } from "../model/model.ts";
import { universe } from "../model/universe.ts";
import { type PackageNames, pathsFor, qualified } from "./packages.ts";
import { type Meta, oneLine, placeholder, type SnippetKind, snippet, TransformError, unplaced } from "./snippet.ts";

/** How a pattern is read. */
export interface PatternOptions {
  /** Packages of other modules by the names that the pattern uses for them; those of the standard library are known. */
  readonly imports?: PackageNames;
  /** Read the pattern as this, where it could be several: `*$t` is an expression unless "type" is asked for. */
  readonly as?: SnippetKind;
}

/** What the metavariables stand for, in the order of the text. */
export type Captures = ReadonlyMap<string, readonly GoNode[]>;

/** A part of a pattern. */
interface Part {
  readonly kind: GoNode["kind"];
  readonly field: GoNode["field"];
  readonly meta: Meta | null;
  /** Of a leaf. */
  readonly text: string | null;
  readonly parts: readonly Part[];
  /** It may be missing: a list of which all may be. */
  readonly optional: boolean;
  /** Of `time.AfterFunc`: import paths one of which the operand has to be. */
  readonly paths: readonly string[];
  /** A predeclared name, which must not be declared anew where it stands. */
  readonly predeclared: boolean;
}

const PUNCTUATION = new Set<string>(["(", ")", "{", "}", "[", "]", ",", ";", ":", ".", "\n", "\0"]);
/** `time.AfterFunc`, and the type `time.Duration`. */
const QUALIFIED = new Set<string>(["selector_expression", "qualified_type"]);
const LITERALS = new Set<string>(["interpreted_string_literal", "raw_string_literal", "rune_literal"]);

/** A pattern, read once and matched against many nodes. */
export class Pattern {
  /** As it was written. */
  readonly text: string;
  private readonly part: Part;

  /** Throws `TransformError` for what is no Go, or no single node. */
  constructor(text: string, options: PatternOptions = {}) {
    this.text = text;
    const { nodes } = snippet(text, options.as);
    const [node] = nodes;
    if (!node || nodes.length > 1)
      throw new TransformError(`"${oneLine(text)}" is several nodes: a pattern is one expression, statement, clause, type or declaration`);
    const whole = node.kind === "expression_statement" && node.items[0] ? node.items[0] : node;
    this.part = partOf(whole, options.imports ?? {});
    if (this.part.meta) throw new TransformError(`"${oneLine(text)}" would match everything`);
  }

  /** Names of the metavariables. */
  get names(): readonly string[] {
    const names = new Set<string>();
    const walk = (part: Part): void => {
      if (part.meta?.name) names.add(part.meta.name);
      for (const p of part.parts) walk(p);
    };
    walk(this.part);
    return [...names];
  }

  /** Kinds of the nodes that can match. */
  get kinds(): readonly Kind[] {
    const { kind, paths } = this.part;
    return (paths.length > 0 ? [...QUALIFIED, "identifier", "type_identifier"] : [kind]) as Kind[];
  }

  /** What the metavariables stand for when the node is what the pattern says; null when it is not. */
  match(pkg: PackageModel, node: GoNode): Captures | null {
    return new Matcher(pkg).whole(this.part, node);
  }
}

function partOf(node: GoNode, given: PackageNames): Part {
  const meta = placeholder(node);
  const base = { kind: node.kind, field: node.field, meta, text: null, parts: [], optional: false, paths: [], predeclared: false };
  if (meta) return { ...base, optional: meta.many };
  const children = LITERALS.has(node.kind) ? [] : significant(node);
  if (children.length === 0) {
    const named = node.kind === "identifier" || node.kind === "type_identifier";
    return { ...base, text: node.text, predeclared: named && universe.bindings.has(node.text) };
  }
  const q = qualified(node);
  const paths = q ? pathsFor(q.operand, q.member, given) : [];
  const parts = children.map((c) => partOf(c, given));
  const list = node.kind === "statement_list" || node.kind === "expression_list";
  return { ...base, parts, paths, optional: list && parts.every((p) => p.optional) };
}

/** The children that say something. */
function significant(node: GoNode): GoNode[] {
  return node.children.filter((c) => c.kind !== "comment" && (c.named || !PUNCTUATION.has(c.kind)));
}

type Bound = Map<string, readonly GoNode[]>;

class Matcher {
  private readonly pkg: PackageModel;

  constructor(pkg: PackageModel) {
    this.pkg = pkg;
  }

  whole(part: Part, node: GoNode): Captures | null {
    return this.one(part, node, new Map());
  }

  /** The captures with those of this part; null when it does not match. What is given is not changed. */
  private one(part: Part, node: GoNode, bound: Bound): Bound | null {
    if (part.meta) return this.bind(part.meta, [node], bound);
    if (part.paths.length > 0) return this.member(part, node, bound);
    if (part.kind !== node.kind) return null;
    if (part.text !== null) return part.text === node.text && this.means(part, node) ? bound : null;
    return this.row(part.parts, significant(node), bound);
  }

  /** `time.AfterFunc`, or `AfterFunc` under a dot import and in the package itself. */
  private member(part: Part, node: GoNode, bound: Bound): Bound | null {
    const member = part.parts.at(-1) as Part;
    if (QUALIFIED.has(node.kind)) {
      const [first, ...rest] = significant(node);
      const path = first && this.importPath(first);
      const last = rest.at(-1);
      if (!path || !last || !part.paths.includes(path)) return null;
      // A type's name is of another kind than a function's.
      return member.text === null ? this.one(member, last, bound) : member.text === last.text ? bound : null;
    }
    if (member.text === null || node.text !== member.text || (node.kind !== "identifier" && node.kind !== "type_identifier")) return null;
    if (node.parent?.kind === "selector_expression" || node.field === "name") return null;
    const symbol = this.pkg.symbol(node);
    return part.paths.some((path) => symbol === `${path}.${member.text}`) ? bound : null;
  }

  private importPath(operand: GoNode): string | null {
    if (operand.kind !== "identifier" && operand.kind !== "package_identifier") return null;
    const binding = this.pkg.binding(operand);
    return binding?.kind === "import" ? (binding.import?.path ?? null) : null;
  }

  private means({ predeclared }: Part, node: GoNode): boolean {
    if (!predeclared) return true;
    const binding = this.pkg.binding(node);
    return binding === null || binding.scope.kind === "universe";
  }

  /** Children in a row; `$$$` takes as few as the rest allows. */
  private row(parts: readonly Part[], nodes: readonly GoNode[], bound: Bound): Bound | null {
    const [part, ...rest] = parts;
    if (!part) return nodes.length === 0 ? bound : null;
    if (part.meta?.many) {
      for (let n = 0; n <= nodes.length; n++) {
        const taken = this.bind(part.meta, nodes.slice(0, n), bound);
        const whole = taken && this.row(rest, nodes.slice(n), taken);
        if (whole) return whole;
      }
      return null;
    }
    const [node, ...others] = nodes;
    if (node && sameField(part, node)) {
      const taken = this.one(part, node, bound);
      const whole = taken && this.row(rest, others, taken);
      if (whole) return whole;
    }
    if (!part.optional) return null;
    const nothing = this.nothing(part, bound);
    return nothing && this.row(rest, nodes, nothing);
  }

  /** A list that is not there: its `$$$` stand for nothing. */
  private nothing(part: Part, bound: Bound): Bound | null {
    let all: Bound | null = bound;
    for (const p of part.parts) all = all && p.meta ? this.bind(p.meta, [], all) : all;
    return all;
  }

  private bind(meta: Meta, nodes: readonly GoNode[], bound: Bound): Bound | null {
    if (!meta.many && nodes.some((n) => !n.named)) return null;
    const own = nodes.map(unplaced);
    if (meta.name === "") return bound;
    const before = bound.get(meta.name);
    if (before) return before.length === own.length && before.every((b, i) => own[i] && sameCode(b, own[i])) ? bound : null;
    return new Map(bound).set(meta.name, own);
  }
}

/** `a[$x:]` is not `a[:$x]`. */
function sameField(part: Part, node: GoNode): boolean {
  return part.field === node.field || part.field === null || node.field === null;
}

/** The same words in the same shape, whatever stands between them. */
export function sameCode(a: GoNode, b: GoNode): boolean {
  if (a.kind !== b.kind) return false;
  const [left, right] = LITERALS.has(a.kind) ? [[], []] : [significant(a), significant(b)];
  if (left.length === 0 && right.length === 0) return a.text === b.text;
  return (
    left.length === right.length && left.every((n, i) => right[i] !== undefined && n.field === right[i].field && sameCode(n, right[i]))
  );
}
