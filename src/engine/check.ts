/** Packages to findings: reads the files of a directory, looks for triggers, builds the packages, runs the rules. */
import { isUtf8 } from "node:buffer";
import { dirname } from "node:path";
import type { Version } from "../go/module.ts";
import type { Declaration } from "../go/outline.ts";
import { GrammarNotLoaded, loadGrammar } from "../go/parse.ts";
import { GoFile } from "../model/file.ts";
import { buildPackage, type Package } from "../model/package.ts";
import type { Finding, Fix, Rule } from "../rule/rule.ts";
import { Contents, countsFor, type Mark } from "./cache/contents.ts";
import { type Resolved, type Seen, type SeenHands, Witness } from "./cache/seen.ts";
import { displayPath, entryPath, reason, type Target } from "./discover.ts";
import { Disk, decoded, type Overlay } from "./disk.ts";
import { declarationAt, fingerprints } from "./fingerprint.ts";
import { asModel, callersIn, type HandedNames, type HandedOut, type Handing, inOrder, namesOf, pathsUnder } from "./handing.ts";
import { Modules } from "./modules.ts";
import { compare, compareFindings, faultOfFix } from "./plan.ts";
import type { Problem } from "./report.ts";
import { runRule } from "./rule-run.ts";
import type { FileSettings, Settings, VersionSettings } from "./settings.ts";
import { Suppressions } from "./suppress.ts";
import { brokenFile, unreadDeclarations } from "./syntax.ts";
import type { Presence } from "./triggers.ts";

export interface CheckerOptions {
  readonly cwd: string;
  /** Settings that hold for a directory (absolute). */
  readonly settings: (dir: string) => Settings;
  /** Language version for every package, by `--go`. */
  readonly go?: string;
  readonly includeGenerated: boolean;
  /** Every file is parsed as a whole, so that all syntax errors are told; else only named files are. */
  readonly wholeSyntax: boolean;
  /** What stands for the disk: stdin, what fixes made of files, how files were at a base. */
  readonly overlay: Overlay;
  /** Only the targets may be changed: the file comes from the standard input. */
  readonly alone: boolean;
  /** Note for each directory what its result hangs on. */
  readonly trace?: boolean;
}

/** What the result of a directory hangs on, for a cache. */
export interface Trace {
  /** Print of the directory's Go files. */
  readonly content: string;
  readonly imports: readonly Resolved[];
  readonly seen: readonly Seen[];
  readonly handed: readonly SeenHands[];
  /** What was read, by absolute path. */
  readonly marks: ReadonlyMap<string, Mark>;
}

/** What the check of one directory found. */
export interface Checked {
  /** Sorted, suppressed ones taken out. */
  readonly findings: readonly Finding[];
  readonly fingerprints: ReadonlyMap<Finding, string>;
  /** The name of the declaration around each finding. */
  readonly declarations: ReadonlyMap<Finding, string>;
  /** Fixes that must not be applied: why. `fault` is true when the rule is to blame. */
  readonly blocked: ReadonlyMap<Fix, { readonly reason: string; readonly fault: boolean }>;
  readonly sources: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
  readonly files: number;
  readonly bytes: number;
  readonly parsedBytes: number;
  readonly packages: number;
  /** With `CheckerOptions.trace`, where it can be told. */
  readonly trace?: Trace;
}

/** Milliseconds by phase, of all threads together. */
export interface Phases {
  walk: number;
  read: number;
  search: number;
  outline: number;
  model: number;
  rules: number;
}

interface Read {
  readonly target: Target;
  readonly bytes: Buffer;
}

interface Loaded extends Read {
  readonly file: GoFile;
  readonly presence: Presence;
  /** May hold a suppression comment, and the unused ones are to be told. */
  readonly marked: boolean;
  /** Other packages of the module that it imports. */
  readonly own: readonly string[];
  /** It calls one of the names. */
  calls(names: HandedNames): boolean;
}

