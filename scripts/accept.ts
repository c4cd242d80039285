/**
 * `npm run accept [rule-id ...]`: writes the fixtures' twins and snapshots as gomend has them now. Read every difference as the person who must
 * merge it: what is accepted here is what users get.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { rules } from "../src/transforms/index.ts";
import { AFTER, type Case, casesOf, fixtureRules, orphans, SNAPSHOTS, twinPath } from "../test/house/cases.ts";
import { alternatives, applyNth, check, snapshot } from "../test/house/engine.ts";

const asked = process.argv.slice(2);
const known = fixtureRules().filter((id) => rules.some((r) => r.id === id));
const unknown = asked.find((a) => !known.includes(a));
if (unknown !== undefined) {
  console.error(`${unknown} is no rule with fixtures; these are: ${known.join(", ")}`);
  process.exit(2);
}

let written = 0;
for (const rule of asked.length ? asked : known) for (const c of casesOf(rule)) await accept(c);
for (const path of [...orphans(AFTER), ...orphans(SNAPSHOTS)]) drop(path);
console.log(`${written} written`);

async function accept(c: Case): Promise<void> {
  const said = await check(c);
  for (const p of said.report.problems) console.error(`${c.rule}/${c.name}: ${p.message}`);
  const shown = join(SNAPSHOTS, c.rule, `${c.name}.txt`);
  if (said.own.length > 0) put(shown, snapshot(c, said));
  else drop(shown);
  const most = alternatives(said.own);
  for (let nth = 1; nth <= most; nth++) {
    const fixed = await applyNth(c, nth);
    for (const p of fixed.report.problems) console.error(`${c.rule}/${c.name}, alternative ${nth}: ${p.message}`);
    for (const file of fixed.files) put(c.directory ? join(twinPath(c, nth), file.path) : twinPath(c, nth), file.text);
  }
  for (let nth = most + 1; existsSync(twinPath(c, nth)); nth++) drop(twinPath(c, nth));
}

function put(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  written++;
  console.log(path);
}

function drop(path: string): void {
  if (!existsSync(path)) return;
  rmSync(path, { recursive: true });
  console.log(`removed ${path}`);
}
