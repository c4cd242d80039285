/**
 * The compile proof: every case, before, after and with each alternative, in one scratch module per language version, built and vetted once.
 * vet may find on the outcome only what it found before: most rules speak of faults that vet knows some of.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Case, type CaseFile, casesOf, fixtureRules, twinOf, writeCase } from "./house/cases.ts";
import { goEnvironment, goVersion } from "./house/go.ts";

interface Side {
  readonly c: Case;
  /** 0: before; n: with the nth alternatives. */
  readonly nth: number;
  readonly files: readonly CaseFile[];
}

const STUBS = "fixtures/stubs";

const cases = fixtureRules().flatMap((rule) => casesOf(rule));
const languages = [...new Set(cases.map((c) => c.go))].sort();
const go = goVersion();

describe.skipIf(go === null).each(languages)("Go %s", (language) => {
  let dir: string;
  const sides = cases.filter((c) => c.go === language).flatMap(sidesOf);
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "gomend-go-"));
    writeFileSync(join(dir, "go.mod"), `module fixture\n\ngo ${language}\n${stubs()}`);
    for (const side of sides) {
      mkdirSync(join(dir, homeOf(side)), { recursive: true });
      writeCase(
        join(dir, homeOf(side)),
        side.files.map((f) => ({ path: f.path, text: relocated(f.text, homeOf(side)) })),
      );
    }
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("builds every case before and after", () => {
    const built = spawnSync("go", ["build", "-gcflags=-e", "./..."], { cwd: dir, encoding: "utf8", env: goEnvironment() });
    expect(`${built.stderr}${built.stdout}`).toBe("");
    expect(built.status).toBe(0);
  });

  it("vets the outcomes as clean as they were", () => {
    const said = vet(dir);
    const worse = sides
      .filter((s) => s.nth > 0)
      .flatMap((after) => {
        const before = said.get(homeOf({ ...after, nth: 0 }));
        return [...(said.get(homeOf(after)) ?? [])]
          .filter(([analyzer, n]) => n > (before?.get(analyzer) ?? 0) && !mayCopy(after, analyzer))
          .map(([analyzer]) => `${homeOf(after)}: ${analyzer}`);
      });
    expect(worse).toEqual([]);
  });
});

/** The modules of others that fixtures import: signatures alone, under fixtures/stubs/<module path>. */
function stubs(): string {
  const modules = readdirSync(STUBS, { recursive: true, encoding: "utf8" })
    .filter((p) => basename(p) === "go.mod")
    .map((p) => dirname(p).replaceAll("\\", "/"));
  const lines = modules.map((m) => {
    const version = /\/v(\d+)$/.exec(m)?.[1] ?? "0";
    return `require ${m} v${version}.0.0\n\nreplace ${m} => ${resolve(STUBS, m)}\n`;
  });
  return `\n${lines.join("\n")}`;
}

function sidesOf(c: Case): Side[] {
  const sides: Side[] = [{ c, nth: 0, files: c.files }];
  for (let nth = 1; ; nth++) {
    const files = twinOf(c, nth);
    if (files) sides.push({ c, nth, files });
    // A case may have a second alternative and no first one that can be applied.
    else if (nth > 1) return sides;
  }
}

/** Unsafe fixes may ask for a type that must not be copied, and say so: where it is copied is for the person to mend. */
function mayCopy({ c, nth }: Side, analyzer: string): boolean {
  return analyzer === "copylocks" && c.wants.some((w) => w.applicability[nth - 1] === "unsafe");
}

function homeOf({ c, nth }: Side): string {
  return `${c.rule}/${c.name}/${nth === 0 ? "before" : `after${nth}`}`;
}

/** A case imports its own packages as if it were the whole module. */
function relocated(text: string, home: string): string {
  return text.replaceAll('"fixture/', `"fixture/${home}/`);
}

/** How often each of vet's analyzers spoke, by the directory of the side. */
function vet(dir: string): Map<string, Map<string, number>> {
  const text = execFileSync("go", ["vet", "-json", "./..."], {
    cwd: dir,
    encoding: "utf8",
    env: goEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 1 << 28,
  });
  const said = new Map<string, Map<string, number>>();
  for (const object of text.split(/^(?=\{)/m)) {
    for (const [pkg, analyzers] of Object.entries(JSON.parse(object) as Record<string, Record<string, unknown>>)) {
      const home = /^fixture\/([^/]+\/[^/]+\/(?:before|after\d+))/.exec(pkg)?.[1] ?? pkg;
      const counts = said.get(home) ?? new Map<string, number>();
      said.set(home, counts);
      for (const [analyzer, found] of Object.entries(analyzers)) {
        if (!Array.isArray(found)) throw new Error(`${pkg}: ${analyzer}: ${JSON.stringify(found)}`);
        counts.set(analyzer, (counts.get(analyzer) ?? 0) + found.length);
      }
    }
  }
  return said;
}
