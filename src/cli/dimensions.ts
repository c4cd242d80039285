/** What findings can be counted by, and patches split by. */
import { dirname, resolve } from "node:path";
import { Disk } from "../engine/disk.ts";
import { Modules } from "../engine/modules.ts";
import { Owners } from "../engine/owners.ts";
import { UsageError } from "../engine/run.ts";
import type { Dimension } from "./flags.ts";

/** The group of a file, for the dimensions that go by file. Throws `UsageError` when a CODEOWNERS file is wanted and there is none. */
export function groupOfFile(dimension: Exclude<Dimension, "rule">, cwd: string): (path: string) => string {
  if (dimension === "package") return (path) => dirname(path);
  if (dimension === "module") {
    const modules = new Modules(cwd, undefined, new Disk(cwd, new Map()));
    return (path) => modules.moduleName(dirname(resolve(cwd, path))) ?? "(no module)";
  }
  const owners = Owners.near(cwd);
  if (!owners)
    throw new UsageError(
      "there is no CODEOWNERS file in .github, .gitlab, docs or the top of the work tree: choose rule, package or module",
    );
  return (path) => owners.of(resolve(cwd, path)).join(" ") || "(nobody)";
}
