/** The formats by name. A new format is one file and one row here. */
import { concise } from "./concise.ts";
import { diff } from "./diff.ts";
import { json, jsonLines } from "./json.ts";
import { reportFile } from "./report-file.ts";
import type { Reporter } from "./reporter.ts";
import { sarif } from "./sarif.ts";
import { text } from "./text.ts";

export { type Colors, type ReportContext, type Reporter, render } from "./reporter.ts";

export const reporters = {
  text,
  concise,
  json,
  "json-lines": jsonLines,
  sarif,
  diff,
  report: reportFile,
} as const satisfies Record<string, Reporter>;

export type Format = keyof typeof reporters;

export const formats = Object.keys(reporters) as Format[];

export function isFormat(name: string): name is Format {
  return Object.hasOwn(reporters, name);
}
