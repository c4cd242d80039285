/** `gomend undo`: takes back the last write. */
import { forgetLast, undoLast } from "../../engine/write.ts";
import { sanitizeLine } from "../../text/sanitize.ts";
import { complain } from "../fail.ts";

export interface UndoFlags {
  readonly forget?: boolean;
}

export function undo({ forget = false }: UndoFlags): number {
  if (forget) {
    const at = forgetLast();
    if (at === null) return complain(NOTHING);
    process.stdout.write(`Forgot the write of ${sanitizeLine(at)}; the files stay as they are.\n`);
    return 0;
  }
  const { at, restored, problems } = undoLast();
  for (const { path, message } of problems)
    process.stderr.write(`gomend: ${sanitizeLine(path === "" ? message : `${path}: ${message}`)}\n`);
  if (at === null) return problems.length > 0 ? 2 : complain(NOTHING);
  const files = `${restored.length} ${restored.length === 1 ? "file" : "files"}`;
  process.stdout.write(`Took back the write of ${sanitizeLine(at)}: ${files} as before.\n`);
  for (const path of restored) process.stdout.write(`- ${sanitizeLine(path)}\n`);
  if (problems.length === 0) return 0;
  return complain("what was not taken back is kept: mend it and run gomend undo again, or let go of it with gomend undo --forget");
}

const NOTHING = "nothing to take back: gomend wrote nothing in this tree, or it was taken back already";
