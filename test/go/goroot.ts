/** Real Go files: a sample of `$(go env GOROOT)/src`. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Every `step`th Go file of Go's own tree that is not larger than `most` bytes; none where Go is not installed. */
export function goFiles(step: number, most = 200_000): { path: string; text: string }[] {
  let root: string;
  try {
    root = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
  } catch {
    return [];
  }
  const files: string[] = [];
  const visit = (dir: string) => {
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.name.endsWith(".go")) files.push(path);
    }
  };
  visit(join(root, "src"));
  return files
    .sort()
    .filter((_, k) => k % step === 0)
    .map((path) => ({ path, text: readFileSync(path, "utf8") }))
    .filter(({ text }) => text.length <= most);
}
