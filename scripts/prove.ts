/**
 * `npm run prove [-- rule...]`: runs each rule's fixture before and after the fix, and prints what was seen. `--record` writes it to docs/proofs.md, and
 * names the rules of the catalogue that have no driver.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { rules } from "../src/transforms/index.ts";
import { isProven, prove, provenRules } from "../test/runtime/proofs.ts";

const record = process.argv.includes("--record");
const asked = process.argv.slice(2).filter((a) => a !== "--record");
const all = provenRules();
const unknown = asked.find((rule) => !all.includes(rule));
if (unknown !== undefined) {
  console.error(`there is no driver for "${unknown}": test/runtime/drivers has ${all.join(", ")}`);
  process.exit(2);
}
const proofs = await prove(asked.length > 0 ? asked : all, ({ rule }) => process.stderr.write(`${rule}\n`));
const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const lines = proofs.map((p) => {
  const shown = isProven(p) ? "yes" : `**no** (${p.before}; ${p.after})`;
  return row([`\`${p.rule}\``, p.before.replace(/^\w+: /, ""), p.after.replace(/^\w+: /, ""), shown]);
});
const table = [row(["rule", "before the fix", "after it", "shown"]), row(["---", "---", "---", "---"]), ...lines].join("\n");
console.log(table);
if (record) {
  const page = "docs/proofs.md";
  const without = rules.map((r) => r.id).filter((id) => !all.includes(id));
  const text = readFileSync(page, "utf8");
  const filled = text
    .replace(/(<!-- table -->\n)[\s\S]*?(<!-- end -->)/, (_, head, end) => `${head}${table}\n${end}`)
    .replace(
      /(<!-- without -->\n)[\s\S]*?(<!-- end -->)/,
      (_, head, end) => `${head}${without.map((id) => `\`${id}\``).join(", ")}\n${end}`,
    );
  writeFileSync(page, filled);
}
process.exitCode = proofs.every(isProven) ? 0 : 1;
