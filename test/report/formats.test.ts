/** The formats that other tools read: github, gitlab, junit, checkstyle, markdown, rdjson. */
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/engine/report.ts";
import { render } from "../../src/report/index.ts";
import type { Finding } from "../../src/rule/rule.ts";
import { applyEdits } from "../../src/text/apply.ts";
import { Lines } from "../../src/text/lines.ts";
import { reporters } from "./all.ts";
import { context, empty, odd, oddPath, paths, poller, sample, sources, windows } from "./sample.ts";
import { elements, type XmlElement } from "./xml.ts";

const checkout = { commit: "a".repeat(40), prefix: "go/" };
const many = (n: number, more: Partial<Finding> = {}): Report => {
  const [first] = sample.findings;
  const findings = Array.from({ length: n }, (_, i) => ({ ...(first as Finding), message: `number ${i}`, ...more }));
  return { ...sample, findings, problems: [] };
};

describe("github", () => {
  const lines = (report: Report, more = {}): string[] => render(reporters.github, report, context(more)).split("\n").slice(0, -1);

  it("annotates findings and problems, on the paths of the repository", () => {
    const all = lines(sample, { checkout });
    expect(all).toHaveLength(10);
    expect(all).toContain(
      "::error file=go/poll/poller.go,line=10,col=17,endColumn=54,title=lost-cancel::cancel is not called on every path; safe fix: Cancel when the function returns",
    );
    expect(all).toContain("::warning file=go/poll/poller.go,line=11,endLine=23,title=select-without-done::the loop has no way out");
    expect(all.filter((line) => line.startsWith("::notice"))).toEqual([expect.stringContaining("title=time-tick::")]);
    expect(all.join("")).not.toMatch(/[\u001b\u0007\u202e]/);
    expect(all).toContain("::error file=go/vendor.go::not UTF-8");
    expect(all).toContain("::error file=go/poll/poller.go::fault in rule lost-cancel: the rule threw: boom");
  });

  it("shows ten of a kind and tells of the others in the log", () => {
    const report = many(13);
    const all = lines({ ...report, findings: [...report.findings, { ...report.findings[0]!, confidence: "likely" }] });
    expect(all.filter((line) => line.startsWith("::error"))).toHaveLength(10);
    expect(all.filter((line) => line.startsWith("::warning"))).toHaveLength(1);
    expect(all[11]).toBe("3 more that GitHub has no annotation for (it shows 10 of a kind in a step):");
    expect(all.slice(12)).toEqual(
      [10, 11, 12].map((i) => expect.stringContaining(`- cmd/win/main.go:4:27: file-not-closed: number ${i};`)),
    );
  });

  it.each(["\n::add-mask::x", "::set-env name=A::b", "##[error]x", "a\r\n::stop-commands::t", "100% of:this, and"])(
    "lets %j be no command",
    (text) => {
      const at = { ...sample.findings[0]!.at, path: text };
      const report = { ...many(12, { message: text, at, fixes: [] }), problems: [{ path: text, rule: text, message: text }] };
      for (const line of lines(report)) {
        const said = /^::(?:error|warning|notice) (?:file=([^,]*),.*title=[^:,]*|file=([^,:]*))::(.*)$/.exec(line);
        if (!said) expect(line).toMatch(/^(- |\d+ more that)(?!.*##\[)/);
        else expect(said[3]).not.toMatch(/[\r\n]/);
      }
    },
  );
});

describe("gitlab", () => {
  const parse = (report: Report, more = {}) => JSON.parse(render(reporters.gitlab, report, context(more)));

  it("has what GitLab requires of each issue", () => {
    const issues = parse(sample, { checkout });
    expect(issues).toHaveLength(10);
    for (const issue of issues) {
      expect(issue).toEqual({
        description: expect.stringMatching(/./),
        check_name: expect.stringMatching(/./),
        fingerprint: expect.stringMatching(/./),
        severity: expect.stringMatching(/^(info|minor|major|critical|blocker)$/),
        location: { path: expect.stringMatching(/^go\//), lines: expect.objectContaining({ begin: expect.any(Number) }) },
      });
    }
    expect(new Set(issues.map((i: { fingerprint: string }) => i.fingerprint)).size).toBe(10);
    expect(issues[0].location).toEqual({ path: "go/cmd/win/main.go", lines: { begin: 4, end: 4 } });
    expect(parse(empty)).toEqual([]);
  });
});

describe("rdjson", () => {
  interface Place {
    line: number;
    column: number;
  }
  interface Diagnostic {
    message: string;
    location: { path: string; range: { start: Place; end: Place } };
    suggestions?: { range: { start: Place; end: Place }; text: string }[];
  }
  const parse = (report: Report): Diagnostic[] => JSON.parse(render(reporters.rdjson, report, context())).diagnostics;
  const offset = (text: string, { line, column }: Place): number => {
    const lines = new Lines(text);
    return lines.offsetOfByte(lines.byteOffset(lines.lineStart(line)) + column - 1);
  };

  it("places findings in UTF-8 bytes", () => {
    const found = parse(sample);
    const texts = found.slice(0, 7).map(({ location: { path, range } }) => {
      const text = sources.get(path) ?? "";
      return text.slice(offset(text, range.start), offset(text, range.end));
    });
    expect(texts).toEqual(sample.findings.map(({ at }) => (sources.get(at.path) ?? "").slice(at.start, at.end)));
    expect(found[0]?.location.range.start).toEqual({ line: 4, column: 33 });
  });

  it("has suggestions that give the fixed file", () => {
    const fixed = { [paths.windows]: windows, [paths.poller]: poller, [oddPath]: odd };
    let seen = 0;
    for (const [i, { location, suggestions }] of parse(sample).slice(0, 7).entries()) {
      const [suggestion] = suggestions ?? [];
      if (!suggestion) continue;
      const text = fixed[location.path] ?? "";
      const { start, end } = suggestion.range;
      const at = { path: location.path, start: offset(text, start), end: offset(text, end) };
      const edits = sample.findings[i]!.fixes[0]!.edits;
      expect(applyEdits(text, [{ at, text: suggestion.text }])).toBe(applyEdits(text, edits));
      expect(start.column).toBe(1);
      seen++;
    }
    expect(seen).toBe(4);
  });

  it("keeps a line where a fix leaves none", () => {
    const path = "a.go";
    for (const [text, cut] of [
      ["a\nb\nc\n", "b\n"],
      ["a\nb\nc\n", "a\n"],
      ["a\nb", "\nb"],
    ] as const) {
      const start = text.indexOf(cut);
      const fix = { title: "Cut", applicability: "safe", edits: [{ at: { path, start, end: start + cut.length }, text: "" }] } as const;
      const finding: Finding = { rule: "r", at: { path, start, end: start }, message: "m", confidence: "proven", fixes: [fix] };
      const report = { ...empty, findings: [finding], sources: new Map([[path, text]]) };
      const [suggestion] = parse(report)[0]?.suggestions ?? [];
      expect(suggestion?.text).not.toBe("");
      const { range } = suggestion!;
      const at = { path, start: offset(text, range.start), end: offset(text, range.end) };
      expect(applyEdits(text, [{ at, text: suggestion!.text }])).toBe(text.replace(cut, ""));
    }
  });

  it("is one diagnostic a line as rdjsonl", () => {
    const lines = render(reporters.rdjsonl, sample, context()).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(parse(sample).map((d) => ({ ...d, source: { name: "gomend" } })));
    expect(render(reporters.rdjsonl, empty, context())).toBe("");
  });
});

describe("junit", () => {
  const parse = (report: Report): XmlElement => elements(render(reporters.junit, report, context()));

  it("has a case for each finding and problem, and sums that agree", () => {
    const root = parse(sample);
    expect(root.attributes).toEqual({ name: "gomend", tests: "10", failures: "7", errors: "3", time: "0.812" });
    const suites = root.children;
    const cases = suites.flatMap((suite) => suite.children);
    expect(cases).toHaveLength(10);
    for (const suite of suites) {
      const inside = suite.children.map((c) => c.children[0]?.name);
      expect(suite.attributes).toMatchObject({
        tests: String(inside.length),
        failures: String(inside.filter((n) => n === "failure").length),
        errors: String(inside.filter((n) => n === "error").length),
      });
    }
    expect(cases[3]).toMatchObject({
      attributes: { name: "lost-cancel at 10:17", classname: "poll/poller.go", file: "poll/poller.go", line: "10" },
      children: [
        {
          name: "failure",
          text: "poll/poller.go:10:17\npoll/poller.go:15: returns here without calling cancel\npoll/poller.go:18: and here",
        },
      ],
    });
  });

  it("has a case that passed when there is nothing to tell", () => {
    expect(parse(empty).children[0]?.children).toEqual([
      { name: "testcase", attributes: { name: "no findings", classname: "gomend" }, children: [], text: "" },
    ]);
  });
});

describe("checkstyle", () => {
  it("has findings and problems by file", () => {
    const root = elements(render(reporters.checkstyle, sample, context()));
    expect(root.children.map((f) => [f.attributes.name, f.children.length])).toEqual([
      ["cmd/win/main.go", 1],
      ["odd/]0;evilname 語.go", 2],
      ["poll/poller.go", 5],
      ["bad[2J/x.go", 1],
      ["vendor.go", 1],
    ]);
    expect(root.children[0]?.children[0]?.attributes).toEqual({
      line: "4",
      column: "27",
      severity: "warning",
      message: "the file is not closed [see](https://evil.example) on any [31mpath; safe fix: Close the file when the function returns",
      source: "gomend.file-not-closed",
    });
    expect(elements(render(reporters.checkstyle, empty, context())).children).toEqual([]);
  });
});

describe("XML", () => {
  it.each(['"><x a="', "]]>&amp;<!--", "\ud800\ufffe\uffff\0\u0008"])("holds %j in messages, paths and rules", (text) => {
    const finding = { ...sample.findings[0]!, rule: text, message: text, at: { path: text, start: 0, end: 0 }, fixes: [] };
    const report = { ...sample, findings: [finding], problems: [{ path: text, rule: text, message: text }] };
    for (const format of ["junit", "checkstyle"] as const) {
      const root = elements(render(reporters[format], report, context()));
      expect(root.children).toHaveLength(1);
      expect(root.children[0]?.children).toHaveLength(2);
    }
  });
});

describe("markdown", () => {
  const page = render(reporters.markdown, sample, context());

  it("counts by rule and safety, and shows each finding with its fix", () => {
    expect(page).toMatch(/^\*\*gomend\*\*: 7 findings in 3 files\.\n/);
    expect(page).toContain("| `select-without-done` | 2 |  | 1 | 1 |\n");
    expect(page).toContain("| `lost-cancel` | 1 | 1 |  |  |\n");
    expect(page.match(/^### /gm)).toHaveLength(7);
    expect(page).toContain("```diff\ndiff --git a/poll/poller.go b/poll/poller.go\n");
    expect(page).toContain("Unsafe fix: ");
    expect(page).toContain("3 problems:\n");
    expect(render(reporters.markdown, empty, context())).toBe("**gomend**: no findings in 1,204 files.\n");
  });

  it("has no link of a message's own, and nothing invisible", () => {
    expect(page).not.toMatch(/[^\\]\]\(/);
    expect(page).not.toMatch(/[\u001b\u202e\u202c]/);
  });
});
