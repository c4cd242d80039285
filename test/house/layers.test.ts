import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { violations } from "./layers.ts";

const LONGEST = 600;

function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    const path = `${dir}/${e.name}`;
    if (e.isDirectory()) return sources(path);
    return /\.(ts|tsx|mjs)$/.test(e.name) ? [path] : [];
  });
}

const read = (path: string) => readFileSync(join(path), "utf8");

describe("layers", () => {
  it("imports point left only, and each package has its one importer", () => {
    const found = sources("src").flatMap((path) => violations(path, read(path)).map((v) => `${path} ${v}`));
    expect(found).toEqual([]);
  });

  it("no file is longer than a person reads", () => {
    const long = ["src", "test", "scripts", "bench"]
      .flatMap(sources)
      .map((path) => ({ path, lines: read(path).split("\n").length - 1 }))
      .filter(({ lines }) => lines > LONGEST);
    expect(long).toEqual([]);
  });
});

describe("what the layer test sees", () => {
  const bad: readonly (readonly [string, string, RegExp])[] = [
    ["src/text/a.ts", 'import { x } from "../go/node.ts";', /go stands right of text/],
    ["src/engine/a.ts", 'import type { X } from "../report/text.ts";', /report stands right of engine/],
    ["src/go/a.ts", 'type T = import("../model/model.ts").Type;', /model stands right of go/],
    ["src/report/a.ts", 'export {\n  a,\n  b,\n} from "../cli/main.ts";', /cli stands right of report/],
    ["src/transforms/timers/a.ts", 'import { a } from "../../model/model.ts";', /a transform imports src\/rule only/],
    ["src/transforms/timers/a.ts", 'import { a } from "./b.ts";', /a transform imports src\/rule only/],
    ["src/rule/a.ts", 'import { readFileSync } from "node:fs";', /rule is pure/],
    ["src/engine/regular.ts", "openSync(path, constants.O_WRONLY)", /opens for writing/],
    ["src/engine/regular.ts", 'openSync(path, "w")', /opens for writing/],
    ["src/engine/a.ts", 'import { execFile } from "node:child_process";', /only src\/cli may run programs/],
    ["src/text/edit.ts", 'import MagicString from "magic-string";', /only src\/text\/apply\.ts/],
    ["src/engine/a.ts", 'import { readFileSync, renameSync } from "node:fs";', /renameSync .*only src\/cli may write/],
    ["src/engine/a.ts", 'import * as fs from "node:fs";', /name what it reads/],
    ["src/forge/a.ts", 'import { Octokit } from "@octokit/core";', /only src\/cli\/publish\/github\.ts/],
    ["src/cli/commands/a.ts", 'import { publishToGithub } from "../publish/github.ts";', /load it by import\(\)/],
    ["src/forge/a.ts", 'const r = await fetch("https://example.com");', /network/],
    ["src/report/a.ts", 'console.log("x");', /terminal/],
    ["src/engine/run.ts", 'import { writeChanges } from "./write.ts";', /only src\/cli may write/],
    ["src/index.ts", 'export { main } from "./cli/main.ts";', /command line/],
  ];
  it.each(bad)("%s: %s", (path, text, message) => {
    expect(violations(path, text).join("\n")).toMatch(message);
  });

  const good: readonly (readonly [string, string])[] = [
    ["src/transforms/timers/a.ts", 'import { defineRule } from "../../rule/index.ts";'],
    ["src/transforms/index.ts", 'import a from "./timers/a.ts";'],
    ["src/cli/commands/a.ts", 'const m = await import("../publish/github.ts");'],
    ["src/cli/write.ts", 'import { renameSync } from "node:fs";\nconsole.log(1);'],
    ["src/engine/a.ts", 'import { readFileSync } from "node:fs"; // console.log'],
    ["src/text/apply.ts", 'import MagicString from "magic-string";'],
  ];
  it.each(good)("%s: %s", (path, text) => {
    expect(violations(path, text)).toEqual([]);
  });
});
