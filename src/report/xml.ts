/** XML by hand, for two small formats. */
import { sanitize } from "../text/sanitize.ts";

/** An attribute or text: what XML 1.0 cannot hold, and what would move or hide text, is left out. */
export function escaped(text: string): string {
  return sanitize(text)
    .replace(/[\ufffe\uffff]/g, "")
    .replace(/[&<>"'\t\n]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

export function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join("");
}
