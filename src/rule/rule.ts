/**
 * What a rule says. A rule is pure: it reads a package model and yields findings with fixes; it never writes.
 */
import type { FileModel, PackageModel } from "../model/model.ts";
import type { Edit, Span } from "../text/edit.ts";

/**
 * safe: same behaviour but for the fault. unsafe: right when the reason given holds; a person decides.
 * display: a sketch to read, never applied.
 */
export type Applicability = "safe" | "unsafe" | "display";

/** recommended: on by default; pedantic: off unless selected; harden: off unless selected, and it adds something. */
export type Tier = "recommended" | "pedantic" | "harden";

/** An import that a fix needs (`add`) or makes superfluous where nothing else uses it (`drop`). Rendered once per file by the planner. */
export interface ImportIntent {
  readonly file: string;
  readonly path: string;
  readonly action: "add" | "drop";
  /** With `add`: the name to import it under, when its own is taken. */
  readonly alias?: string;
}

/** A change that takes a finding away. */
export interface Fix {
  /** Verb phrase: "Stop the timer when the function returns". */
  readonly title: string;
  readonly applicability: Applicability;
  /** Why it is not safe; required unless safe. */
  readonly because?: string;
  /** Sorted, disjoint, within one package. */
  readonly edits: readonly Edit[];
  readonly imports?: readonly ImportIntent[];
  /** Code that the reasoning relied on. */
  readonly assumes?: readonly Span[];
}

/** Something that a rule found, and how it can be mended. */
export interface Finding {
  readonly rule: string;
  readonly at: Span;
  readonly message: string;
  readonly confidence: "proven" | "likely";
  /** The witness: the path on which it leaks. */
  readonly related?: readonly { readonly at: Span; readonly message: string }[];
  /** Alternatives, the default first; at most one is applied. */
  readonly fixes: readonly Fix[];
  /** Overrides the rule's tier for this finding (a rule that is pedantic from some Go version on). */
  readonly tier?: Tier;
}

/** `custom` is for rules of a user's own. */
export type Family = "timers" | "contexts" | "resources" | "pools" | "atomics" | "goroutines" | "cgo" | "defers" | "harden" | "custom";

/** Functions that return what a rule looks for: declarations that call them from other packages of the module are looked at as well. */
export interface HandsOut {
  /** Literals and import paths without which a declaration, or a package, can hand out nothing: as those of a rule. */
  readonly triggers: Rule["triggers"];
  readonly imports?: Rule["imports"];
  /** Names of the package's exported functions and methods that hand it out. */
  names(pkg: PackageModel): readonly string[];
}

/** A rule: what it says about itself, what it wants to see, and what it finds. */
export interface Rule {
  readonly id: string;
  readonly family: Family;
  /** What is wrong, one line. */
  readonly title: string;
  /** Why it matters: a sentence or two. */
  readonly why: string;
  /** When its fixes are safe, when not, and why. */
  readonly fixSafety: string;
  /** When it stays silent on purpose. */
  readonly silent?: string;
  /** Where the facts come from. */
  readonly sources?: readonly string[];
  /** Options that a configuration may set, and what each does. */
  readonly options?: Readonly<Record<string, string>>;
  /** The gomend version that brought it; "" for a rule of a user's own. */
  readonly since: string;
  readonly tier: Tier;
  /**
   * A declaration is looked at only when it holds one of these; each is a literal, or several that must all be there
   * (`["go", "chan"]`). With `\b` at its end a literal is followed by no letter or digit: `".C\b"` is not `.Close`.
   */
  readonly triggers: readonly (string | readonly string[])[];
  /**
   * Asked of the text of each declaration that holds a trigger, before it is parsed: false where that shows that the rule can find nothing
   * there. A comment or a string that looks like code must not make it false.
   */
  mayHold?(text: string): boolean;
  /**
   * Import paths (`path/...` with all below) without one of which, in some file of the package, the rule can find nothing. It spares
   * looking at the declarations of all other packages.
   */
  readonly imports?: readonly string[];
  /** Language versions for which it speaks; `below` is exclusive, `from` inclusive. */
  readonly go?: {
    readonly below?: string;
    readonly from?: string;
    /** A file's own `//go:build go1.x` line goes before the module's version: then the rule itself asks for the file's version. */
    readonly byFile?: boolean;
  };
  check(pkg: PackageModel): Iterable<Finding>;
  /** In place of `check`, for a rule that is asked about one file at a time and may have to wait. */
  later?(pkg: PackageModel, file: FileModel): Promise<Iterable<Finding>>;
  /** What it finds where other packages of the module hand it out, so that no literal of its triggers stands there. */
  readonly handsOut?: HandsOut;
}

/** A rule could not do its work; the message tells where and why, and stands as it is. */
export class RuleFailure extends Error {
  override name = "RuleFailure";
}

/** A rule's own file calls this; the generated index collects them. */
export function defineRule(rule: Rule): Rule {
  return rule;
}