export class Checker {
  readonly phases: Phases = { walk: 0, read: 0, search: 0, outline: 0, model: 0, rules: 0 };
  /** Milliseconds by rule. */
  readonly ruleTimes = new Map<string, number>();
  /** Directories, as reports name them, that did not have to be checked. */
  readonly cached: string[] = [];
  readonly options: CheckerOptions;
  readonly modules: Modules;
  private readonly disk: Disk;
  private readonly contents: Contents | null;

  constructor(options: CheckerOptions) {
    this.options = options;
    this.contents = options.trace && options.overlay.size === 0 ? new Contents(() => null) : null;
    this.disk = new Disk(options.cwd, options.overlay, this.contents);
    this.modules = new Modules(options.cwd, options.go, this.disk);
  }

  /** Adds the times of another thread. */
  add(phases: Phases, ruleTimes: ReadonlyMap<string, number>): void {
    for (const phase of Object.keys(phases) as (keyof Phases)[]) this.phases[phase] += phases[phase];
    for (const [rule, time] of ruleTimes) this.ruleTimes.set(rule, (this.ruleTimes.get(rule) ?? 0) + time);
  }

  /** What the rules that speak in a directory look for in what other packages hand out. */
  handingOf(dir: string): Handing | null {
    const settings = this.options.settings(dir);
    return settings.forVersion(this.modules.version(dir, settings.go)).handing;
  }

  /** Checks the targets, which are all that is wanted of one directory. */
  async checkDirectory(dir: string, targets: readonly Target[]): Promise<Checked> {
    const witness = this.contents ? new Witness() : null;
    const checked = await this.checkWithGrammar(dir, targets, witness);
    const trace = witness && this.traceOf(dir, targets, witness);
    return trace ? Object.assign(checked, { trace }) : checked;
  }

  private traceOf(dir: string, targets: readonly Target[], witness: Witness): Trace | null {
    const contents = this.contents as Contents;
    const content = contents.ofDirectory(dir);
    const shown = (d: string): string => displayPath(this.options.cwd, d);
    const seen = witness.seen(shown, (d, tests) => contents.ofDirectory(d, countsFor(tests)));
    if (content === null || !seen) return null;
    const marks = new Map<string, Mark>();
    for (const { absolute } of targets) {
      const mark = contents.marks.get(absolute);
      if (mark) marks.set(absolute, mark);
    }
    const handed = witness.handed(shown, (d) => contents.ofDirectory(d, countsFor(false)));
    return handed && { content, imports: witness.imports(shown), seen, handed, marks };
  }

  /** Most directories never need the grammar: it is loaded when one asks for it, and that directory begun anew. */
  private async checkWithGrammar(dir: string, targets: readonly Target[], witness: Witness | null): Promise<Result> {
    try {
      return await this.check(dir, targets, witness);
    } catch (error) {
      if (!(error instanceof GrammarNotLoaded)) throw error;
      await loadGrammar();
      return this.check(dir, targets, witness);
    }
  }

  private async check(dir: string, targets: readonly Target[], witness: Witness | null): Promise<Result> {
    const settings = this.options.settings(dir);
    const version = this.modules.version(dir, settings.go);
    const spoken = settings.forVersion(version);
    const result = new Result();
    const wanted = targets.filter((target) => target.named || !settings.excludes(target.absolute));
    const read = wanted.flatMap((target) => this.read(target, result) ?? []);
    const { loaded, open } = this.search(read, settings, spoken, spoken.handing ? this.modules.ownPrefix(dir) : null);
    const { triggers, handing } = spoken;
    const own = new Set(loaded.flatMap((f) => f.own));
    const handed = handing && own.size > 0 ? this.modules.handedOutTo(dir, own, handing, witness) : NONE;
    const names = namesOf(handed);
    const told = result.problems.length;
    if (loaded.some((f) => f.marked || triggers.touches(f.presence, open) || f.calls(names))) {
      this.modules.trim();
      await this.run({ dir, settings, version, open, witness, handed, names, ...spoken }, loaded, result);
    }
    result.problems.splice(told, 0, ...(await this.broken(loaded)));
    return result;
  }

