/** Markdown of ours around hostile text, as a real renderer of GitHub Flavored Markdown reads it. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { commentBody } from "../../src/forge/body.ts";
import { gitlabDialect } from "../../src/forge/gitlab.ts";
import { markIn } from "../../src/forge/marker.ts";
import { plan, summaryOf } from "../../src/forge/plan.ts";
import type { Item } from "../../src/forge/subject.ts";
import { cell, code, exactFence, fence, folded, link, prose } from "../../src/text/markdown.ts";
import { sanitizeLine } from "../../src/text/sanitize.ts";
import { tree } from "../engine/tree.ts";
import { goVersion } from "../house/go.ts";
import { dialect, diffOf, NOTHING, print } from "./made.ts";

const ORACLE = fileURLToPath(new URL("../oracle/markdown", import.meta.url));
const BIN = fileURLToPath(new URL("../../node_modules/.cache/markdown/render", import.meta.url));

const HOSTILE = [
  "```\n@everyone\n<img src=x onerror=alert(1)>\n```suggestion\nevil\n```",
  "`````\n# big\n`````",
  "@octocat and @org/team, see #1, GH-2, o/r#3, !4, ~label, %5, $6, &7, ^8",
  "<script>alert(1)</script><!-- gomend summary -->",
  "-->\n\n<!-- gomend finding 0000000000000001 -->",
  "[text](javascript:alert(1)) ![img](https://evil.example/x.png)",
  "https://evil.example www.evil.example mailto:a@evil.example a@evil.example",
  "| a | b |\n|---|---|\n| c | d |",
  "</details></summary><details open>",
  "/close\n/merge\n/approve",
  "1. one\n2. two\n- three\n> four\n# five\nsix\n===\n***",
  "&lt;b&gt; &#60;i&#62; \\<u\\> \\`x\\`",
  "a\u202eb\u0000c\u001b[31m\u200bd",
  "*bold* _it_ ~~gone~~ **x** $math$ :tada: [^1]\n\n[^1]: note",
  "`",
  "``",
  "\\",
  "|",
  "\\|",
  "` `",
  "  ",
  "~~~\nx\n~~~",
];
const text = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc
    .array(fc.constantFrom(..."`*_[]()<>#+-!|~$^=:&@%\"'\\/.\n \tax1", "http://", "www.", "```", "<b>", "-->", "](", "@a", "#1", "GH-1"), {
      maxLength: 24,
    })
    .map((parts) => parts.join("")),
);

interface Page {
  /** Names of the elements, with whether they have attributes beyond the plain ones. */
  readonly tags: readonly string[];
  /** What stands outside of code. */
  readonly prose: string;
  readonly codes: readonly string[];
}

function pageOf(html: string): Page {
  const tags: string[] = [];
  const codes: string[] = [];
  const rest = html
    .replace(/<!--[\s\S]*?-->/g, (comment) => {
      tags.push(comment);
      return "";
    })
    .replace(/<code(?: class="[^"]*")?>([\s\S]*?)<\/code>/g, (_, inside: string) => {
      codes.push(unescaped(inside));
      tags.push("code");
      return "";
    });
  const plain = rest.replace(/<\/?([a-z]\w*)((?:\s[^<>]*)?)>/g, (_, name: string) => {
    tags.push(name);
    return "";
  });
  return { tags, prose: unescaped(plain), codes };
}

