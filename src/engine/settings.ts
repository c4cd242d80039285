/** What holds for one directory: configuration and command line together. */
import { dirname, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import { formatVersion, type Version } from "../go/module.ts";
import { SUPPRESSION_MARK } from "../go/suppressions.ts";
import type { Finding, Rule } from "../rule/rule.ts";
import type { Config, RuleOptions } from "./config.ts";
import { Handing } from "./handing.ts";
import { Selection, type Selectors, UNUSED_SUPPRESSION } from "./selection.ts";
import { Triggers } from "./triggers.ts";
import { spokenBy } from "./versions.ts";

export interface FileSettings {
  readonly selection: Selection;
}

export interface VersionSettings {
  /** In the catalogue's order. */
  readonly rules: readonly Rule[];
  readonly triggers: Triggers;
  /** What packages hand out to others, as the rules ask for it; null when none does. */
  readonly handing: Handing | null;
}

export class Settings {
  /** Rules that may have findings in some file and version, in the catalogue's order. */
  readonly rules: readonly Rule[];
  readonly go: string | null;
  readonly unusedSuppressions: boolean;
  readonly options: RuleOptions;
  /** Tells these settings from others: rules, configuration and command line as text; patterns count from `root`. */
  readonly key: string;
  /** Directory of the configuration file; "" without one. */
  readonly root: string;
  private readonly base: FileSettings;
  private readonly perFile: readonly { readonly patterns: Ignore; readonly selectors: Selectors }[];
  private readonly excluded: Ignore | null;
  private readonly safe: ReadonlySet<string>;
  private readonly unsafe: ReadonlySet<string>;
  private readonly all: readonly Rule[];
  private readonly nameable: readonly Rule[];
  private readonly selectors: Selectors;
  private readonly known = new Map<string, FileSettings>();
  private readonly byVersion = new Map<string, VersionSettings>();

  /**
   * What the command line selects replaces what the configuration selects; what it ignores comes on top. It may name rules of `nameable`
   * that do not hold here.
   */
  constructor(all: readonly Rule[], config: Config, commandLine: Selectors, nameable: readonly Rule[] = all) {
    this.all = all;
    this.nameable = nameable;
    const select = commandLine.select?.length ? commandLine.select : config.select;
    this.selectors = { ...(select ? { select } : {}), ignore: [...(config.ignore ?? []), ...(commandLine.ignore ?? [])] };
    this.base = { selection: new Selection(this.selectors, nameable) };
    this.root = config.file === null ? "" : dirname(config.file);
    this.excluded = config.exclude.length > 0 ? ignore().add([...config.exclude]) : null;
    this.perFile = config.perFile.map((p) => ({
      patterns: ignore().add([...p.files]),
      selectors: { ...(p.select ? { select: p.select } : {}), ...(p.ignore ? { ignore: p.ignore } : {}) },
    }));
    this.safe = new Set(config.extendSafe);
    this.unsafe = new Set(config.extendUnsafe);
    this.go = config.go ?? null;
    this.options = config.options;
    this.key = JSON.stringify([nameable.map((r) => r.id), all.map((r) => r.id), config.text, commandLine]);
    const selections = [this.base.selection, ...this.perFile.map((p) => new Selection(this.merge([p.selectors]), nameable))];
    this.rules = all.filter((r) => selections.some((s) => s.runs(r)));
    this.unusedSuppressions = this.base.selection.unusedSuppressions;
  }

  /** The rules that speak for a language version, and what they want to see. */
  forVersion(version: Version): VersionSettings {
    const key = formatVersion(version);
    let found = this.byVersion.get(key);
    if (!found) {
      const spoken = this.rules.map((rule) => ({ rule, marks: spokenBy(rule, version) })).filter(({ marks }) => marks?.length !== 0);
      const marks = new Map(spoken.flatMap(({ rule, marks }) => (marks ? [[rule, marks] as const] : [])));
      const rules = spoken.map(({ rule }) => rule);
      found = { rules, triggers: new Triggers(rules, SUPPRESSION_MARK, marks), handing: Handing.of(rules) };
      this.byVersion.set(key, found);
    }
    return found;
  }

  /** `absolute` is a file; patterns count from the configuration's directory. */
  excludes(absolute: string): boolean {
    const rel = this.relative(absolute);
    return rel !== null && (this.excluded?.ignores(rel) ?? false);
  }

  forFile(absolute: string): FileSettings {
    if (this.perFile.length === 0) return this.base;
    const rel = this.relative(absolute);
    if (rel === null) return this.base;
    const matching = this.perFile.map((p, i) => ({ p, i })).filter(({ p }) => p.patterns.ignores(rel));
    if (matching.length === 0) return this.base;
    const key = matching.map(({ i }) => i).join(" ");
    let found = this.known.get(key);
    if (!found) {
      found = { selection: new Selection(this.merge(matching.map(({ p }) => p.selectors)), this.nameable) };
      this.known.set(key, found);
    }
    return found;
  }

  /** The finding with its fixes' applicability as the configuration has it. */
  judge(finding: Finding): Finding {
    const safe = this.safe.has(finding.rule);
    const unsafe = this.unsafe.has(finding.rule);
    if (!safe && !unsafe) return finding;
    return {
      ...finding,
      fixes: finding.fixes.map((fix) => {
        if (unsafe && fix.applicability === "safe")
          return { ...fix, applicability: "unsafe", because: "the configuration calls this rule's fixes unsafe" };
        if (safe && fix.applicability === "unsafe") return { ...fix, applicability: "safe" };
        return fix;
      }),
    };
  }

  /**
   * What a suppression that names `id` is worth here: "unknown" names no rule, "idle" one that did not run, so that nothing can be said
   * about whether it is needed, "active" one that ran.
   */
  suppressible(id: string, selection: Selection = this.base.selection): "unknown" | "idle" | "active" {
    if (id === UNUSED_SUPPRESSION) return "idle";
    const rule = this.all.find((r) => r.id === id);
    if (!rule) return "unknown";
    // A rule that is silent because of its tier is no reason to take a suppression out.
    return selection.runs(rule) ? "active" : "idle";
  }

  private merge(more: readonly Selectors[]): Selectors {
    const select = more.findLast((m) => m.select)?.select ?? this.selectors.select;
    return { ...(select ? { select } : {}), ignore: [...(this.selectors.ignore ?? []), ...more.flatMap((m) => m.ignore ?? [])] };
  }

  private relative(absolute: string): string | null {
    if (this.root === "") return null;
    const rel = relative(this.root, absolute);
    if (rel === "" || rel.startsWith("..")) return null;
    return sep === "/" ? rel : rel.replaceAll(sep, "/");
  }
}
