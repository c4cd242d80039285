/**
 * A cursor that calls the binding's WebAssembly functions directly.
 *
 * The binding's own cursor writes its state into WebAssembly memory before every question and reads it back after every step, through
 * accessors that cost more than the step (measured: 800 ns a node against 180 ns). The functions themselves keep the state where they find
 * it, so between two steps of one walk nothing need be copied. Nothing here reads or writes that memory.
 *
 * The functions are the binding's inner face: `directCursor` proves them against the public cursor on a sample and gives null when
 * they are not there or answer otherwise; the public cursor serves then.
 */
import type { Cursor } from "./copy.ts";

/** A walk over one tree; the binding must not be used for anything else until `delete`. */
export interface Walk extends Cursor {
  delete(): void;
}

/** What the binding gives to walk over. */
export interface Walkable {
  walk(): Walk;
}

type Call = (tree: number) => number;

const FUNCTIONS = {
  root: "_ts_tree_root_node_wasm",
  open: "_ts_tree_cursor_new_wasm",
  close: "_ts_tree_cursor_delete_wasm",
  kind: "_ts_tree_cursor_current_node_type_id_wasm",
  start: "_ts_tree_cursor_start_index_wasm",
  end: "_ts_tree_cursor_end_index_wasm",
  field: "_ts_tree_cursor_current_field_id_wasm",
  missing: "_ts_tree_cursor_current_node_is_missing_wasm",
  down: "_ts_tree_cursor_goto_first_child_wasm",
  next: "_ts_tree_cursor_goto_next_sibling_wasm",
  up: "_ts_tree_cursor_goto_parent_wasm",
} as const;

type Functions = Record<keyof typeof FUNCTIONS, Call>;

class DirectCursor implements Walk {
  private readonly calls: Functions;
  private readonly tree: number;

  constructor(calls: Functions, tree: number) {
    this.calls = calls;
    this.tree = tree;
    calls.root(tree);
    calls.open(tree);
  }

  get nodeTypeId(): number {
    return this.calls.kind(this.tree);
  }
  get startIndex(): number {
    return this.calls.start(this.tree);
  }
  get endIndex(): number {
    return this.calls.end(this.tree);
  }
  get currentFieldId(): number {
    return this.calls.field(this.tree);
  }
  get nodeIsMissing(): boolean {
    return this.calls.missing(this.tree) === 1;
  }
  gotoFirstChild(): boolean {
    return this.calls.down(this.tree) === 1;
  }
  gotoNextSibling(): boolean {
    return this.calls.next(this.tree) === 1;
  }
  gotoParent(): boolean {
    return this.calls.up(this.tree) === 1;
  }
  delete(): void {
    this.calls.close(this.tree);
  }
}

/** Opens direct cursors on trees; null when `module`, the binding's module object, does not bear it out on the sample tree. */
export function directCursor(module: object, sample: Walkable): ((tree: Walkable) => Walk) | null {
  const exported = module as Readonly<Record<string, unknown>>;
  const calls: Partial<Functions> = {};
  for (const [name, export_] of Object.entries(FUNCTIONS)) {
    const call = exported[export_];
    if (typeof call !== "function") return null;
    calls[name as keyof Functions] = call as Call;
  }
  const open = (tree: Walkable) => new DirectCursor(calls as Functions, (tree as unknown as { readonly 0: number })[0]);
  if (typeof (sample as unknown as { readonly 0?: unknown })[0] !== "number") return null;
  return trace(open(sample)) === trace(sample.walk()) ? open : null;
}

/** All that a cursor says of a tree. */
function trace(cursor: Walk): string {
  const said: (number | boolean)[] = [];
  let depth = 0;
  do {
    said.push(cursor.nodeTypeId, cursor.startIndex, cursor.endIndex, cursor.currentFieldId, cursor.nodeIsMissing);
    if (cursor.gotoFirstChild()) {
      depth++;
      continue;
    }
    let moved = cursor.gotoNextSibling();
    while (!moved && depth > 0) {
      cursor.gotoParent();
      depth--;
      moved = depth > 0 && cursor.gotoNextSibling();
    }
  } while (depth > 0);
  cursor.delete();
  return said.join();
}
