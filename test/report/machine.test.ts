import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";
import pc from "picocolors";
import { describe, expect, it } from "vitest";
import type { FileChange, Report } from "../../src/engine/report.ts";
import { formats as formatNames, isFormat, type ReportContext, render } from "../../src/report/index.ts";
import type { JsonReport } from "../../src/report/json.ts";
import { BadReportFile, mergeReports, parseReportFile, sha256, toReport } from "../../src/report/report-file.ts";
import { applyEdits } from "../../src/text/apply.ts";
import { Lines } from "../../src/text/lines.ts";
import { reporters } from "./all.ts";
import { context, empty, oddPath, paths, poller, rules, sample, sources, windows } from "./sample.ts";

const ajv = new Ajv({ allErrors: true, strict: false });
formats.default(ajv);

function validator(file: string): ValidateFunction {
  return ajv.compile(JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), "utf8")));
}

const validReport = validator("schema/report-1.json");

/** As the engine renders: an import beside the bare edits. */
const preview: NonNullable<ReportContext["preview"]> = (finding, fix) => {
  if (finding.rule !== "lost-cancel") return [];
  const before = sources.get(finding.at.path) ?? "";
  return [{ path: finding.at.path, before, after: applyEdits(before, fix.edits).replace('"time"\n', '"time"\n\t"unsafe"\n') }];
};

describe("json", () => {
  const parse = (report: Report, more = {}): JsonReport => JSON.parse(render(reporters.json, report, context(more)));

  it("keeps to its schema", () => {
    for (const report of [sample, empty]) {
      validReport(parse(report));
      expect(validReport.errors).toBeNull();
    }
  });

  it.each([
    ["a missing fingerprint", (r) => delete (r.findings[0] as Partial<JsonReport["findings"][number]>).fingerprint],
    ["a column of 0", (r) => (r.findings[0]!.column = 0)],
    ["an unknown applicability", (r) => (r.findings[0]!.fixes[0]!.applicability = "maybe" as "safe")],
    ["an unsafe fix without a reason", (r) => (r.findings[2]!.fixes[0]!.because = null)],
    ["an edit without text", (r) => delete (r.findings[0]!.fixes[0]!.edits[0] as { text?: string }).text],
    ["another version", (r) => (r.version = 2 as 1)],
    ["missing problems", (r) => delete (r as Partial<JsonReport>).problems],
  ] as [string, (report: JsonReport) => unknown][])("has a schema that refuses %s", (_, spoil) => {
    const report = parse(sample);
    spoil(report);
    expect(validReport(report)).toBe(false);
  });

  it("says all of a finding, exactly", () => {
    const report = parse(sample);
    expect(report.findings[0]).toEqual({
      rule: "file-not-closed",
      path: "cmd/win/main.go",
      line: 4,
      column: 27,
      endLine: 4,
      endColumn: 40,
      start: windows.indexOf("os.Open"),
      end: windows.indexOf("os.Open") + 13,
      message: "the file is not closed [see](https://evil.example) on any \u001b[31mpath",
      confidence: "proven",
      fingerprint: "fp-0",
      related: [],
      fixes: [
        {
          title: "Close the file when the function returns",
          applicability: "safe",
          because: null,
          edits: [
            { path: "cmd/win/main.go", start: windows.indexOf("os.Open"), end: windows.indexOf("os.Open") + 13, text: "os.Open(name)" },
            { path: "cmd/win/main.go", start: windows.indexOf("\tread"), end: windows.indexOf("\tread"), text: "\tdefer f.Close()\r\n" },
          ],
        },
      ],
    });
    expect(report.findings[1]?.path).toBe(oddPath);
    expect(report.findings[3]?.related).toMatchObject([
      { path: "poll/poller.go", line: 15, column: 4, message: "returns here without calling cancel" },
      { path: "poll/poller.go", line: 18, column: 4, message: "and here" },
    ]);
    expect(report.problems).toEqual(sample.problems);
    expect(report.stats).toEqual(sample.stats);
  });

  it("gives edits that do all that the engine does", () => {
    const { findings } = parse(sample, { preview });
    const fix = findings.find((finding) => finding.rule === "lost-cancel")?.fixes[0];
    const edits = fix?.edits.map(({ path, start, end, text }) => ({ at: { path, start, end }, text })) ?? [];
    expect(applyEdits(poller, edits)).toBe(preview(sample.findings[3]!, sample.findings[3]!.fixes[0]!)[0]!.after);
    expect(edits).toHaveLength(2);
  });

  it("has a line for each finding, each problem and the summary", () => {
    const lines = render(reporters["json-lines"], sample, context()).trimEnd().split("\n");
    const kinds = lines.map((line) => JSON.parse(line).kind);
    expect(kinds).toEqual([...Array(7).fill("finding"), ...Array(3).fill("problem"), "summary"]);
    const { findings } = parse(sample);
    expect(lines.slice(0, 7).map((line) => JSON.parse(line))).toEqual(findings.map((finding) => ({ kind: "finding", ...finding })));
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ findings: 7, stats: sample.stats });
  });
});

