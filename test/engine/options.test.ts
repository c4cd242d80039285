/** Options of rules come from the configuration, and change what their fixes write. */
import { describe, expect, it } from "vitest";
import { run } from "../../src/engine/run.ts";
import { rules } from "../../src/transforms/index.ts";
import { tree } from "./tree.ts";

const GO = "package a\n\nfunc start(work func()) {\n\tgo func() { work() }()\n}\n";
const fixed = async (config: string, files: Record<string, string> = { "a/a.go": GO }, select = ["harden"]): Promise<string> => {
  const cwd = tree({ "go.mod": "module example.com/m\n\ngo 1.22\n", ".gomend.yml": config, ...files });
  return (await run({ cwd, rules, select, fix: true, unsafeFixes: true })).report.files.map((f) => f.after).join("\n");
};

describe("options", () => {
  it("name the reporter of panics", async () => {
    const text = await fixed("options:\n  add-panic-report:\n    reporter: example.com/m/report.Panic\n");
    expect(text).toContain('import "example.com/m/report"');
    expect(text).toContain("\tgo func() {\n\t\tdefer report.Panic()\n\t\twork()\n\t}()");
    expect(await fixed("{}\n")).toContain("debug.Stack()");
  });

  it("name goroutines that goleak leaves alone", async () => {
    const files = { "a/a.go": GO, "a/a_test.go": 'package a\n\nimport "testing"\n\nfunc TestA(t *testing.T) { start(func() {}) }\n' };
    const text = await fixed("options:\n  add-goleak:\n    ignore: [example.com/m/pool.run, x.y]\n", files, ["add-goleak"]);
    expect(text).toContain('goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("example.com/m/pool.run"), goleak.IgnoreTopFunction("x.y"))');
  });

  it("name a helper that the module shares", async () => {
    const after =
      'package a\n\nimport (\n\t"context"\n\t"time"\n)\n\nfunc a(ctx context.Context, f func()) { time.AfterFunc(time.Second, f) }\n';
    const text = await fixed("options:\n  safe-afterfunc:\n    helper: example.com/m/timers.After\n", { "a/a.go": after }, [
      "safe-afterfunc",
    ]);
    expect(text).toContain("timers.After(ctx, time.Second, f)");
    expect(text).not.toContain("func afterFunc");
  });

  it.each([
    ["options:\n  lost-cancel:\n    x: y\n", 'there is no rule "lost-cancel" with options'],
    ["options:\n  add-goleak:\n    ingore: y\n", 'unknown option "ingore"'],
    ["options:\n  add-goleak:\n    ignore: 3\n", "options.add-goleak.ignore"],
  ])("that do not exist are a mistake: %j", async (config, message) => {
    await expect(fixed(config)).rejects.toThrow(message);
  });
});
