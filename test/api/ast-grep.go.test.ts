/** Patterns beside ast-grep's, over the standard library. Every difference has to be one of those that docs/transforms.md explains. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { goVersion } from "../house/go.ts";
import { byAstGrep, byGomend, type Place, PROBES, type Probe } from "./ast-grep.ts";

const NO_PACKAGES = new Set(["cmd", "vendor", "testdata"]);

describe.skipIf(goVersion() === null)("patterns over the standard library", () => {
  let tree = "";
  let ours = new Map<Probe, Set<Place>>();
  let unread: ReadonlySet<string> = new Set();
  let theirs = new Map<Probe, Set<Place>>();

  beforeAll(async () => {
    tree = join(execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim(), "src");
    const paths = readdirSync(tree, { withFileTypes: true }).flatMap((e) => (e.isDirectory() && !NO_PACKAGES.has(e.name) ? [e.name] : []));
    theirs = byAstGrep(tree, paths);
    const found = await byGomend(tree, paths);
    ours = found.places;
    unread = found.unread;
  }, 1_800_000);

  it("finds thousands of places", () => {
    expect([...theirs.values()].reduce((n, places) => n + places.size, 0)).toBeGreaterThan(15_000);
    expect(ours.get(PROBES[0] as Probe)?.size).toBeGreaterThan(40);
  });

  it.each(PROBES.map((p) => [p.pattern, p] as const))("%s", (_, probe) => {
    const mine = ours.get(probe) ?? new Set<Place>();
    const other = theirs.get(probe) ?? new Set<Place>();
    const more = [...mine].filter((p) => !other.has(p) && whyMore(probe, textOf(p)) === null);
    const less = [...other].filter((p) => !mine.has(p) && whyLess(probe, textOf(p), p) === null);
    expect({ more, less }).toEqual({ more: [], less: [] });
  });

  function textOf(place: Place): string {
    const [, path = "", start, end] = /^(.*):(\d+)-(\d+)$/.exec(place) ?? [];
    return readFileSync(join(tree, path), "utf8").slice(Number(start), Number(end));
  }

  /** Why gomend finds what ast-grep does not. */
  function whyMore({ pattern }: Probe, text: string): string | null {
    const name = /^(\w+)\.(\w+)/.exec(pattern);
    if (name && new RegExp(`^(\\w+\\.)?${name[2]}\\b`).test(text) && !text.startsWith(`${name[1]}.`))
      return "the package, under another name or in itself";
    if (pattern.startsWith("$x = append(") && !/^\w+ =/.test(text)) return "ast-grep compares a list with an expression";
    return text.includes("//") ? "a comment stands inside" : null;
  }

  /** Some file of the package declares the name: syscall's `var errors` of most platforms, where others import package errors. */
  function isDeclaredBeside(place: Place, name: string): boolean {
    const dir = join(tree, dirname(place.slice(0, place.lastIndexOf(":"))));
    const declares = new RegExp(`^(var|func|const|type) ${name}\\b`, "m");
    return readdirSync(dir).some((file) => file.endsWith(".go") && declares.test(readFileSync(join(dir, file), "utf8")));
  }

  /** Why ast-grep finds what gomend does not. */
  function whyLess({ pattern }: Probe, text: string, place: Place): string | null {
    if (pattern.startsWith("for $i :=") && /^for [^:]*,/.test(text)) return "a metavariable is one node, not a list";
    const name = /^(\w+)\.\w/.exec(pattern)?.[1];
    if (name && isDeclaredBeside(place, name)) return "a file for another platform declares the package's name";
    return unread.has(place.slice(0, place.lastIndexOf(":"))) ? "a declaration that the bundled grammar cannot read" : null;
  }
});
