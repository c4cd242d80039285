/** `gomend init`: a configuration to start from, and with `--rule` a rule of the user's own with fixtures and a test. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UsageError } from "../../engine/run.ts";
import { selectorNames } from "../../engine/selection.ts";
import { rules } from "../../transforms/index.ts";
import { OWN_DIRECTORY } from "./test.ts";

export interface InitFlags {
  readonly rule?: string;
  readonly baseline?: boolean;
}

const CONFIG = ".gomend.yml";

export async function init(flags: InitFlags): Promise<number> {
  if (flags.rule !== undefined) return rule(flags.rule);
  return config(flags.baseline ?? false);
}

function write(files: Readonly<Record<string, string>>): void {
  for (const path of Object.keys(files))
    if (existsSync(path)) throw new UsageError(`${path} is there already: gomend init overwrites nothing`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    process.stdout.write(`wrote ${path}\n`);
  }
}

// ---------------------------------------------------------------- the configuration

async function config(baseline: boolean): Promise<number> {
  write({ [CONFIG]: CONFIG_TEXT });
  if (baseline) {
    const { work } = await import("./check.ts");
    return work([], { cache: false, splitDir: "", writeBaseline: true }, false);
  }
  process.stdout.write(
    [
      "",
      "gomend check ./...                    shows what there is",
      "gomend check --write-baseline ./...   writes it all into gomend-baseline.json (gomend init --baseline does so at once), so that",
      "gomend check --baseline gomend-baseline.json ./...   tells only what comes from now on",
      "",
    ].join("\n"),
  );
  return 0;
}

const CONFIG_TEXT = `# The configuration of gomend. Its JSON Schema, for editors, is schema/config-1.json in the package.
# All keys are optional; paths and patterns count from this file's directory. "gomend rules" lists the rules.

# Which rules run: ids, families, tiers (recommended, pedantic, harden), ALL. Without it: recommended.
# select: [recommended]
# ignore: [span-not-ended]

# Files that are left alone, as in .gitignore.
# exclude: [third_party/, "*_gen.go"]

# Rules for some files.
# per-file:
#   - files: ["*_test.go"]
#     ignore: [file-not-closed]

# The language version, where go.mod is not to be asked.
# go: "1.22"

# Fixes that count as safe or unsafe here, whatever their rule says.
# extend-safe: [lost-cancel]
# extend-unsafe: [time-tick]

# Resources of your own: what is acquired has to be released on every path.
# resources:
#   - id: conn-not-released
#     acquire: example.com/db.(*Pool).Acquire
#     release: Release

# Rules of your own: code, loaded with --allow-plugins only. "gomend init --rule my-rule" starts one.
# plugins: [gomend/my-rule.ts]
`;

// ---------------------------------------------------------------- a rule

function rule(id: string): number {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id))
    throw new UsageError(`"${id}" is no rule id: small words with dashes, such as no-direct-env`);
  if (selectorNames(rules).includes(id)) throw new UsageError(`there is a rule "${id}" already: take another id`);
  const path = (name: string): string => join(OWN_DIRECTORY, name).replaceAll("\\", "/");
  write({
    [path(`${id}.ts`)]: RULE_TEXT,
    [path(`fixtures/before/${id}/basic.go`)]: BEFORE_TEXT,
    [path(`fixtures/after/${id}/basic.go`)]: AFTER_TEXT,
    [path(`fixtures/before/${id}/ok-other.go`)]: OK_TEXT,
    [path(`${id}.test.ts`)]: testText(id),
  });
  process.stdout.write(
    [
      "",
      `gomend test                                  tries it on its fixtures; --update writes what becomes of them`,
      `gomend check --plugin ${path(`${id}.ts`)} ./...   runs it beside gomend's rules`,
      `plugins: [${path(`${id}.ts`)}]   in ${CONFIG} names it for all, and --allow-plugins loads it`,
      "",
    ].join("\n"),
  );
  return 0;
}

const RULE_TEXT = `import type { Transform } from "gomend";

export const title = "output past the log";
export const why = "What fmt.Println prints has no time, no level and no place in the log.";
/** Files without this are not looked at. */
export const triggers = ["Println("];

const transform: Transform = (file, api) => {
  api.fix(
    api.go(file).pattern("fmt.Println($$$args)"),
    {
      title: "Log it",
      message: "fmt.Println prints past the log",
      applicability: "unsafe",
      because: "the log has a prefix, and goes to the standard error",
    },
    (call) => call.replaceWith("log.Println($$$args)"),
  );
};

export default transform;
`;

const BEFORE_TEXT = `package basic

import "fmt"

func greet(name string) {
	fmt.Println("hello", name) // want "prints past the log"
}
`;

const AFTER_TEXT = BEFORE_TEXT.replace('import "fmt"', 'import "log"').replace("fmt.Println", "log.Println");

const OK_TEXT = `package other

type console struct{}

func (console) Println(args ...any) {}

func greet(fmt console) {
	fmt.Println("hello")
}
`;

function testText(id: string): string {
  return `import { defineTest } from "gomend/vitest";
import * as rule from "./${id}.ts";

defineTest("${id}", rule, { fixtures: new URL("fixtures", import.meta.url) });
`;
}
