/**
 * Text of a repository, or of a report that a stranger may have written, made safe in Markdown as GitHub and GitLab read it: it cannot leave its
 * place, become HTML, a link or an image, mention a person or team, refer to an issue, or be a quick action.
 */
import { sanitize, sanitizeLine } from "./sanitize.ts";

/** What no Markdown shows and what takes a name or a number from the sign before it. */
const GAP = "\u200b";

/** Signs that Markdown, HTML or a reference may start with. Beyond these, letters alone are left. */
const SIGNS = /[\\`*_{}[\]()<>#+\-!|~$^=:&@%"']/g;

/** One line of prose. At most `limit` characters are shown; the cut is marked. */
export function prose(text: string, limit = 400): string {
  const line = sanitizeLine(text).trim();
  const shown = line.length > limit ? `${line.slice(0, limit).replace(/[\ud800-\udbff]$/, "")}…` : line;
  return shown
    .replace(/(?=:\/\/)|(?<=\bwww)(?=\.)|(?<=\b(?:gh|mailto|xmpp))(?=[-:])/gi, GAP)
    .replace(SIGNS, (sign) => (/[@#!~$^&%]/.test(sign) ? `\\${sign}${GAP}` : `\\${sign}`))
    .replace(/^(\d+)([.)])/, "$1\\$2")
    .replace(/^\//, `${GAP}/`);
}

/** A span of code, on one line. */
export function code(text: string): string {
  const line = sanitizeLine(text);
  const ticks = "`".repeat(longestRun(line) + 1);
  // A blank on both sides is taken off by Markdown again.
  const padded = /^[` ]|[` ]$/.test(line) && /[^ ]/.test(line) ? ` ${line} ` : line;
  return line === "" ? "` `" : `${ticks}${padded}${ticks}`;
}

/** Prose or a span of code in a cell of a table, which a bar would end. */
export function cell(markdown: string): string {
  return markdown.replace(/\\?\|/g, "\\|");
}

/** A block of code: exact, but for what would move or hide text. `info` is a word of ours. */
export function fence(text: string, info = ""): string {
  return exactFence(sanitize(text), info);
}

/** As `fence`, with every character as it is. */
export function exactFence(text: string, info: string): string {
  const ticks = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${ticks}${info}\n${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${ticks}`;
}

/** A part that opens on a click. `summary` is HTML of ours, `body` Markdown. */
export function folded(summary: string, body: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** A link; the text is Markdown of ours. The address is percent-encoded where it could end the link. */
export function link(text: string, address: string): string {
  return `[${text}](${address.replace(/[()<>\s\\"'`]/g, (sign) => encodeURIComponent(sign).replace(/[()'`]/g, hex))})`;
}

function hex(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