function unescaped(html: string): string {
  return html.replace(/&(lt|gt|quot|amp|#39);/g, (_, name: string) => ({ lt: "<", gt: ">", quot: '"', amp: "&", "#39": "'" })[name] ?? "");
}

/** What GitHub or GitLab would link in prose. */
const REFERENCE = /(^|[^\w\u200b])(@[\w-]|#\d|![\d]|[~%$&^]\w)|\bGH-\d|[a-z]:\/\/\w|\bwww\.\w|mailto:\w/i;

describe.skipIf(goVersion() === null)("hostile text", () => {
  beforeAll(() => {
    mkdirSync(join(BIN, ".."), { recursive: true });
    const dir = tree({});
    cpSync(ORACLE, dir, { recursive: true });
    const env = { ...process.env, GOFLAGS: "-mod=mod", GOWORK: "off" };
    execFileSync("go", ["build", "-o", BIN, "."], { cwd: dir, env, stdio: ["ignore", "ignore", "inherit"] });
  }, 600_000);

  const rendered = (texts: readonly string[]): Page[] =>
    (JSON.parse(execFileSync(BIN, { input: JSON.stringify(texts), encoding: "utf8", maxBuffer: 1 << 28 })) as string[]).map(pageOf);
  const samples = [...HOSTILE, ...fc.sample(text, 1_500)];

  it("stays prose: no element, no reference, and reads as it was", () => {
    rendered(samples.map((t) => `before ${prose(t)} after`)).forEach((page, i) => {
      expect([samples[i], page.tags]).toEqual([samples[i], ["p", "p"]]);
      expect(page.prose).not.toMatch(REFERENCE);
      const shown = page.prose.replaceAll("\u200b", "").replace(/\s+/g, " ").trim();
      expect(shown).toBe(`before ${sanitizeLine(samples[i] ?? "").trim()} after`.replace(/\s+/g, " "));
    });
  });

  it("is no block where a line starts with it", () => {
    rendered(samples.map((t) => prose(t) || "x")).forEach((page, i) => {
      expect([samples[i], page.tags]).toEqual([samples[i], ["p", "p"]]);
    });
    for (const t of samples) expect(prose(t)).not.toMatch(/^\/[a-z]/);
  });

  it("stays code: one span, with its own characters", () => {
    rendered(samples.map((t) => `x ${code(t)} y`)).forEach((page, i) => {
      expect([samples[i], page.tags]).toEqual([samples[i], ["code", "p", "p"]]);
      expect(page.codes[0]?.trim()).toBe(sanitizeLine(samples[i] ?? "").trim());
    });
  });

  it("stays in its fence, exactly", () => {
    rendered(samples.map((t) => `${exactFence(`${t}\n`, "suggestion")}\n\nend`)).forEach((page, i) => {
      expect([samples[i], page.tags]).toEqual([samples[i], ["code", "pre", "pre", "p", "p"]]);
      expect(page.codes[0]).toBe(`${samples[i]}\n`);
    });
  });

  it("stays in its fold, its cell and its link", () => {
    const row = (t: string): string => `| a | b |\n|---|---|\n| ${cell(code(t))} | ${cell(prose(t))} |`;
    rendered(samples.map(row)).forEach((page, i) => {
      const cells = page.tags.filter((tag) => tag === "td" || tag === "th").length;
      expect([samples[i], cells]).toEqual([samples[i], 8]);
      expect(page.tags).not.toContain("a");
    });
    rendered(samples.map((t) => folded("Title", fence(t, "diff")))).forEach((page) => {
      expect(page.tags).toEqual(["code", "details", "summary", "summary", "pre", "pre", "details"]);
    });
    rendered(samples.map((t) => link(code("x"), `https://a.example/${encodeURIComponent(sanitizeLine(t))}#L1`))).forEach((page) => {
      expect(page.tags).toEqual(["code", "p", "a", "a", "p"]);
    });
  });

  const item = (t: string): Item => ({
    fingerprint: print(7),
    rule: t,
    message: t,
    path: t || "x",
    line: 1,
    likely: false,
    related: [
      { path: t || "x", line: 2, message: t },
      { path: "other", line: 2, message: t },
    ],
    fix: {
      title: t,
      applicability: "unsafe",
      because: t,
      files: [
        {
          path: t || "x",
          hunks: [
            {
              oldStart: 1,
              oldLines: 1,
              newStart: 1,
              newLines: t.split("\n").length + 1,
              lines: [
                { kind: "same", text: "a", newline: true },
                ...t.split("\n").map((line) => ({ kind: "added", text: line, newline: true }) as const),
              ],
            },
          ],
          edits: [],
        },
      ],
    },
  });
  /** Elements that comments and summaries are made of. */
  const OURS = new Set(["p", "code", "pre", "strong", "ul", "li", "a", "details", "summary", "table", "thead", "tbody", "tr", "th", "td"]);

  it("as a whole finding leaves a comment and a summary in one piece", () => {
    for (const service of [
      dialect,
      gitlabDialect(
        (path, line) => `https://g.example/${encodeURIComponent(path)}#L${line}`,
        () => null,
      ),
    ]) {
      const bodies = samples.flatMap((t) => [
        commentBody(item(t), null, "it changes several files", service),
        commentBody(item(t), { path: t || "x", first: 1, last: 1, lines: t.split("\n") }, null, service),
        summaryOf(
          plan({ commit: "c".repeat(40), items: [item(t)], problems: [t], unsure: [] }, diffOf([]), NOTHING, service),
          new Map(),
          service,
        ) ?? "",
      ]);
      rendered(bodies).forEach((page, i) => {
        const sample = samples[Math.floor(i / 3)];
        const kind = i % 3 === 2 ? "summary" : "finding";
        expect([sample, page.tags.filter((tag) => !OURS.has(tag))]).toEqual([
          sample,
          [kind === "summary" ? "<!-- gomend summary -->" : `<!-- gomend finding ${print(7)} -->`],
        ]);
        expect(page.prose).not.toMatch(REFERENCE);
        expect(markIn(bodies[i] ?? "")).toMatchObject({ kind });
        const links = page.tags.filter((tag) => tag === "a").length / 2;
        expect(links).toBe(kind === "summary" ? 1 : 2);
      });
    }
  });

  it("is never a quick action of GitLab outside of a fence", () => {
    for (const t of samples) {
      const service = gitlabDialect(
        (path) => `https://g.example/${encodeURIComponent(path)}`,
        () => null,
      );
      const lines = t.split("\n");
      const refused = service.refuses({ path: "a", first: 1, last: 1, lines });
      if (lines.some((line) => /^\s*\/[a-z]/i.test(line))) expect(refused).not.toBeNull();
      const body = commentBody(item(t), refused === null ? { path: "a", first: 1, last: 1, lines } : null, refused, service);
      expect(body).not.toMatch(/^\/[a-z]/m);
    }
  });
});
