/** One finding in full: where, what, why, the way on which it goes wrong, and its fixes as highlighted diffs. */
import type { PageData, PageFinding, PageFix, Safety } from "./data.ts";
import { h } from "./dom.ts";
import { pieces } from "./highlight.ts";

export const SAFETY: Readonly<Record<Safety, string>> = {
  safe: "safe fix",
  unsafe: "unsafe fix",
  display: "sketch",
  none: "by hand",
};

export function detail(data: PageData, finding: PageFinding): Node[] {
  const rule = data.rules[finding.rule];
  return [
    h("p", { class: "place" }, `${finding.path}:${finding.line}:${finding.column}`),
    h("h2", { id: "detail-title", tabindex: "-1" }, finding.message),
    h(
      "p",
      { class: "tags" },
      h("span", { class: `tag ${finding.safety}` }, SAFETY[finding.safety]),
      h("span", { class: "tag" }, rule?.id ?? ""),
      h("span", { class: "tag" }, finding.confidence),
      ...finding.owners.map((owner) => h("span", { class: "tag" }, owner)),
    ),
    code(finding),
    ...(finding.related.length > 0 ? [steps(finding)] : []),
    ...(rule ? [h("h3", {}, "Why it matters"), h("p", {}, rule.why)] : []),
    ...finding.fixes.flatMap((fix, i) => shownFix(fix, i, finding.fixes.length)),
    h("h3", {}, "Apply it"),
    command(finding, rule?.id ?? ""),
  ];
}

function code({ code: { first, marked, lines } }: PageFinding): HTMLElement {
  const rows = lines.map((line, i) => {
    const n = first + i;
    const own = n >= marked[0] && n <= marked[1];
    return h(
      "span",
      { class: own ? "row own" : "row" },
      h("span", { class: "n", "aria-hidden": "true" }, String(n)),
      own ? h("span", { class: "hidden" }, "found here: ") : null,
      ...highlighted(line),
      "\n",
    );
  });
  return h("pre", { class: "code", tabindex: "0", "aria-label": "The code" }, ...rows);
}

function steps(finding: PageFinding): HTMLElement {
  return h("ol", { class: "steps" }, ...finding.related.map(({ place, message }) => h("li", {}, h("code", {}, place), ` ${message}`)));
}

function shownFix(fix: PageFix, index: number, all: number): Node[] {
  const title = all > 1 ? `${index === 0 ? "Fix" : `Or, ${index + 1}`}: ${fix.title}` : `Fix: ${fix.title}`;
  return [
    h("h3", {}, title, " ", h("span", { class: `tag ${fix.applicability}` }, SAFETY[fix.applicability])),
    ...(fix.because !== "" ? [h("p", { class: "because" }, `Not safe by itself: ${fix.because}.`)] : []),
    ...(fix.patch !== "" ? [diff(fix.patch)] : []),
  ];
}

const SIGNS: Readonly<Record<string, readonly [kind: string, spoken: string]>> = {
  "+": ["add", "added: "],
  "-": ["del", "removed: "],
  "@": ["hunk", ""],
};

function diff(patch: string): HTMLElement {
  const lines = patch.replace(/\n$/, "").split("\n");
  const rows = lines.map((line) => {
    const head = /^(diff |index |--- |\+\+\+ |\\ )/.test(line);
    const [kind, spoken] = (head ? null : SIGNS[line[0] ?? ""]) ?? [head ? "head" : "", ""];
    const content =
      kind === "hunk" || head ? [line] : [h("span", { class: "n", "aria-hidden": "true" }, line[0] ?? " "), ...highlighted(line.slice(1))];
    return h("span", { class: `row ${kind}` }, spoken ? h("span", { class: "hidden" }, spoken) : null, ...content, "\n");
  });
  return h("pre", { class: "diff", tabindex: "0", "aria-label": "The change" }, ...rows);
}

function highlighted(line: string): (Node | string)[] {
  return pieces(line).map(({ tone, text }) => (tone === "plain" ? text : h("span", { class: tone }, text)));
}

function command(finding: PageFinding, rule: string): HTMLElement {
  const unsafe = finding.safety === "unsafe" ? " --unsafe-fixes" : "";
  const quoted = /^[\w./@+-]+$/.test(finding.path) ? finding.path : `'${finding.path.replaceAll("'", `'\\''`)}'`;
  const usable = finding.safety === "safe" || finding.safety === "unsafe";
  const text = usable ? `gomend fix --select ${rule}${unsafe} ${quoted}` : `gomend rule ${rule}`;
  const done = h("span", { role: "status" });
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      done.textContent = " copied";
    } catch {
      done.textContent = " select it and copy";
    }
  };
  return h("p", { class: "command" }, h("code", {}, text), " ", h("button", { type: "button", onclick: () => void copy() }, "Copy"), done);
}
