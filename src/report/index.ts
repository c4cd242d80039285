/** The formats by name. A new format is one file and one row here. Each is loaded when asked for: some bring large libraries. */
import type { Reporter } from "./reporter.ts";

export { type Checkout, type Colors, type ReportContext, type Reporter, render } from "./reporter.ts";

export const reporters = {
  text: async () => (await import("./text.ts")).text,
  concise: async () => (await import("./concise.ts")).concise,
  json: async () => (await import("./json.ts")).json,
  "json-lines": async () => (await import("./json.ts")).jsonLines,
  rdjson: async () => (await import("./rdjson.ts")).rdjson,
  rdjsonl: async () => (await import("./rdjson.ts")).rdjsonl,
  github: async () => (await import("./github.ts")).github,
  gitlab: async () => (await import("./gitlab.ts")).gitlab,
  junit: async () => (await import("./junit.ts")).junit,
  checkstyle: async () => (await import("./checkstyle.ts")).checkstyle,
  markdown: async () => (await import("./markdown.ts")).markdown,
  html: async () => (await import("./html.ts")).html,
  sarif: async () => (await import("./sarif.ts")).sarif,
  diff: async () => (await import("./diff.ts")).diff,
  report: async () => (await import("./report-file.ts")).reportFile,
} as const satisfies Record<string, () => Promise<Reporter>>;

export type Format = keyof typeof reporters;

export const formats = Object.keys(reporters) as Format[];

export function isFormat(name: string): name is Format {
  return Object.hasOwn(reporters, name);
}