describe("sarif", () => {
  const valid = validator("test/schema/sarif-schema-2.1.0.json");
  // biome-ignore lint/suspicious/noExplicitAny: the schema is the type
  const parse = (report: Report, more = {}): any => JSON.parse(render(reporters.sarif, report, context(more)));

  it("keeps to the schema of OASIS", () => {
    for (const log of [parse(sample), parse(empty), parse(sample, { preview }), parse({ ...sample, problems: [] })]) {
      valid(log);
      expect(valid.errors).toBeNull();
    }
  });

  it("is refused by that schema when a fix has no changes", () => {
    const log = parse(sample);
    log.runs[0].results[0].fixes[0].artifactChanges = [{ artifactLocation: { uri: "a.go" }, replacements: [] }];
    expect(valid(log)).toBe(false);
  });

  it("has no fix without changes, and no sketch among the fixes", () => {
    const { results } = parse(sample).runs[0];
    for (const result of results) {
      for (const fix of result.fixes ?? []) {
        expect(fix.artifactChanges.length).toBeGreaterThan(0);
        for (const change of fix.artifactChanges) expect(change.replacements.length).toBeGreaterThan(0);
      }
    }
    const timeAfter = results.find((result: { ruleId: string }) => result.ruleId === "time-after-in-select");
    expect(timeAfter.fixes).toHaveLength(2);
    expect(timeAfter.properties.sketches).toEqual(["Let a ticker drive the loop"]);
    expect(results.find((result: { message: { text: string } }) => result.message.text.includes("loop has no")).fixes).toBeUndefined();
  });

  it("has replacements that give the fixed file when applied by line and column", () => {
    const [fix] = parse(sample).runs[0].results[0].fixes;
    const [change] = fix.artifactChanges;
    const lines = new Lines(windows);
    const edits = change.replacements.map((r: { deletedRegion: Record<string, number>; insertedContent?: { text: string } }) => ({
      at: {
        path: "a",
        start: lines.offset(r.deletedRegion.startLine!, r.deletedRegion.startColumn!),
        end: lines.offset(r.deletedRegion.endLine!, r.deletedRegion.endColumn!),
      },
      text: r.insertedContent?.text ?? "",
    }));
    expect(applyEdits(windows, edits)).toBe(windows.replace("\tread", "\tdefer f.Close()\r\n\tread"));
  });

  it("places results in UTF-16 columns and every region by its line", () => {
    const [run] = parse(sample).runs;
    expect(run.columnKind).toBe("utf16CodeUnits");
    expect(run.results[0].locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: "cmd/win/main.go", uriBaseId: "%SRCROOT%" },
      region: { startLine: 4, startColumn: 27, endLine: 4, endColumn: 40 },
    });
    const regions = JSON.stringify(run).match(/"(?:deletedRegion|region)":\{[^}]*\}/g) ?? [];
    expect(regions.length).toBeGreaterThan(20);
    for (const region of regions) expect(region).toContain('"startLine":');
  });

  it("encodes odd paths as URIs that lead back to them", () => {
    const { uri } = parse(sample).runs[0].results[1].locations[0].physicalLocation.artifactLocation;
    expect(uri).toMatch(/^[!-~]+$/);
    expect(decodeURIComponent(uri)).toBe(oddPath);
  });

  it("carries rules, levels, witness, fingerprints and problems", () => {
    const [run] = parse(sample).runs;
    const { rules: descriptors } = run.tool.driver;
    expect(descriptors.map((d: { id: string }) => d.id)).toEqual([...rules.map((r) => r.id), "unused-suppression"]);
    for (const result of run.results) expect(descriptors[result.ruleIndex].id).toBe(result.ruleId);
    expect(run.results.find((r: { ruleId: string }) => r.ruleId === "time-tick").level).toBe("note");
    const lost = run.results.find((r: { ruleId: string }) => r.ruleId === "lost-cancel");
    expect(lost.level).toBe("warning");
    expect(lost.partialFingerprints).toEqual({ "gomend/v1": "fp-3" });
    expect(lost.relatedLocations).toHaveLength(2);
    const steps = lost.codeFlows[0].threadFlows[0].locations;
    expect(
      steps.map((s: { location: { physicalLocation: { region: { startLine: number } } } }) => s.location.physicalLocation.region.startLine),
    ).toEqual([10, 15, 18]);
    expect(run.invocations[0].executionSuccessful).toBe(false);
    expect(run.invocations[0].toolExecutionNotifications.map((n: { level: string }) => n.level)).toEqual(["warning", "warning", "error"]);
    expect(parse(empty).runs[0].invocations[0].executionSuccessful).toBe(true);
  });

  it("lets no message become a link", () => {
    expect(parse(sample).runs[0].results[0].message.text).toContain("\\[see](https://evil.example)");
  });
});

