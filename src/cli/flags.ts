/** The flags of `check` and `fix`. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseShard, type Shard } from "../engine/shard.ts";
import { formats } from "../report/index.ts";
import type { Rule } from "../rule/rule.ts";

/** What findings can be counted by, and patches split by. */
export const DIMENSIONS = ["rule", "package", "module", "codeowners"] as const;

export type Dimension = (typeof DIMENSIONS)[number];

/** Flags of every command that ends in a report. */
export interface OutputFlags {
  readonly statistics?: boolean;
  readonly statisticsBy?: Dimension;
  readonly exitZero?: boolean;
  readonly exitNonZeroOnFix?: boolean;
  readonly outputFormat?: readonly string[];
  readonly outputFile?: string;
  readonly maxFindings?: number;
}

export interface CheckFlags extends OutputFlags {
  readonly fix?: boolean;
  readonly unsafeFixes?: boolean;
  readonly diff?: boolean;
  readonly verify?: "build" | "test";
  readonly fixOnly?: boolean;
  readonly showFixes?: boolean;
  readonly select?: readonly string[];
  readonly ignore?: readonly string[];
  readonly fixable?: readonly string[];
  readonly unfixable?: readonly string[];
  readonly stdinFilename?: string;
  readonly showFiles?: boolean;
  readonly isolated?: boolean;
  readonly config?: string;
  readonly cache: boolean;
  readonly cacheDir?: string;
  readonly go?: string;
  readonly shard?: Shard;
  readonly splitBy?: Dimension;
  readonly splitDir: string;
  readonly jobs?: number;
  readonly stats?: boolean;
  readonly includeGenerated?: boolean;
  readonly includeIgnored?: boolean;
  readonly newFromMergeBase?: string;
  readonly newFromRev?: string;
  readonly newFromPatch?: string;
  readonly baseline?: string;
  readonly writeBaseline?: boolean;
  /** `-U`: apply all safe fixes. */
  readonly u?: boolean;
  readonly allowPlugins?: boolean;
  /** Modules named by `--plugin`. */
  readonly plugin?: readonly string[];
  /** No flag: the rules of the user's own that were loaded for this run. */
  readonly own?: readonly Rule[];
}

/** What a review is of. */
export function addReviewFlags(command: Command): void {
  command.addOption(new Option("--resume", "go on with what an earlier review decided"));
  addRuleFlags(command);
  addFileFlags(command);
  addNewFlags(command);
  command.optionsGroup("Other:").addOption(colorOption());
  addOtherFlags(command);
}

export function addFlags(command: Command): void {
  command
    .optionsGroup("Fixes:")
    .addOption(new Option("--unsafe-fixes", "apply unsafe fixes too"))
    .addOption(new Option("--diff", "print one patch of the fixes and write nothing"))
    .addOption(new Option("--split-by <what>", "with --diff: one patch file for each").choices(DIMENSIONS))
    .addOption(new Option("--split-dir <dir>", "where those go").default("gomend-patches"))
    .addOption(new Option("--fix-only", "apply fixes and do not tell what is left"))
    .addOption(new Option("--show-fixes", "tell what was fixed"))
    .addOption(
      new Option("--verify <how>", "keep fixes that Go builds (--verify alone), or whose tests pass (--verify=test)").choices([
        "build",
        "test",
      ]),
    )
    .addOption(new Option("--fixable <rules>", "fix only these: ids, families, tiers, ALL").argParser(list))
    .addOption(new Option("--unfixable <rules>", "do not fix these").argParser(list));
  addRuleFlags(command);
  addFileFlags(command);
  command
    .addOption(new Option("--stdin-filename <path>", "where the standard input would stand"))
    .addOption(new Option("--show-files", "list the files that would be checked"))
    .addOption(new Option("--shard <i/n>", "only the i-th of n parts of the tree; gomend merge joins their reports").argParser(shard));
  addNewFlags(command);
  command.addOption(new Option("--write-baseline", "write all findings to the baseline, gomend-baseline.json unless --baseline is given"));
  addOutputFlags(command);
  command.optionsGroup("Other:").addOption(new Option("--stats", "tell time and sizes on stderr"));
  addOtherFlags(command);
}

