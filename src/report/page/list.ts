/** The list of findings: a listbox that draws as many rows as were scrolled or moved to. */
import type { PageData } from "./data.ts";
import { SAFETY } from "./detail.ts";
import { h } from "./dom.ts";

const STEP = 150;

export class FindingList {
  private readonly data: PageData;
  private readonly root: HTMLElement;
  private readonly onPick: (finding: number) => void;
  private shown: readonly number[] = [];
  private drawn = 0;
  /** Place in `shown`; -1 when there is nothing. */
  private at = -1;

  constructor(data: PageData, root: HTMLElement, onPick: (finding: number) => void) {
    this.data = data;
    this.root = root;
    this.onPick = onPick;
    root.addEventListener("keydown", (event) => this.onKey(event));
    root.addEventListener("scroll", () => {
      if (root.scrollTop + root.clientHeight > root.scrollHeight - 600) this.draw(this.drawn + STEP);
    });
  }

  /** Shows these findings and keeps the one that was picked, where it is among them. */
  show(shown: readonly number[]): void {
    const before = this.shown[this.at];
    this.shown = shown;
    this.drawn = 0;
    this.root.replaceChildren();
    this.draw(STEP);
    const kept = before === undefined ? -1 : shown.indexOf(before);
    this.root.scrollTop = 0;
    this.pick(kept >= 0 ? kept : shown.length > 0 ? 0 : -1);
  }

  move(by: number): void {
    if (this.shown.length > 0) this.pick(Math.min(this.shown.length - 1, Math.max(0, this.at + by)));
  }

  private pick(at: number): void {
    this.row(this.at)?.setAttribute("aria-selected", "false");
    this.at = at;
    this.draw(at + 1);
    const row = this.row(at);
    row?.setAttribute("aria-selected", "true");
    row?.scrollIntoView({ block: "nearest" });
    if (row) this.root.setAttribute("aria-activedescendant", row.id);
    else this.root.removeAttribute("aria-activedescendant");
    this.onPick(this.shown[at] ?? -1);
  }

  private row(at: number): Element | undefined {
    return this.root.children[at];
  }

  private draw(until: number): void {
    const end = Math.min(this.shown.length, until);
    const rows: Node[] = [];
    for (; this.drawn < end; this.drawn++) rows.push(this.make(this.drawn));
    this.root.append(...rows);
  }

  private make(at: number): HTMLElement {
    const index = this.shown[at] ?? 0;
    const f = this.data.findings[index];
    if (!f) return h("div");
    return h(
      "div",
      {
        role: "option",
        id: `f${index}`,
        class: "finding",
        "aria-selected": "false",
        "aria-posinset": at + 1,
        "aria-setsize": this.shown.length,
        onclick: () => this.pick(at),
      },
      h("span", { class: `dot ${f.safety}`, title: SAFETY[f.safety] }),
      h("span", { class: "what" }, f.message),
      h("span", { class: "where" }, `${f.path}:${f.line}`),
      h("span", { class: "which" }, `${this.data.rules[f.rule]?.id ?? ""}, ${SAFETY[f.safety]}`),
    );
  }

  private onKey(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.root.clientHeight / 64));
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      j: 1,
      ArrowUp: -1,
      k: -1,
      PageDown: page,
      PageUp: -page,
      Home: -this.shown.length,
      End: this.shown.length,
    };
    const by = moves[event.key];
    if (event.key === "Enter") document.getElementById("detail-title")?.focus();
    else if (by !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) this.move(by);
    else return;
    event.preventDefault();
  }
}