describe("diff", () => {
  it("is taken by git apply, over all files at once", () => {
    const files: FileChange[] = [...sources].map(([path, before]) => ({
      path,
      before,
      after: before.replace(/^package (\w+)/, "package $1 // 済"),
    }));
    const root = mkdtempSync(join(tmpdir(), "gomend-diff-"));
    try {
      for (const { path, before } of files) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), before);
      }
      const input = render(reporters.diff, { ...sample, files }, context());
      const env = {
        ...process.env,
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_CONFIG_SYSTEM: "/dev/null",
        GIT_CEILING_DIRECTORIES: dirname(root),
      };
      execFileSync("git", ["apply", "--whitespace=nowarn", "-"], { cwd: root, input, env });
      for (const { path, after } of files) expect(readFileSync(join(root, path), "utf8")).toBe(after);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });

  it("is coloured and harmless on a terminal, exact elsewhere", () => {
    const files = [{ path: "a.go", before: "x\n", after: "x\n// \u001b[2J\u202e\n" }];
    const onTerminal = render(reporters.diff, { ...sample, files }, context({ color: pc.createColors(true) }));
    expect(onTerminal).toContain("\u001b[32m+// [2J\u001b[39m\n");
    expect(render(reporters.diff, { ...sample, files }, context({ terminal: true }))).toContain("\n+// [2J\n");
    expect(render(reporters.diff, { ...sample, files }, context())).toContain("\n+// \u001b[2J\u202e\n");
  });

  it("is empty when nothing changes", () => expect(render(reporters.diff, empty, context())).toBe(""));
});

