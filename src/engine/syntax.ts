/**
 * Files that do not parse. The outline and the grammar only raise suspicion (the grammar does not know all of the newest syntax); gofmt's
 * parser decides.
 */
import { formatGo, loadFormatter } from "../go/format.ts";
import { seemsWhole } from "../go/kernel/kernel.ts";
import type { GoFile } from "../model/file.ts";
import { Lines } from "../text/lines.ts";
import type { Problem } from "./report.ts";

/**
 * What is wrong with a file as a whole, or null. Without `whole` only what shows is followed up: in its outline where somebody asked for that, at a
 * glance elsewhere.
 */
export async function brokenFile(file: GoFile, bytes: Uint8Array, whole: boolean): Promise<Problem | null> {
  if (!whole && (file.outlined ? file.outline.problem === null : seemsWhole(bytes) || file.outline.problem === null)) return null;
  return unparsed(file);
}

async function unparsed(file: GoFile): Promise<Problem | null> {
  await loadFormatter();
  const parsed = formatGo(file.source.text);
  if (parsed.ok) return null;
  return { path: file.path, rule: null, message: `does not parse: ${parsed.message}`, line: parsed.line, column: parsed.column };
}

/** What the grammar stumbled over in the declarations of a file that is not known to be broken, once the rules have asked for them. */
export async function unreadDeclarations(file: GoFile): Promise<Problem[]> {
  if (file.problems.length === 0) return [];
  const broken = await unparsed(file);
  if (broken) return [broken];
  return file.problems.map(({ start, message }) => {
    const { line, column } = new Lines(file.source.text).position(start);
    const told =
      message === "syntax error" ? "this declaration was not checked: it is valid Go that the bundled grammar cannot read" : message;
    return { path: file.path, rule: null, message: told, line, column, harmless: true };
  });
}
