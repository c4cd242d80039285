/** What is killed: `node child.js write|undo <directory> <files>` says "x" and writes, or takes back. */
import { writeSync } from "node:fs";
import { join } from "node:path";
import type { FileChange } from "../../src/engine/report.ts";
import { undoLast, writeChanges } from "../../src/engine/write.ts";

/** Files of different sizes in ten directories, with byte order marks, CRLF and wide text among them. */
export function changesOf(files: number): FileChange[] {
  return Array.from({ length: files }, (_, i) => {
    const end = i % 5 === 0 ? "\r\n" : "\n";
    const body = Array.from({ length: 4 + ((i * 37) % 60) }, (_, l) => `var x${l} = "é 世界 😀 ${i}"`).join(end);
    const text = `${i % 7 === 0 ? "\ufeff" : ""}package p${end}${end}${body}${end}`;
    return { path: `d${i % 10}/f${i}.go`, before: text, after: text.replaceAll("var", "const").replaceAll("😀", "") };
  });
}

const [what, dir = "", files = "0"] = process.argv.slice(2);
if (what === "write" || what === "undo") {
  const changes = changesOf(Number(files));
  writeSync(1, "x");
  if (what === "undo") undoLast(dir);
  else writeChanges(changes, (path) => join(dir, path), [changes.slice(0, 20).map((c) => c.path)], dir);
}
