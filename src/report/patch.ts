/** Patches and diffs made for reading. */
import { sanitize } from "../text/sanitize.ts";
import type { Colors } from "./reporter.ts";

/** A unified patch sanitized and coloured as git colours it. */
export function paintPatch(patch: string, color: Colors): string {
  let inHunk = false;
  return patch
    .split("\n")
    .map((raw) => {
      const line = sanitize(raw);
      if (line === "") return line;
      if (line.startsWith("diff --git ")) inHunk = false;
      if (line.startsWith("@@ ")) {
        inHunk = true;
        return color.cyan(line);
      }
      if (!inHunk) return color.bold(line);
      if (line.startsWith("+")) return color.green(line);
      if (line.startsWith("-")) return color.red(line);
      return line.startsWith("\\") ? color.dim(line) : line;
    })
    .join("\n");
}