  private read(target: Target, result: Result): Read | null {
    const started = performance.now();
    try {
      const text = this.options.overlay.get(target.path);
      const bytes = text === undefined || text === null ? this.disk.bytes(target.absolute) : Buffer.from(text, "utf8");
      result.files++;
      result.bytes += bytes.length;
      if (isUtf8(bytes)) return { target, bytes };
      result.problems.push({ path: target.path, rule: null, message: "not valid UTF-8, so no Go file: not checked" });
    } catch (error) {
      result.problems.push({ path: target.path, rule: null, message: `cannot read: ${reason(error)}` });
    } finally {
      this.phases.read += performance.now() - started;
    }
    return null;
  }

  /** Looks for what the rules look for in the files of one directory; `open` are the rules that can find something. */
  private search(
    read: readonly Read[],
    settings: Settings,
    { triggers }: VersionSettings,
    prefix: string | null,
  ): { readonly loaded: readonly Loaded[]; readonly open: ReadonlySet<Rule> } {
    const started = performance.now();
    const contents = read.map((r) => r.bytes);
    // Beside a named file stand others that are not searched.
    const { presences, open } = read.some((r) => r.target.named)
      ? { presences: contents.map((bytes) => triggers.search(bytes)), open: triggers.all }
      : triggers.searchTogether(contents);
    const loaded = read.map(({ target, bytes }, i): Loaded => {
      const presence = presences[i] as Presence;
      return {
        target,
        bytes,
        file: new GoFile(target.path, () => decoded(bytes)),
        presence,
        marked: settings.unusedSuppressions && presence.marked,
        own: prefix === null ? [] : pathsUnder(bytes.subarray(0, presence.head), prefix),
        calls: (names) => [...names.keys()].some((name) => bytes.includes(`.${name}(`)),
      };
    });
    this.phases.search += performance.now() - started;
    return { loaded, open };
  }

  /** The files that do not parse, and declarations that the grammar could not read. */
  private async broken(files: readonly Loaded[]): Promise<Problem[]> {
    const started = performance.now();
    const found: Problem[] = [];
    for (const { file, bytes, target } of files) {
      const problem = await brokenFile(file, bytes, this.options.wholeSyntax || target.named);
      found.push(...(problem ? [problem] : await unreadDeclarations(file)));
    }
    this.phases.outline += performance.now() - started;
    return found;
  }

  private async run(place: Place, loaded: readonly Loaded[], result: Result): Promise<void> {
    const started = performance.now();
    const files = this.filesOf(place.dir, loaded);
    const byName = new Map<string, Member[]>();
    for (const member of files) {
      const name = member.file.packageName;
      const same = byName.get(name);
      if (same) same.push(member);
      else byName.set(name, [member]);
    }
    this.phases.model += performance.now() - started;
    const found: Found[] = [];
    for (const [name, members] of byName) {
      if (members.some(({ loaded: l }) => l && (l.marked || place.triggers.touches(l.presence, place.open) || l.calls(place.names))))
        found.push(...(await this.checkPackage(place, name, members, result)));
    }
    found.sort((a, b) => compareFindings(a.finding, b.finding));
    for (const { finding, declaration } of found) {
      result.findings.push(finding);
      result.declarations.set(finding, declaration);
    }
    const textOf = (path: string): string => result.sources.get(path) ?? "";
    for (const [finding, print] of fingerprints(result.findings, (f) => result.declarations.get(f) ?? "", textOf))
      result.fingerprints.set(finding, print);
  }

  /** All Go files of the directory: those that are wanted, and those that only belong to the same packages. */
  private filesOf(dir: string, loaded: readonly Loaded[]): Member[] {
    const members: Member[] = loaded.map((l) => ({ file: l.file, loaded: l }));
    const known = new Set(loaded.map((l) => l.target.absolute));
    for (const name of this.disk.goFileNames(dir)) {
      const absolute = entryPath(dir, name);
      if (known.has(absolute)) continue;
      const path = displayPath(this.options.cwd, absolute);
      members.push({ file: new GoFile(path, () => this.disk.read(absolute) ?? ""), loaded: null });
    }
    return members.sort((a, b) => compare(a.file.path, b.file.path));
  }

