/**
 * What the grammar makes of text that can be read in two ways. `f[a](x)` may be an index and a call, type arguments and a call, or a conversion;
 * `(*T[a])(x)` a call or a conversion. The grammar tries all of them and keeps the reading with the highest sum of its dynamic precedences;
 * of equal ones a conversion comes first, then the index. These sums are worked out here.
 */
import type { Field, GoNode, Kind } from "../node.ts";
import { branch, held, type Making, REFUSED } from "./making.ts";

/** What the parts of a name or of a type weigh, as `prec.dynamic` of the grammar says. */
const INDEX = 1;
const TYPE_ARGUMENTS = 2;
const GENERIC_TYPE = 1;
const TYPE_NAME = -1;
const CONVERSION = -1;
const INSTANTIATION = -1;

/** Whether an expression could spell a type as well. */
export function spellsType(node: GoNode): boolean {
  const { kind, children } = node;
  switch (kind) {
    case "identifier":
      return true;
    case "selector_expression":
      return isName(children[0]);
    case "unary_expression":
      return children[0]?.kind === "*" && spellsType(children[1] as GoNode);
    case "parenthesized_expression":
      return spellsType(children[1] as GoNode);
    case "index_expression":
      return namesType(children[0] as GoNode) && spellsType(children[2] as GoNode);
    default:
      return false;
  }
}

/** A name, or one behind a package's name: what can stand before a composite literal or type arguments. */
export function namesType(node: GoNode): boolean {
  return isName(node) || (node.kind === "selector_expression" && isName(node.children[0]));
}

function isName(node: GoNode | undefined): boolean {
  return node?.kind === "identifier";
}

/** What an expression that spells a type weighs as an expression. */
export function weightAsExpression(node: GoNode): number {
  const { kind, children } = node;
  switch (kind) {
    case "unary_expression":
    case "parenthesized_expression":
      return weightAsExpression(children[1] as GoNode);
    case "index_expression":
      return INDEX + weightAsExpression(children[2] as GoNode);
    default:
      return 0;
  }
}

/** What it weighs as a type. */
export function weightAsType(node: GoNode): number {
  const { kind, children } = node;
  switch (kind) {
    case "identifier":
      return TYPE_NAME;
    case "unary_expression":
    case "parenthesized_expression":
      return weightAsType(children[1] as GoNode);
    case "index_expression":
      return GENERIC_TYPE + TYPE_ARGUMENTS + weightAsType(children[2] as GoNode);
    default:
      return 0;
  }
}

/** `f[index]` before an argument list: the reading that is taken. `base` may name a type; `single`: one argument, as a conversion has. */
export function readingOfIndexed(index: GoNode, base: boolean, single: boolean): "index" | "arguments" | "conversion" {
  const indexed = INDEX + weightAsExpression(index);
  const typed = TYPE_ARGUMENTS + weightAsType(index);
  if (base && single && CONVERSION + GENERIC_TYPE + typed >= indexed) return "conversion";
  return indexed >= typed ? "index" : "arguments";
}

/** Whether `x[index]` before anything else is taken for a generic function with its type arguments. */
export function isInstantiation(x: GoNode, index: GoNode): boolean {
  if (!spellsType(x) || !spellsType(index)) return false;
  const indexed = INDEX + weightAsExpression(x) + weightAsExpression(index);
  return INSTANTIATION + weightAsType(x) + weightAsType(index) >= indexed;
}

/** Whether `(inner)(x)` is taken for a conversion. */
export function isConversion(inner: GoNode): boolean {
  return CONVERSION + weightAsType(inner) >= weightAsExpression(inner);
}

/** A type that no expression spells. */
export function isBare(node: GoNode): boolean {
  switch (node.kind) {
    case "slice_type":
    case "array_type":
    case "implicit_length_array_type":
    case "map_type":
    case "channel_type":
    case "function_type":
    case "struct_type":
    case "interface_type":
    case "pointer_type":
    case "parenthesized_type":
      return true;
    default:
      return false;
  }
}

/** An expression as the type that its text spells; a type as it is. Throws `REFUSED` when it spells none. */
export function toType(node: GoNode): GoNode {
  if (isBare(node)) return node;
  const { kind, children } = node;
  switch (kind) {
    case "identifier":
      return become(node, "type_identifier", node.field);
    case "selector_expression":
      if (!isName(children[0])) throw REFUSED;
      become(children[0] as GoNode, "package_identifier", "package");
      become(children[2] as GoNode, "type_identifier", "name");
      return become(node, "qualified_type", node.field);
    case "unary_expression":
      if (children[0]?.kind !== "*") throw REFUSED;
      (children[0] as Making).field = null;
      return wrapped(node, "pointer_type");
    case "parenthesized_expression":
      return wrapped(node, "parenthesized_type");
    case "index_expression":
      return genericOf(children);
    default:
      throw REFUSED;
  }
}

/** `f[a]` as a generic type. */
function genericOf(children: readonly GoNode[]): GoNode {
  const [name, open, index, close] = children as [GoNode, GoNode, GoNode, GoNode];
  if (!namesType(name)) throw REFUSED;
  return generic(toType(name), branch("type_arguments", [open, typeElement(toType(index)), close]));
}

export function generic(name: GoNode, typeArguments: GoNode): GoNode {
  return branch("generic_type", [held(name, "type"), held(typeArguments, "type_arguments")]);
}

/** One type argument. */
export function typeElement(type: GoNode): GoNode {
  (type as Making).field = null;
  return branch("type_elem", [type]);
}

function wrapped(node: GoNode, kind: Kind): GoNode {
  const inner = toType(node.children[1] as GoNode);
  (inner as Making).field = null;
  (inner as Making).parent = node;
  node.children[1] = inner;
  return become(node, kind, node.field);
}

function become(node: GoNode, kind: Kind, field: Field | null): GoNode {
  const making: Making = node;
  making.kind = kind;
  making.field = field;
  return node;
}
