/** The texts of a review, and what a fix would make of them. */
import { renderOutcome } from "../../engine/outcome.ts";
import { Preview } from "../../engine/preview.ts";
import type { FileChange } from "../../engine/report.ts";
import type { Fix } from "../../rule/rule.ts";
import type { Item } from "./core/item.ts";
import type { Decision } from "./core/state.ts";

/** The files that change; or why that cannot be shown. */
export type Outlook = readonly FileChange[] | { readonly fault: string };

/** Outlooks that are kept. */
const KEPT = 64;

export class Sources {
  private readonly texts = new Map<string, string>();
  private preview = new Preview((path) => this.text(path));
  private readonly known = new Map<string, Outlook>();
  private readonly edits = new WeakMap<Decision, Outlook>();

  /** As files were read, by path. What is known of a text that is replaced is forgotten. */
  add(texts: ReadonlyMap<string, string>): void {
    let replaced = false;
    for (const [path, text] of texts) {
      const old = this.texts.get(path);
      replaced ||= old !== undefined && old !== text;
      this.texts.set(path, text);
    }
    if (!replaced) return;
    this.preview = new Preview((path) => this.text(path));
    this.known.clear();
  }

  text(path: string): string {
    return this.texts.get(path) ?? "";
  }

  /** What one alternative makes of the files, or a fix as somebody rewrote it. `loadFormatter()` must have been awaited. */
  outlook(item: Item, fix: number, decision?: Decision): Outlook {
    if (decision?.kind === "edit" && decision.fix === fix) return this.edited(decision);
    const key = `${item.id}\0${fix}`;
    let known = this.known.get(key);
    if (!known) {
      known = this.make(item, fix);
      this.known.set(key, known);
      for (const oldest of this.known.keys()) {
        if (this.known.size <= KEPT) break;
        this.known.delete(oldest);
      }
    }
    return known;
  }

  private make(item: Item, index: number): Outlook {
    const fix = item.alternatives[index]?.fix;
    if (!fix) return [];
    if (fix.edits.length === 0) return [];
    try {
      return this.preview.files(fix);
    } catch (error) {
      return { fault: error instanceof Error ? error.message : String(error) };
    }
  }

  private edited(decision: Extract<Decision, { kind: "edit" }>): Outlook {
    let known = this.edits.get(decision);
    if (!known) {
      const fix: Fix = { title: "", applicability: "unsafe", because: "", edits: decision.edits };
      const { files, invalid, unparsed } = renderOutcome([fix], (path) => this.text(path));
      const fault = invalid.get(fix) ?? unparsed.get(fix);
      known = fault === undefined ? files : { fault };
      this.edits.set(decision, known);
    }
    return known;
  }
}
