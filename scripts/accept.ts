/**
 * `npm run accept [rule-id ...]`: writes the fixtures' twins and snapshots as gomend has them now. Read every difference as the person who must
 * merge it: what is accepted here is what users get.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { AFTER, type Case, casesOf, filed, fixtureRules, SNAPSHOTS, twinPath } from "../test/house/cases.ts";
import { alternatives, applyNth, check, snapshot } from "../test/house/engine.ts";

const asked = process.argv.slice(2);
const unknown = asked.find((a) => !fixtureRules().includes(a));
if (unknown !== undefined) {
  console.error(`no fixtures of ${unknown}; there are some of ${fixtureRules().join(", ")}`);
  process.exit(2);
}

let written = 0;
const kept = new Set<string>();
for (const rule of asked.length ? asked : fixtureRules()) {
  for (const c of casesOf(rule)) await accept(c);
  for (const { path } of [...filed(AFTER), ...filed(SNAPSHOTS)].filter((f) => f.rule === rule && !kept.has(f.path))) {
    rmSync(path, { recursive: true });
    console.log(`removed ${path}`);
  }
}
console.log(`${written} written`);

async function accept(c: Case): Promise<void> {
  const said = await check(c);
  if (said.own.length > 0) put(join(SNAPSHOTS, c.rule, `${c.name}.txt`), snapshot(c, said));
  for (const p of said.report.problems) console.error(`${c.rule}/${c.name}: ${p.message}`);
  for (let nth = 1; nth <= alternatives(said.own); nth++) {
    const twin = twinPath(c, nth);
    kept.add(twin);
    const fixed = await applyNth(c, nth);
    for (const p of fixed.report.problems) console.error(`${c.rule}/${c.name}, alternative ${nth}: ${p.message}`);
    for (const file of fixed.files) put(c.directory ? join(twin, file.path) : twin, file.text);
  }
}

function put(path: string, text: string): void {
  kept.add(path);
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  written++;
  console.log(path);
}