  private async checkPackage(place: Place, name: string, members: readonly Member[], result: Result): Promise<Found[]> {
    const { dir, settings, version, rules, triggers, open, handed, names, handing } = place;
    const started = performance.now();
    const triggered = new Map<GoFile, readonly Declaration[]>();
    const active = new Map<Rule, Map<GoFile, readonly Declaration[]>>();
    const wanted = new Map<string, FileSettings>();
    for (const { file, loaded } of members) {
      if (!loaded || (file.generated && !this.options.includeGenerated && !loaded.target.named)) continue;
      wanted.set(file.path, settings.forFile(loaded.target.absolute));
      const callers = loaded.calls(names) ? callersIn(file, names) : null;
      if (!callers && !triggers.touches(loaded.presence, open)) continue;
      const selected = triggers.select(file.source.text, file.declarations, loaded.presence, open);
      const touched = callers ? inOrder([...selected.touched, ...callers.declarations]) : selected.touched;
      if (touched.length > 0) triggered.set(file, touched);
      for (const rule of new Set([...selected.rules, ...(callers?.rules ?? [])])) {
        const own = active.get(rule) ?? new Map<GoFile, readonly Declaration[]>();
        const held = selected.byRule.get(rule) ?? [];
        active.set(rule, own.set(file, callers?.rules.has(rule) ? inOrder([...held, ...callers.declarations]) : held));
      }
    }
    const files = members.map((m) => m.file);
    const importer = this.modules.importer(dir, handing, place.witness);
    const pkg = buildPackage({
      name,
      path: this.modules.importPath(dir, name),
      dir: displayPath(this.options.cwd, dir),
      version,
      files,
      triggered: () => triggered,
      import: (path, from) => importer.import(path, from),
      handedOut: asModel(handed),
      options: settings.options,
    });
    const ruled = performance.now();
    this.phases.model += ruled - started;
    const raw: { finding: Finding; rule: Rule }[] = [];
    for (const rule of rules) {
      const asked = active.get(rule);
      if (!asked) continue;
      const start = performance.now();
      // A rule sees what its own triggers touch, whatever other rules run.
      pkg.focusOn(asked);
      const admits = (finding: Finding): boolean => wanted.get(finding.at.path)?.selection.admits(finding, rule) ?? false;
      const ran = runRule(rule, pkg, [...asked.keys()], admits);
      const said = ran instanceof Promise ? await ran : ran;
      result.problems.push(...said.problems);
      for (const finding of said.findings) raw.push({ finding, rule });
      this.ruleTimes.set(rule.id, (this.ruleTimes.get(rule.id) ?? 0) + performance.now() - start);
    }
    this.phases.rules += performance.now() - ruled;
    result.packages++;
    result.parsedBytes += pkg.parsedBytes;
    return this.accept(raw, pkg, members, wanted, settings, result);
  }

