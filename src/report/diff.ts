import type { Report } from "../engine/report.ts";
import { unifiedPatch } from "../text/diff.ts";
import { paintPatch } from "./patch.ts";
import type { ReportContext } from "./reporter.ts";

/**
 * One patch of all changed files, as `git apply` takes it. Exact unless it goes to a terminal, where it is coloured and
 * sanitized.
 */
export function* diff(report: Report, context: ReportContext): Generator<string> {
  const forPeople = context.terminal ?? context.color.isColorSupported;
  for (const file of report.files) {
    const patch = unifiedPatch(file.path, file.before, file.after);
    yield forPeople ? paintPatch(patch, context.color) : patch;
  }
}
