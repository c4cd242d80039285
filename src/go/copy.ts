/**
 * Copies a syntax tree into plain objects.
 *
 * A cursor of the binding costs several calls into WebAssembly per question, and asking it for everything takes longer than the parse.
 * Of a tree without errors only each node's kind is asked for: between two siblings stands nothing but whitespace, a node begins with
 * its first child and ends with its last, and a leaf's extent follows from Go's lexical rules. What these rules do not tell is asked.
 * Each top-level node's end is compared with the cursor's; where it differs, or where the tree has errors, everything is asked.
 */
import { FIELD_OF } from "./fields.ts";
import { type Field, GoNode, type Kind, type Source, type Token } from "./node.ts";
import type { Range } from "./parse.ts";
import { BACKSLASH, BLANK, CLASS, LF, lineCommentEnd, NEWLINE, QUOTE, SLASH, wordEnd } from "./scan.ts";

/** As much of the binding's `Language` as is needed. */
export interface Names {
  readonly nodeTypeCount: number;
  readonly fieldCount: number;
  nodeTypeForId(id: number): string | null;
  nodeTypeIsNamed(id: number): boolean;
  fieldNameForId(id: number): string | null;
}

/** As much of the binding's `TreeCursor` as is needed. */
export interface Cursor {
  readonly nodeTypeId: number;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly currentFieldId: number;
  readonly nodeIsMissing: boolean;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
}

/** How a kind's end is found. */
const INNER = 0;
/** An unnamed token: as long as its kind's spelling. */
const TOKEN = 1;
const WORD = 2;
const COMMENT = 3;
const STRING_CONTENT = 4;
const RAW_CONTENT = 5;
/** A leaf whose end is asked for. */
const ASK = 6;

const SHAPES: { readonly [kind in Kind]?: number } = {
  identifier: WORD,
  field_identifier: WORD,
  type_identifier: WORD,
  package_identifier: WORD,
  blank_identifier: WORD,
  label_name: WORD,
  int_literal: WORD,
  nil: WORD,
  true: WORD,
  false: WORD,
  iota: WORD,
  comment: COMMENT,
  interpreted_string_literal_content: STRING_CONTENT,
  raw_string_literal_content: RAW_CONTENT,
  float_literal: ASK,
  imaginary_literal: ASK,
  rune_literal: ASK,
  escape_sequence: ASK,
};

/** Kinds whose closing bracket is always their last child. */
const CLOSED: readonly Kind[] = [
  "argument_list",
  "parameter_list",
  "block",
  "literal_value",
  "parenthesized_expression",
  "parenthesized_type",
  "field_declaration_list",
  "import_spec_list",
  "var_spec_list",
  "type_arguments",
  "type_parameter_list",
  "index_expression",
  "slice_expression",
  "type_assertion_expression",
];

const PUNCTUATION: readonly string[] = ["(", ")", "{", "}", "[", "]", ",", ";", ".", "\n", ":", '"', "`"];

const ERROR_ID = 65535;

const NONE = 0;
const AMBIGUOUS = 255;

/** What is known of every kind, by the grammar's ids. */
export class Shapes {
  readonly kinds: (Kind | Token)[] = [];
  readonly named: boolean[] = [];
  readonly shape: Uint8Array;
  readonly fields: (Field | null)[] = [];
  readonly closed: boolean[] = [];
  readonly closer: boolean[] = [];
  readonly literal: boolean[] = [];
  readonly count: number;
  /** The one kind that reaches beyond its last child: to the newline that ends its last statement. */
  readonly statementList: number;
  /** Field id by parent id and child id. */
  private readonly fieldIds: Uint8Array;

  constructor(names: Names) {
    const n = names.nodeTypeCount;
    this.count = n;
    this.shape = new Uint8Array(n);
    const ids = new Map<string, number[]>();
    for (let id = 0; id < n; id++) {
      const kind = (names.nodeTypeForId(id) ?? "") as Kind | Token;
      const named = names.nodeTypeIsNamed(id);
      this.kinds[id] = kind;
      this.named[id] = named;
      this.shape[id] = named ? (SHAPES[kind as Kind] ?? INNER) : TOKEN;
      this.closed[id] = (CLOSED as readonly string[]).includes(kind);
      this.closer[id] = kind === ")" || kind === "]" || kind === "}";
      this.literal[id] = kind === "interpreted_string_literal" || kind === "raw_string_literal";
      ids.set(kind, [...(ids.get(kind) ?? []), id]);
    }
    this.statementList = ids.get("statement_list")?.[0] ?? -1;
    const byName = new Map<string, number>();
    for (let id = 0; id <= names.fieldCount; id++) {
      const name = names.fieldNameForId(id) as Field | null;
      this.fields[id] = name;
      if (name) byName.set(name, id);
    }
    this.fieldIds = new Uint8Array(n * n);
    for (const [parent, cells] of Object.entries(FIELD_OF)) {
      for (const [field, children] of Object.entries(cells)) {
        const value = field === "?" ? AMBIGUOUS : (byName.get(field) ?? AMBIGUOUS);
        for (const child of children.split(" ")) {
          if (PUNCTUATION.includes(child)) continue;
          for (const p of ids.get(parent) ?? []) for (const c of ids.get(child) ?? []) this.fieldIds[p * n + c] = value;
        }
      }
    }
  }

