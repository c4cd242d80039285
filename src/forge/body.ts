/** The text of a comment on a finding. */

import { patchOf } from "../text/diff.ts";
import { code, exactFence, fence, folded, link, prose } from "../text/markdown.ts";
import type { Dialect } from "./dialect.ts";
import { marker } from "./marker.ts";
import type { Item, ItemFix } from "./subject.ts";
import type { Suggestion } from "./suggest.ts";

/** Patches that are longer are not shown in a comment: the command makes the change. */
const LONGEST_PATCH = 20_000;
/** Steps of a witness that a comment shows. */
const MOST_STEPS = 20;

/** `suggestion` replaces the lines that the comment stands on; without one, `why` says what is in its way. */
export function commentBody(item: Item, suggestion: Suggestion | null, why: string | null, dialect: Dialect): string {
  const parts = [`${code(item.rule)} ${prose(item.message)}${item.likely ? " (likely)" : ""}${elsewhere(item, suggestion, dialect)}.`];
  const reason = dialect.reasonOf(item.rule);
  if (reason) parts.push(prose(reason, 1_000));
  if (item.related.length > 0) parts.push(witness(item, dialect));
  if (item.fix) parts.push(fixSentence(item.fix));
  if (suggestion) parts.push(exactFence(`${suggestion.lines.join("\n")}\n`, dialect.suggestionInfo(suggestion)));
  else if (item.fix)
    parts.push(
      `${why ? `It cannot be a suggestion: ${why}. ` : ""}This makes the change: ${code(applyCommand([item]))}`,
      patchPart(item.fix),
    );
  parts.push(marker({ kind: "finding", fingerprint: item.fingerprint }));
  return parts.join("\n\n");
}

/** The finding's line, where the comment stands on others. */
function elsewhere({ path, line }: Item, suggestion: Suggestion | null, dialect: Dialect): string {
  if (!suggestion || (suggestion.path === path && line >= suggestion.first && line <= suggestion.last)) return "";
  return `, in ${link(code(suggestion.path === path ? `line ${line}` : `${path}:${line}`), dialect.address(path, line))}`;
}

function witness(item: Item, dialect: Dialect): string {
  const steps = item.related.slice(0, MOST_STEPS).map(({ path, line, message }) => {
    const place = path === item.path ? `line ${line}` : `${path}:${line}`;
    return `- ${link(code(place), dialect.address(path, line))}: ${prose(message)}`;
  });
  const rest = item.related.length - steps.length;
  if (rest > 0) steps.push(`- and ${rest} more`);
  return steps.join("\n");
}

function fixSentence({ applicability, title, because }: ItemFix): string {
  if (applicability === "safe") return `**Safe fix**: ${prose(title)}.`;
  return `**Unsafe fix**: ${prose(title)}. A person has to decide: ${prose(because ?? "no reason is given")}.`;
}

function patchPart(fix: ItemFix): string {
  const patch = fix.files.map(({ path, hunks }) => patchOf(path, hunks)).join("");
  return patch.length > LONGEST_PATCH ? "The patch is too long to be shown here." : folded("The patch", fence(patch, "diff"));
}

/** A longer command is not shown; one that makes all fixes stands in. */
const LONGEST_COMMAND = 1_000;

/** The command that makes the items' fixes. */
export function applyCommand(items: readonly Item[]): string {
  const rules = [...new Set(items.map((item) => item.rule))].sort();
  const unsafe = items.some((item) => item.fix?.applicability === "unsafe") ? " --unsafe-fixes" : "";
  const paths = [...new Set(items.map((item) => item.path))].sort();
  const shown = paths.length > 10 ? ["./..."] : paths.map((path) => quoted(path.startsWith("-") ? `./${path}` : path));
  const command = `gomend fix${unsafe} --select ${rules.join(",")} ${shown.join(" ")}`;
  return command.length > LONGEST_COMMAND ? `gomend fix${unsafe} ./...` : command;
}

/** A word of a shell's command line. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
