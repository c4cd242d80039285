import { describe, expect, it } from "vitest";
import { rules } from "../../src/transforms/index.ts";
import { tree } from "../engine/tree.ts";
import { bundled, gomend } from "./gomend.ts";

bundled();

describe("rules and rule", () => {
  it("lists every rule", async () => {
    const { code, out, err } = await gomend(["rules"], { cwd: tree({}) });
    expect([code, err]).toEqual([0, ""]);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^rule +family +tier +go +finds$/);
    expect(lines.slice(1).map((l) => l.split(" ")[0])).toEqual(rules.map((r) => r.id));
    expect(out).toMatch(/^time-tick +timers +recommended +<1\.23 /m);
  });

  it("prints data as JSON", async () => {
    const cwd = tree({});
    const all = JSON.parse((await gomend(["rules", "--output-format", "json"], { cwd })).out);
    expect(all.map((r: { id: string }) => r.id)).toEqual(rules.map((r) => r.id));
    const one = JSON.parse((await gomend(["rule", "lost-cancel", "--output-format", "json"], { cwd })).out);
    const { check: _, handsOut: __, ...own } = rules.find((r) => r.id === "lost-cancel") ?? { check: null, handsOut: null };
    expect(one).toEqual(own);
  });

  it("prints the page of each rule", async () => {
    const cwd = tree({});
    const pages = await Promise.all(rules.map((r) => gomend(["rule", r.id], { cwd })));
    for (const [i, { code, out }] of pages.entries()) {
      expect(code).toBe(0);
      expect(out.startsWith(`${rules[i]?.id}  `)).toBe(true);
      for (const part of ["\nWhy\n", "\nFix safety\n", `//gomend:ignore ${rules[i]?.id} // reason`]) expect(out).toContain(part);
      expect(
        Math.max(
          ...out
            .split("\n")
            .slice(2)
            .map((l) => l.length),
        ),
      ).toBeLessThanOrEqual(100);
    }
  });

  it("knows the resources of the configuration here", async () => {
    const row = "resources:\n  - {id: conn-kept, acquire: example.com/db.Acquire, release: Release, why: The pool runs dry.}\n";
    const cwd = tree({ ".gomend.yml": row });
    const { code, out } = await gomend(["rule", "conn-kept"], { cwd });
    expect(code).toBe(0);
    expect(out).toContain("conn-kept  what Acquire acquires is not released on every path\nresources, on by default, Go all\n");
    for (const part of ["The pool runs dry.", ".gomend.yml", "//gomend:ignore conn-kept // reason"]) expect(out).toContain(part);
    expect((await gomend(["rules"], { cwd })).out).toMatch(/^conn-kept +resources +recommended +all /m);
    expect((await gomend(["rule", "conn-kept"], { cwd: tree({}) })).err).toContain('there is no rule "conn-kept"');
    const wrong = await gomend(["rules"], { cwd: tree({ ".gomend.yml": "resources: 1\n" }) });
    expect([wrong.code, wrong.err]).toEqual([2, "gomend: .gomend.yml:1:12: resources: expected a list of resources\n"]);
  });

  it("prints help and version", async () => {
    const cwd = tree({});
    expect((await gomend(["--version"], { cwd })).out).toBe("0.0.0-test\n");
    const help = await gomend(["--help"], { cwd });
    expect(help.code).toBe(0);
    for (const command of ["check", "fix", "rule", "rules"]) expect(help.out).toMatch(new RegExp(`^  ${command} `, "m"));
    expect((await gomend(["help", "fix"], { cwd })).out).toContain("--unsafe-fixes");
  });
});
