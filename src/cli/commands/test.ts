/** `gomend test`: rules of the user's own on their before/after fixtures. */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import pc from "picocolors";
import { UsageError } from "../../engine/run.ts";
import { type Trial, type TrialCase, trialCases, tryCase } from "../../engine/trial.ts";
import type { Rule } from "../../rule/rule.ts";
import { sanitizeLine } from "../../text/sanitize.ts";
import { wantsColor } from "../color.ts";
import { rulesOfModule } from "../user-code.ts";

export interface TestFlags {
  readonly update?: boolean;
}

/** Where `gomend init --rule` puts rules. */
export const OWN_DIRECTORY = "gomend";

interface Subject {
  readonly rule: Rule;
  /** The directory of fixtures. */
  readonly fixtures: string;
}

export async function test(places: readonly string[], flags: TestFlags): Promise<number> {
  const subjects: Subject[] = [];
  for (const place of places.length > 0 ? places : [OWN_DIRECTORY]) subjects.push(...(await subjectsAt(place)));
  const cases = subjects.flatMap(({ rule, fixtures }) => trialCases(fixtures, rule));
  if (cases.length === 0)
    throw new UsageError(`no fixtures of these rules: a case stands at fixtures/before/<rule>/<case>.go beside the module`);
  const color = pc.createColors(wantsColor(process.stdout));
  for (const { rule } of subjects.filter((s) => !cases.some((c) => c.rule === s.rule)))
    process.stdout.write(`${color.yellow("none")} ${rule.id} has no fixtures\n`);
  let failed = 0;
  let updated = 0;
  for (const c of cases) {
    const trial = await tryCase(c);
    if (flags.update && update(c, trial)) {
      updated++;
      process.stdout.write(`${color.cyan("new ")} ${c.rule.id}/${c.name}\n`);
    }
    const { failures } = flags.update ? await tryCase(c) : trial;
    if (failures.length > 0) failed++;
    process.stdout.write(`${failures.length > 0 ? color.red("FAIL") : color.green("ok  ")} ${c.rule.id}/${c.name}\n`);
    for (const failure of failures) process.stdout.write(shown(failure, color));
  }
  const parts = [
    `${cases.length - failed} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(updated > 0 ? [`${updated} written`] : []),
  ];
  process.stdout.write(`${parts.join(", ")}\n`);
  return failed > 0 ? 1 : 0;
}

/** The rules of a module, or of all modules of a directory. */
async function subjectsAt(place: string): Promise<Subject[]> {
  const absolute = resolve(place);
  const stat = statSync(absolute, { throwIfNoEntry: false });
  if (!stat) throw new UsageError(`no such file or directory: ${place} (gomend init --rule my-rule starts one)`);
  const files = stat.isDirectory() ? modulesIn(absolute) : [absolute];
  if (files.length === 0) throw new UsageError(`no modules in ${place}: a rule of your own is a .ts, .mts, .js or .mjs file`);
  const subjects: Subject[] = [];
  for (const file of files)
    for (const rule of await rulesOfModule(file)) subjects.push({ rule, fixtures: join(dirname(file), "fixtures") });
  return subjects;
}

function modulesIn(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => /\.m?[jt]s$/.test(name) && !/\.(test|spec|config|d)\.m?[jt]s$/.test(name))
    .sort()
    .map((name) => join(dir, name));
}

/** Writes what becomes of the case, or takes the twin away where nothing does; true when that changed something. */
function update(c: TrialCase, { outcome, changes, differs }: Trial): boolean {
  if (!differs) return false;
  if (!changes) {
    const there = statSync(c.after, { throwIfNoEntry: false }) !== undefined;
    rmSync(c.after, { recursive: true, force: true });
    return there;
  }
  for (const file of outcome) {
    const path = c.directory ? join(c.after, file.path) : c.after;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.text);
  }
  return true;
}

function shown(failure: string, color: ReturnType<typeof pc.createColors>): string {
  return failure
    .split("\n")
    .map((line) => {
      const clean = sanitizeLine(line.replaceAll("\t", "    "));
      const paint = /^\+(?!\+\+)/.test(line)
        ? color.green
        : /^-(?!--)/.test(line)
          ? color.red
          : line.startsWith("@@")
            ? color.cyan
            : String;
      return `     ${paint(clean)}\n`;
    })
    .join("");
}