  /** The field of the node under the cursor. */
  field(cursor: Cursor, parent: number, child: number): Field | null {
    const id = this.fieldIds[parent * this.count + child] as number;
    if (id === NONE) return null;
    return this.fields[id === AMBIGUOUS ? cursor.currentFieldId : id] ?? null;
  }

  /** The field as the cursor says; punctuation stands under none. */
  askField(cursor: Cursor, id: number): Field | null {
    if (PUNCTUATION.includes(this.kinds[id] as string)) return null;
    return this.fields[cursor.currentFieldId] ?? null;
  }
}

interface Growing {
  end: number;
  children: readonly GoNode[];
}

/** Shared by all leaves; nobody adds to a node once it is made. */
const NO_CHILDREN: GoNode[] = [];

/**
 * Copies the node under the cursor with all below it, the cheap way. null when the text is not as the rules above expect; the cursor stands
 * where it stood in either case.
 */
export function copyQuickly(shapes: Shapes, cursor: Cursor, source: Source): GoNode | null {
  const { kinds, named, shape, closed, closer, literal } = shapes;
  const { text } = source;
  const rootId = cursor.nodeTypeId;
  const rootStart = cursor.startIndex;
  const rootEnd = cursor.endIndex;
  if (rootId === ERROR_ID) return null;
  const root = new GoNode(source, kinds[rootId] as Kind | Token, rootStart, rootEnd, null, null, named[rootId] as boolean);
  if (shape[rootId] !== INNER || !cursor.gotoFirstChild()) return root;

  const ids: number[] = [rootId];
  // Children wait here until their parent ends: arrays of just their number take a third of the memory of grown ones.
  const waiting: GoNode[] = [];
  const begins: number[] = [0];
  let depth = 0;
  let parent = root;
  let parentId = rootId;
  let start = rootStart;
  while (true) {
    const id = cursor.nodeTypeId;
    if (id === ERROR_ID) {
      for (; depth >= 0; depth--) cursor.gotoParent();
      return null;
    }
    const kind = kinds[id] as Kind | Token;
    const how = shape[id];
    const node = new GoNode(source, kind, start, start, parent, shapes.field(cursor, parentId, id), named[id] as boolean, NO_CHILDREN);
    waiting.push(node);
    if (how === INNER && cursor.gotoFirstChild()) {
      parent = node;
      parentId = ids[++depth] = id;
      begins[depth] = waiting.length;
      continue;
    }
    let end: number;
    if (how === TOKEN) end = start + kind.length;
    else if (how === WORD) end = wordEnd(text, start);
    else if (how === COMMENT) end = commentEnd(text, start);
    else if (how === STRING_CONTENT) end = stringContentEnd(text, start);
    else if (how === RAW_CONTENT) end = text.indexOf("`", start);
    else end = cursor.endIndex;
    (node as Growing).end = end;

    let last = closed[parentId] === true && closer[id] === true;
    while (last || !cursor.gotoNextSibling()) {
      last = false;
      cursor.gotoParent();
      const begin = begins[depth] as number;
      (parent as Growing).children = waiting.slice(begin);
      waiting.length = begin;
      if (depth === 0) return end === rootEnd ? root : null;
      if (parentId === shapes.statementList) end = cursor.endIndex;
      (parent as Growing).end = end;
      parent = parent.parent as GoNode;
      parentId = ids[--depth] as number;
    }
    start = literal[parentId] === true ? end : nextToken(text, end);
  }
}

/** Copies the node under the cursor with all below it, as the cursor says. Notes errors and missing tokens in `errors`. */
export function copyExactly(shapes: Shapes, cursor: Cursor, source: Source, errors: Range[]): GoNode {
  const root = exact(shapes, cursor, source, null, errors);
  if (!cursor.gotoFirstChild()) return root;
  let parent = root;
  while (true) {
    const node = exact(shapes, cursor, source, parent, errors);
    parent.children.push(node);
    if (cursor.gotoFirstChild()) {
      parent = node;
      continue;
    }
    while (!cursor.gotoNextSibling()) {
      cursor.gotoParent();
      if (parent === root) return root;
      parent = parent.parent as GoNode;
    }
  }
}

function exact(shapes: Shapes, cursor: Cursor, source: Source, parent: GoNode | null, errors: Range[]): GoNode {
  const id = cursor.nodeTypeId;
  const start = cursor.startIndex;
  const end = cursor.endIndex;
  if (id === ERROR_ID) {
    errors.push({ start, end });
    return new GoNode(source, "ERROR", start, end, parent, null, true);
  }
  if (start === end && cursor.nodeIsMissing) errors.push({ start, end });
  const field = parent ? shapes.askField(cursor, id) : null;
  return new GoNode(source, shapes.kinds[id] as Kind | Token, start, end, parent, field, shapes.named[id] as boolean);
}

function nextToken(text: string, from: number): number {
  let i = from;
  while (true) {
    const c = CLASS[text.charCodeAt(i)];
    if (c !== BLANK && c !== NEWLINE) return i;
    i++;
  }
}

function commentEnd(text: string, start: number): number {
  if (text.charCodeAt(start + 1) === SLASH) return lineCommentEnd(text, start);
  return text.indexOf("*/", start + 2) + 2;
}

function stringContentEnd(text: string, start: number): number {
  let i = start;
  while (i < text.length) {
    const c = text.charCodeAt(i);
    if (c === QUOTE || c === BACKSLASH || c === LF) break;
    i++;
  }
  return i;
}