function addRuleFlags(command: Command): void {
  command
    .optionsGroup("Rules:")
    .addOption(
      new Option("--select <rules>", "check only these: ids, families, tiers (recommended, pedantic, harden), ALL").argParser(list),
    )
    .addOption(new Option("--ignore <rules>", "leave these out").argParser(list))
    .addOption(new Option("--plugin <file>", "load rules of your own from a module; may be repeated").argParser(repeat))
    .addOption(allowPlugins())
    .addOption(new Option("--go <version>", "language version, in place of go.mod's"));
}

function addFileFlags(command: Command): void {
  command
    .optionsGroup("Files:")
    .addOption(new Option("--include-generated", "check generated files too"))
    .addOption(new Option("--include-ignored", "check vendor, testdata and what .gitignore names too"));
}

function addNewFlags(command: Command): void {
  command
    .optionsGroup("Only what is new:")
    .addOption(new Option("--new-from-merge-base <revision>", "only what came since the branch left that of the revision"))
    .addOption(new Option("--new-from-rev <revision>", "only what came since the revision"))
    .addOption(new Option("--new-from-patch <file>", "only what came with a patch that is applied already"))
    .addOption(new Option("--baseline <file>", "only what the baseline does not hold"));
}

function addOtherFlags(command: Command): void {
  command
    .addOption(new Option("--config <file>", "this configuration, in place of the nearest .gomend.yml"))
    .addOption(new Option("--isolated", "no configuration file"))
    .addOption(new Option("--no-cache", "do not use the cache"))
    .addOption(new Option("--cache-dir <dir>", "where the cache is kept"))
    .addOption(new Option("-j, --jobs <n>", "how many processor cores to use").argParser(whole(1)));
}

/** A flag whose value may be left out takes none from the next argument: a bare `--verify` is `--verify=build`. */
export function withDefaults(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  return args.map((arg, i) => (arg === "--verify" && (end < 0 || i < end) ? "--verify=build" : arg));
}

/** Formats, counts and the gate. */
export function addOutputFlags(command: Command): void {
  command
    .optionsGroup("Output:")
    .addOption(new Option("--output-format <format>", `${formats.join(", ")}; with =file into a file; may be repeated`).argParser(repeat))
    .addOption(new Option("-o, --output-file <path>", "write the output to a file"))
    .addOption(new Option("--statistics", "count findings by rule"))
    .addOption(new Option("--statistics-by <what>", "count findings by what").choices(DIMENSIONS))
    .addOption(colorOption())
    .optionsGroup("Exit code:")
    .addOption(new Option("--exit-zero", "0 also when there are findings"))
    .addOption(new Option("--exit-non-zero-on-fix", "1 when something was fixed"))
    .addOption(new Option("--max-findings <n>", "1 only above this many findings").argParser(whole(0)));
}

export function allowPlugins(): Option {
  return new Option("--allow-plugins", "load the plugins that .gomend.yml names: they run code");
}

export function outputFormat(): Option {
  return new Option("--output-format <format>", "how to print it").choices(["text", "json"]);
}

export function colorOption(): Option {
  return new Option("--color <when>", "colour the output").choices(["auto", "always", "never"]);
}

function list(value: string, previous: readonly string[] = []): string[] {
  const names = value
    .split(",")
    .map((n) => n.trim())
    .filter((n) => n !== "");
  if (names.length === 0) throw new InvalidArgumentError("expected names, with commas between them.");
  return [...previous, ...names];
}

export function repeat(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

function shard(value: string): Shard {
  const parsed = parseShard(value);
  if (!parsed) throw new InvalidArgumentError("expected a part and a number of parts, as in 1/8.");
  return parsed;
}

/** Parses a whole number from `least` on. */
export function whole(least: number): (value: string) => number {
  return (value) => {
    const n = Number(value);
    if (!/^\d+$/.test(value) || n < least) throw new InvalidArgumentError(`expected a whole number from ${least} on.`);
    return n;
  };
}
