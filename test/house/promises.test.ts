import { beforeAll, describe, expect, it } from "vitest";
import { loadFormatter } from "../../src/go/format.ts";
import { loadGrammar } from "../../src/go/parse.ts";
import type { Finding } from "../../src/rule/rule.ts";
import { wantsOf, withoutMarks } from "./cases.ts";
import { brokenPromises, illWorded, strayChanges } from "./promises.ts";

beforeAll(async () => {
  await Promise.all([loadGrammar(), loadFormatter()]);
});

const GOOD = 'package p\n\nimport "fmt"\n\n// says hello\nfunc f() {\n\tfmt.Println("hello") // there\n}\n';
const file = (text: string) => ({ path: "a.go", text });
const at = (text: string, part: string) => ({ path: "a.go", start: text.indexOf(part), end: text.indexOf(part) + part.length });

describe("what the fixture harness sees", () => {
  const outcomes: readonly (readonly [string, string, string, RegExp])[] = [
    ["an outcome that does not parse", GOOD, GOOD.replace("}", ""), /does not parse: \d+:\d+/],
    ["lost formatting", GOOD, GOOD.replace("\tfmt", "  fmt"), /no longer formatted/],
    ["a lost comment", GOOD, GOOD.replace(" // there", ""), /lost the comment "\/\/ there"/],
    [
      "a comment that stood twice and stands once",
      `${GOOD}\n// x\nvar a int\n\n// x\nvar b int\n`,
      `${GOOD}\n// x\nvar a int\n\nvar b int\n`,
      /lost the comment "\/\/ x"/,
    ],
    ["a lost byte order mark", `\uFEFF${GOOD}`, GOOD, /byte order mark/],
    ["line ends that changed", GOOD.replaceAll("\n", "\r\n"), GOOD, /line ends were crlf/],
    ["a line feed among CRLF", GOOD.replaceAll("\n", "\r\n"), GOOD.replaceAll("\n", "\r\n").replace("{\r\n", "{\n"), /line ends were crlf/],
  ];
  it.each(outcomes)("%s", (_, before, after, message) => {
    expect(brokenPromises(file(before), file(after)).join("\n")).toMatch(message);
    expect(brokenPromises(file(before), file(before))).toEqual([]);
  });

  it("a byte that changed outside the edits", () => {
    const edits = [{ at: at(GOOD, '"hello"'), text: '"bye"' }];
    const after = GOOD.replace("hello", "bye");
    const said = GOOD.replace("says hello", "says bye").replace('"hello"', '"bye"');
    expect(strayChanges(file(GOOD), file(after.replace("says bye", "says hello").replace('"hello"', '"bye"')), edits)).toEqual([]);
    expect(strayChanges(file(GOOD), file(said), edits).join()).toMatch(/differs from its edits/);
  });

  it("imports and formatting are no such change", () => {
    const edits = [{ at: at(GOOD, '"hello"'), text: "os.Args" }];
    const after = GOOD.replace('"hello"', "os.Args").replace('import "fmt"', 'import (\n\t"fmt"\n\t"os"\n)');
    expect(strayChanges(file(GOOD), file(after), edits)).toEqual([]);
  });

  const fix = { title: "Stop the timer", applicability: "safe", edits: [] } as const;
  const finding: Finding = { rule: "r", at: at(GOOD, "fmt"), message: "timer is not stopped", confidence: "proven", fixes: [fix] };
  const worded: readonly (readonly [string, Partial<Finding>, RegExp])[] = [
    ["a full stop after a message", { message: "timer is not stopped." }, /full stop/],
    ["a capital that is no name", { message: "Timer is not stopped" }, /capital/],
    ["a title that is no verb phrase", { fixes: [{ ...fix, title: "the timer" }] }, /verb phrase/],
    ["a full stop after a title", { fixes: [{ ...fix, title: "Stop the timer." }] }, /full stop/],
    ["an unsafe fix without a reason", { fixes: [{ ...fix, applicability: "unsafe" }] }, /does not say why/],
    ["a safe fix with a reason", { fixes: [{ ...fix, because: "x" }] }, /says why it is not/],
    ["two alternatives alike", { fixes: [fix, fix] }, /one title/],
  ];
  it.each(worded)("%s", (_, part, message) => {
    expect(illWorded({ ...finding, ...part }, GOOD).join("\n")).toMatch(message);
    expect(illWorded(finding, GOOD)).toEqual([]);
    expect(illWorded({ ...finding, message: "Println is called" }, GOOD)).toEqual([]);
  });
});

describe("wants", () => {
  it("name line, message and levels, several on a line", () => {
    const wants = wantsOf(file('package p\n\nvar a = 1 // want "a \\"b\\"" safe unsafe // want "c"\n'));
    expect(wants).toEqual([
      { path: "a.go", line: 3, message: 'a "b"', applicability: ["safe", "unsafe"] },
      { path: "a.go", line: 3, message: "c", applicability: [] },
    ]);
  });

  it.each(['// want "a" sfe', "// want a", '// want "a', '// want "a" safe, unsafe', "//want x // want"])(
    "that are misspelt are told: %s",
    (text) => {
      expect(() => wantsOf(file(`package p // ${text}`.replace("// //", "//")))).toThrow(/not a want/);
    },
  );

  it("do not show in the documentation", () => {
    expect(withoutMarks('// fixture: go=1.21\n\npackage p\n\nvar a = 1 // keep // want "x" safe\n')).toBe(
      "package p\n\nvar a = 1 // keep\n",
    );
  });
});
