/** What other packages see of a file. */
import { outline } from "../go/outline.ts";
import type { FileChange } from "./report.ts";

/**
 * True when something at the top level differs besides the bodies of functions, comments and white space: what imports the package might not build any
 * more. No package sees a test's files.
 */
export function surfaceDiffers({ path, before, after }: FileChange): boolean {
  return !path.endsWith("_test.go") && surface(before) !== surface(after);
}

function surface(text: string): string {
  return outline(text)
    .declarations.map((d) => text.slice(d.start, d.body ?? d.end).replaceAll(/\s+/g, " "))
    .join("\n");
}