  /** Drops what was not asked for, suppressed or said twice, and judges the fixes. */
  private accept(
    raw: readonly { finding: Finding; rule: Rule }[],
    pkg: Package,
    members: readonly Member[],
    wanted: ReadonlyMap<string, FileSettings>,
    settings: Settings,
    result: Result,
  ): Found[] {
    const byPath = new Map(members.map(({ file }) => [file.path, file]));
    const seen = new Set<string>();
    const found: Found[] = [];
    const suppressions = new Map<string, Suppressions>();
    const suppressionsOf = (file: GoFile): Suppressions => {
      let own = suppressions.get(file.path);
      if (!own) {
        own = new Suppressions(file.source);
        suppressions.set(file.path, own);
      }
      return own;
    };
    const textOf = (path: string): string | null => byPath.get(path)?.source.text ?? null;
    for (const { finding, rule } of raw) {
      const { path, start, end } = finding.at;
      const file = byPath.get(path);
      if (!file || start < 0 || start > end || end > file.source.text.length || finding.rule !== rule.id) {
        result.problems.push({
          path: pkg.dir,
          rule: rule.id,
          message: `a finding that cannot be placed: ${finding.rule} at ${path}:${start}-${end}`,
        });
        continue;
      }
      const own = wanted.get(path);
      // A suppression counts as used also when the finding would not be told this time.
      const suppressed = own !== undefined && suppressionsOf(file).covers(finding);
      if (suppressed || !own?.selection.admits(finding, rule)) continue;
      const key = `${finding.rule}\0${path}\0${start}\0${end}\0${finding.message}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const judged = settings.judge(finding);
      found.push({ finding: judged, declaration: declarationAt(file.declarations, start) });
      for (const p of pathsOf(judged)) {
        const text = textOf(p);
        if (text !== null) result.sources.set(p, text);
      }
      for (const fix of judged.fixes) this.judgeFix(fix, judged, byPath, wanted, textOf, result);
    }
    if (!settings.unusedSuppressions) return found;
    for (const { file, loaded } of members) {
      const own = wanted.get(file.path);
      if (!loaded?.marked || !own) continue;
      for (const finding of suppressionsOf(file).unused((id) => settings.suppressible(id, own.selection))) {
        found.push({ finding, declaration: declarationAt(file.declarations, finding.at.start) });
        result.sources.set(file.path, file.source.text);
      }
    }
    return found;
  }

  private judgeFix(
    fix: Fix,
    finding: Finding,
    byPath: ReadonlyMap<string, GoFile>,
    wanted: ReadonlyMap<string, FileSettings>,
    textOf: (path: string) => string | null,
    result: Result,
  ): void {
    const fault = faultOfFix(fix, textOf);
    if (fault) {
      result.blocked.set(fix, { reason: fault, fault: true });
      result.problems.push({ path: finding.at.path, rule: finding.rule, message: `its fix "${fix.title}" is invalid: ${fault}` });
      return;
    }
    for (const { at } of fix.edits) {
      if (wanted.has(at.path)) continue;
      const why = byPath.get(at.path)?.generated ? "is generated" : this.options.alone ? "was not given" : null;
      if (why) result.blocked.set(fix, { reason: `it would change ${at.path}, which ${why}`, fault: false });
    }
  }
}

const NONE: HandedOut = new Map();

/** What holds for one directory. */
interface Place extends VersionSettings {
  readonly dir: string;
  readonly settings: Settings;
  readonly version: Version;
  /** The rules whose imports some file of the directory has. */
  readonly open: ReadonlySet<Rule>;
  readonly witness: Witness | null;
  /** What the packages that it imports hand out, and the names of it all. */
  readonly handed: HandedOut;
  readonly names: HandedNames;
}

interface Member {
  readonly file: GoFile;
  /** null for a file that only belongs to the package. */
  readonly loaded: Loaded | null;
}

interface Found {
  readonly finding: Finding;
  readonly declaration: string;
}

class Result implements Checked {
  readonly findings: Finding[] = [];
  readonly fingerprints = new Map<Finding, string>();
  readonly declarations = new Map<Finding, string>();
  readonly blocked = new Map<Fix, { reason: string; fault: boolean }>();
  readonly sources = new Map<string, string>();
  readonly problems: Problem[] = [];
  files = 0;
  bytes = 0;
  parsedBytes = 0;
  packages = 0;
}

function pathsOf(finding: Finding): Set<string> {
  const paths = new Set([finding.at.path]);
  for (const r of finding.related ?? []) paths.add(r.at.path);
  for (const fix of finding.fixes) for (const e of fix.edits) paths.add(e.at.path);
  return paths;
}

/** Targets by directory, in order of path. */
export function byDirectory(targets: readonly Target[]): Map<string, Target[]> {
  const groups = new Map<string, Target[]>();
  for (const target of targets) {
    const dir = dirname(target.absolute);
    const same = groups.get(dir);
    if (same) same.push(target);
    else groups.set(dir, [target]);
  }
  return groups;
}