describe("report", () => {
  const written = render(reporters.report, sample, context({ preview }));
  const read = (path: string): string | null => sources.get(path) ?? null;

  it("holds the JSON core", () => {
    validReport(JSON.parse(written));
    expect(validReport.errors).toBeNull();
    const { findings } = JSON.parse(render(reporters.json, sample, context({ preview })));
    expect(JSON.parse(written)).toMatchObject({ findings });
  });

  it("holds hashes of the sources instead of the sources, and patches", () => {
    const file = parseReportFile(written);
    expect(file.sources[paths.poller]).toBe(sha256(poller));
    expect(sha256("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(file.findings[3]?.fixes[0]?.patch).toContain('+\t"unsafe"');
    expect(file.files[0]?.patch).toContain("+\tdefer cancel()");
    expect(file.files[0]?.after).toBe(sha256(sample.files[0]!.after));
    expect(written).not.toContain("p.sweep()\\n\\t}\\n\\tcancel()");
  });

  it.each(["text", "concise", "sarif", "json", "json-lines", "diff", "report"] as const)("read back, prints the same %s", (format) => {
    const bare = render(reporters.report, sample, context());
    const back = toReport(parseReportFile(bare), read);
    expect(render(reporters[format], back, context())).toBe(render(reporters[format], sample, context()));
    expect(render(reporters[format], back, context({ show: "left" }))).toBe(render(reporters[format], sample, context({ show: "left" })));
  });

  it("read back, says of a source that changed or went that it did, and leaves out what lies in it", () => {
    const file = parseReportFile(written);
    const back = toReport(file, (path) => (path === paths.poller ? `${poller}\n` : path === paths.odd ? null : windows));
    expect(back.findings.map((finding) => finding.rule)).toEqual(["file-not-closed"]);
    expect(back.files).toEqual([]);
    expect(back.problems.slice(sample.problems.length)).toEqual([
      { path: paths.odd, rule: null, message: "not found" },
      { path: paths.poller, rule: null, message: "changed since the report was made" },
    ]);
  });

  it.each([
    ["no JSON", "{", /^not JSON/],
    ["something else", '{"a":1}', /^not a gomend report: version/],
    ["a later version", written.replace('"version":1', '"version":2'), /^not a gomend report: version/],
    ["edits of another shape", written.replace('"edits":[{"path"', '"edits":[{"file"'), /findings\.0\.fixes\.0\.edits\.0\.path/],
  ])("refuses %s in one line", (_, content, message) => {
    expect(() => parseReportFile(content)).toThrow(BadReportFile);
    expect(() => parseReportFile(content)).toThrow(message);
  });

  it("merges shards into what one run says", () => {
    const shard = (mine: (path: string) => boolean): Report => {
      const findings = sample.findings.filter((finding) => mine(finding.at.path));
      return {
        findings,
        fingerprints: new Map(findings.map((finding) => [finding, sample.fingerprints.get(finding) ?? ""])),
        sources,
        files: sample.files.filter((file) => mine(file.path)),
        outcomes: new Map([...sample.outcomes].filter(([fix]) => findings.some((finding) => finding.fixes.includes(fix)))),
        left: sample.left.filter((finding) => mine(finding.at.path)),
        problems: [],
        stats: { files: 602, bytes: 2_500_000, parsedBytes: 20_000, packages: 44, milliseconds: 400 },
      };
    };
    const merged = mergeReports([shard((path) => path === paths.poller), shard((path) => path !== paths.poller)]);
    expect(merged.stats).toEqual({ files: 1_204, bytes: 5_000_000, parsedBytes: 40_000, packages: 88, milliseconds: 400 });
    const expected = { ...sample, problems: [], stats: merged.stats };
    expect(render(reporters.text, merged, context())).toBe(render(reporters.text, expected, context()));
    expect(render(reporters.report, merged, context())).toBe(render(reporters.report, expected, context()));
  });
});

describe("formats", () => {
  it("knows its own names and no others", () => {
    expect(formatNames.every(isFormat)).toBe(true);
    expect(isFormat("xml")).toBe(false);
    expect(isFormat("toString")).toBe(false);
  });
});
