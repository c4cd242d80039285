/** What packages of a module hand out to each other: which rules ask for it, and where it can be. */
import type { Declaration } from "../go/outline.ts";
import { GrammarNotLoaded } from "../go/parse.ts";
import { wordStart } from "../go/scan.ts";
import type { GoFile } from "../model/file.ts";
import type { PackageModel } from "../model/model.ts";
import { Notes } from "../model/notes.ts";
import type { HandsOut, Rule } from "../rule/rule.ts";
import type { Presence } from "./triggers.ts";
import { Triggers } from "./triggers.ts";

/** The rules by the names of functions that hand out what they look for. */
export type HandedNames = ReadonlyMap<string, ReadonlySet<Rule>>;
/** The same by import path. */
export type HandedOut = ReadonlyMap<string, HandedNames>;

/** One version's rules that look for what is handed out. */
export class Handing {
  private readonly rules: ReadonlyMap<Rule, HandsOut>;
  private made: Triggers | null = null;
  private readonly presences = new Notes<GoFile, Presence>();

  private constructor(rules: ReadonlyMap<Rule, HandsOut>) {
    this.rules = rules;
  }

  private get triggers(): Triggers {
    const wanted = (): Rule[] =>
      [...this.rules].map(([rule, { triggers, imports }]): Rule => {
        const { imports: _, mayHold: __, ...rest } = rule;
        return { ...rest, triggers, ...(imports ? { imports } : {}) };
      });
    this.made ??= new Triggers(wanted(), null);
    return this.made;
  }

  static of(rules: readonly Rule[]): Handing | null {
    const asking = rules.flatMap((rule) => (rule.handsOut ? [[rule, rule.handsOut] as const] : []));
    return asking.length > 0 ? new Handing(new Map(asking)) : null;
  }

  /** False when none of the package's declarations can hand out anything of its own; `files` are what is on disk. */
  touches(files: readonly Buffer[]): boolean {
    const { presences, open } = this.triggers.searchTogether(files);
    return presences.some((p) => this.triggers.touches(p, open));
  }

  /** The declarations that may, by file. */
  select(files: readonly GoFile[]): Map<GoFile, readonly Declaration[]> {
    const searched = files.map((file) => ({ file, presence: this.presenceOf(file) }));
    const open = this.triggers.open(searched.map((s) => s.presence));
    const found = new Map<GoFile, readonly Declaration[]>();
    for (const { file, presence } of searched) {
      if (!this.triggers.touches(presence, open)) continue;
      const { touched } = this.triggers.select(file.source.text, file.declarations, presence, open);
      if (touched.length > 0) found.set(file, touched);
    }
    return found;
  }

  private presenceOf(file: GoFile): Presence {
    return this.presences.noted(file, () => this.triggers.search(Buffer.from(file.source.text, "utf8")));
  }

  /** What the package hands out. */
  names(pkg: PackageModel): HandedNames {
    const byName = new Map<string, Set<Rule>>();
    for (const [rule, { names }] of this.rules)
      for (const name of namesIn(pkg, names)) byName.set(name, (byName.get(name) ?? new Set()).add(rule));
    return byName;
  }
}

/** A rule that fails here fails again where the package itself is checked, and is told there. */
function namesIn(pkg: PackageModel, names: HandsOut["names"]): readonly string[] {
  try {
    return names(pkg);
  } catch (error) {
    if (error instanceof GrammarNotLoaded) throw error;
    return [];
  }
}

/** Import paths in the bytes of a file's head that start with the prefix (`"example.com/m/`, with its quote). Strings that are none do no harm. */
export function pathsUnder(bytes: Buffer, prefix: string): string[] {
  const found = new Set<string>();
  for (let at = bytes.indexOf(prefix); at >= 0; at = bytes.indexOf(prefix, at + 1)) {
    const end = bytes.indexOf('"', at + prefix.length);
    const path = end < 0 ? "" : bytes.toString("utf8", at + 1, end);
    if (/^[\w.~/+-]+$/.test(path)) found.add(path);
  }
  return [...found];
}

/** The declarations in which one of the names is called, and the rules for which. */
export function callersIn(file: GoFile, names: HandedNames): { declarations: Set<Declaration>; rules: Set<Rule> } {
  const declarations = new Set<Declaration>();
  const rules = new Set<Rule>();
  const { text } = file.source;
  for (const [name, asking] of names) {
    const literal = `.${name}(`;
    for (let at = text.indexOf(literal); at >= 0; at = text.indexOf(literal, at + 1)) {
      const declaration = file.declarations.find((d) => d.start <= at && at < d.end);
      if (!declaration) continue;
      declarations.add(declaration);
      for (const rule of asking) rules.add(rule);
    }
  }
  return { declarations, rules };
}

/** All names that the packages hand out. */
export function namesOf(handed: HandedOut): HandedNames {
  const all = new Map<string, Set<Rule>>();
  for (const names of handed.values()) for (const [name, rules] of names) all.set(name, new Set([...(all.get(name) ?? []), ...rules]));
  return all;
}

/** As the model has it: names by import path. */
export function asModel(handed: HandedOut): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map([...handed].map(([path, names]) => [path, new Set(names.keys())]));
}

/** Each once, in the order of the text. */
export function inOrder(declarations: readonly Declaration[]): Declaration[] {
  return [...new Set(declarations)].sort((a, b) => a.start - b.start);
}

/** Texts of the declarations, and of those that may call them, or call these: all that what a package hands out can hang on. */
export function withCallers(files: readonly GoFile[], selected: ReadonlyMap<GoFile, readonly Declaration[]>): string[] {
  const taken = new Set<Declaration>([...selected.values()].flat());
  if (taken.size === 0) return [];
  const callers = callersByName(files);
  const left = [...taken];
  for (let d = left.pop(); d; d = left.pop()) {
    for (const name of d.names) {
      for (const caller of callers.get(name) ?? []) {
        if (taken.has(caller)) continue;
        taken.add(caller);
        left.push(caller);
      }
    }
  }
  return files.flatMap((file) =>
    file.declarations.filter((d) => taken.has(d)).flatMap((d) => [file.path, file.source.text.slice(d.start, d.end)]),
  );
}

/** The declarations in which a name stands before a parenthesis. */
function callersByName(files: readonly GoFile[]): Map<string, Set<Declaration>> {
  const callers = new Map<string, Set<Declaration>>();
  for (const file of files) {
    const { text } = file.source;
    for (const d of file.declarations) {
      for (let at = text.indexOf("(", d.start); at >= 0 && at < d.end; at = text.indexOf("(", at + 1)) {
        const name = text.slice(wordStart(text, at), at);
        const known = callers.get(name);
        if (known) known.add(d);
        else callers.set(name, new Set([d]));
      }
    }
  }
  return callers;
}
