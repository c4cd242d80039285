import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { tree } from "../engine/tree.ts";
import { bundled, gomend, program } from "./gomend.ts";
import { CLEAN, LEAKY, STUCK } from "./samples.ts";

bundled({ worker: "src/engine/worker.ts" });

/** Every thread has to know what the configuration describes. */
const ROW = 'resources:\n  - {id: ctx-not-cancelled, acquire: {call: context.WithCancel, result: 1}, release: "()"}\n';

/** Large enough for two threads. */
function large(): string {
  const files: Record<string, string> = { ".gomend.yml": `exclude: [d7/]\n${ROW}`, "d9/.gomend.yml": "ignore: [lost-cancel]\n" };
  const texts = [CLEAN, LEAKY, STUCK, CLEAN, CLEAN, `${CLEAN}\n//gomend:ignore lost-cancel // old\nvar x = 1\n`];
  for (let i = 0; i < 1_300; i++)
    files[`d${i % 50}/f${i}.go`] = (texts[i % texts.length] ?? "").replaceAll(/\b(work|wait|ok|step|x)\b(?=[( ])/g, `$1${i}`);
  files["d3/broken.go"] = "package a\n\nfunc {\n";
  return tree(files);
}

describe("threads", () => {
  it("say what one thread says", async () => {
    const cwd = large();
    const [one, two] = await Promise.all(["1", "2"].map((jobs) => gomend(["--jobs", jobs, "--output-format", "json"], { cwd })));
    const report = (out = ""): unknown => {
      const { stats, ...rest } = JSON.parse(out);
      return { ...rest, stats: { ...stats, milliseconds: 0 } };
    };
    expect(one?.code).toBe(2);
    const { findings } = JSON.parse(one?.out ?? "") as { findings: { rule: string }[] };
    for (const rule of ["lost-cancel", "ctx-not-cancelled"]) expect(findings.filter((f) => f.rule === rule).length).toBeGreaterThan(150);
    expect(two?.code).toBe(2);
    expect(report(two?.out)).toEqual(report(one?.out));
  });

  it("that die are told, and nothing is lost", async () => {
    const cwd = large();
    const whole = await gomend(["--jobs", "1", "--statistics"], { cwd });
    writeFileSync(program("worker.js"), 'throw new Error("struck by lightning");\n');
    const { code, out, err } = await gomend(["--jobs", "2", "--statistics"], { cwd });
    expect(out).toBe(whole.out);
    expect(err).toContain("gomend: a thread of gomend died, its work was done again: struck by lightning\n");
    expect(code).toBe(2);
  });
});
