import { describe, expect, it } from "vitest";
import { runRule } from "../../src/engine/rule-run.ts";
import type { PackageModel } from "../../src/model/model.ts";
import { finding } from "../../src/rule/build.ts";
import type { Finding } from "../../src/rule/rule.ts";
import { callRule } from "./rules.ts";

describe("runRule", () => {
  it("makes the fixes of wanted findings while the rule runs, those of others not at all", () => {
    const steps: string[] = [];
    const at = { path: "a.go", start: 0, end: 1 };
    const rule = callRule("lazy", "bad", () => [], {
      *check(): Iterable<Finding> {
        for (const name of ["one", "two"]) {
          const fixes = () => {
            steps.push(`${name} mended`);
            return [null];
          };
          yield finding({ id: "lazy" }, at, name, fixes);
          steps.push(`${name} found`);
        }
      },
    });
    const ran = runRule(rule, {} as PackageModel, [], (f) => f.message === "two");
    expect(ran).toMatchObject({ findings: [{ message: "one" }, { message: "two", fixes: [] }], problems: [] });
    expect(steps.slice(0, 3)).toEqual(["one found", "two mended", "two found"]);
  });
});
