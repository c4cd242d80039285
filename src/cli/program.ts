/** The commands and their flags. A command's work is loaded when it runs. */
import { Command, CommanderError, Option } from "commander";
import { beginAhead } from "./ahead.ts";
import type { InitFlags } from "./commands/init.ts";
import type { ReviewFlags } from "./commands/review.ts";
import type { RunFlags } from "./commands/run.ts";
import type { TestFlags } from "./commands/test.ts";
import type { UndoFlags } from "./commands/undo.ts";
import { fail } from "./fail.ts";
import {
  addFlags,
  addOutputFlags,
  addReviewFlags,
  allowPlugins,
  type CheckFlags,
  colorOption,
  type OutputFlags,
  outputFormat,
  repeat,
  whole,
  withDefaults,
} from "./flags.ts";
import type { PublishFlags } from "./publish/target.ts";
import { version } from "./version.ts";

/** Runs one command line; gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = build(args.length === 0 && isTerminal(), (c) => {
    code = c;
  });
  try {
    await program.parseAsync(withDefaults(args), { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return fail(error);
  }
}

/** A person who sees what is asked and can answer. */
function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && !process.env.CI;
}

/** `bare`: a person called gomend on a terminal and said nothing else. */
function build(bare: boolean, exit: (code: number) => void): Command {
  const program = new Command("gomend")
    .description("Finds leaky and racy patterns in Go sources and rewrites them.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .configureHelp({ sortSubcommands: false })
    .configureOutput({ outputError: (text, write) => write(`gomend: ${oneLine(text)}\n`) })
    .exitOverride()
    .enablePositionalOptions(false)
    .addHelpText("after", "\nWithout a command, gomend checks: gomend ./... is gomend check ./...");
  const check = program
    .command("check", { isDefault: true })
    .summary("tell what is wrong")
    .description("Tells what is wrong, with the code, the reason and the fix. Exit code: 0 clean, 1 findings, 2 a mistake or a fault.")
    .argument("[paths...]", "files, directories, dir/..., or - for the standard input")
    .addOption(new Option("--fix", "apply safe fixes"))
    .addOption(new Option("-U", "apply all safe fixes (as --fix)"))
    .addOption(new Option("-i, --interactive", "go through the fixes one by one (as gomend review)"))
    .action(async (paths: string[], flags: CheckFlags & { readonly interactive?: boolean }) => {
      if (flags.interactive) return exit(await (await import("./commands/review.ts")).review(paths, flags));
      if (bare) return exit(await (await import("./commands/start.ts")).start(flags));
      const begun = beginAhead(paths, flags);
      try {
        const { check: command } = await import("./commands/check.ts");
        exit(await command(paths, flags, begun));
      } finally {
        begun?.threads.close();
      }
    });
  const fix = program
    .command("fix")
    .summary("apply fixes")
    .description(
      "Applies safe fixes and tells what is left. Exit code: 0 all mended, 1 something is left (with --diff: there is a diff), 2 a mistake or a fault.",
    )
    .argument("[paths...]", "files, directories, dir/..., or - for the standard input")
    .addOption(new Option("-U", "apply all safe fixes (which is what fix does)").hideHelp())
    .action(async (paths: string[], flags: CheckFlags) => {
      const { fix: command } = await import("./commands/fix.ts");
      exit(await command(paths, flags));
    });
  const run = program
    .command("run")
    .summary("run a transform of your own")
    .description(
      "Runs transforms of your own in place of gomend's rules, and applies their safe fixes. Exit code: 0 all done, 1 something is left (with --diff: there is a diff), 2 a mistake, or an error in a transform.",
    )
    .argument("[paths...]", "files, directories, dir/..., or - for the standard input")
    .addOption(
      new Option("-t, --transform <file>", "a module whose default export is a transform or a rule; may be repeated").argParser(repeat),
    )
    .addOption(new Option("--option <name=value>", "an option for the transforms; may be repeated").argParser(repeat))
    .action(async (paths: string[], flags: RunFlags) => {
      const { run: command } = await import("./commands/run.ts");
      exit(await command(paths, flags));
    });
  for (const command of [check, fix, run]) addFlags(command);
  const merge = program
    .command("merge")
    .summary("join the reports of shards")
    .description("Joins reports of --shard 1/n to n/n, written with --output-format report. Exit code: as check.")
    .argument("<reports...>", "report files")
    .action(async (files: string[], flags: OutputFlags) => {
      const { merge: command } = await import("./commands/merge.ts");
      exit(await command(files, flags));
    });
  addOutputFlags(merge);
  const review = program
    .command("review")
    .summary("go through the fixes one by one")
    .description(
      "Shows each finding with its fix, and writes those that are accepted. Exit code: 0, 130 after ctrl-c, 2 a mistake or a fault.",
    )
    .argument("[paths...]", "files, directories, dir/...")
    .action(async (paths: string[], flags: ReviewFlags) => {
      const { review: command } = await import("./commands/review.ts");
      exit(await command(paths, flags));
    });
  addReviewFlags(review);
  program
    .command("rule")
    .summary("explain one rule")
    .description("Prints the page of a rule.")
    .argument("<id>", "the rule's id")
    .addOption(outputFormat())
    .addOption(allowPlugins())
    .addOption(colorOption())
    .action(async (id: string, flags: { outputFormat?: string; allowPlugins?: boolean }) => {
      const { rule } = await import("./commands/rule.ts");
      exit(await rule(id, flags.outputFormat ?? "text", flags.allowPlugins ?? false));
    });
  program
    .command("rules")
    .summary("list all rules")
    .description("Prints the table of rules.")
    .addOption(outputFormat())
    .addOption(allowPlugins())
    .addOption(colorOption())
    .action(async (flags: { outputFormat?: string; allowPlugins?: boolean }) => {
      const { rules } = await import("./commands/rules.ts");
      exit(await rules(flags.outputFormat ?? "text", flags.allowPlugins ?? false));
    });
  program
    .command("test")
    .summary("try rules of your own on their fixtures")
    .description(
      "Runs rules and transforms of your own on fixtures/before and compares with fixtures/after. Exit code: 0 all as expected, 1 something is not, 2 a mistake.",
    )
    .argument("[modules...]", "modules, or directories of modules; gomend/ without any")
    .addOption(new Option("--update", "write what becomes of the fixtures"))
    .addOption(colorOption())
    .action(async (places: string[], flags: TestFlags) => {
      const { test: command } = await import("./commands/test.ts");
      exit(await command(places, flags));
    });
  program
    .command("init")
    .summary("start a configuration, or a rule of your own")
    .description("Writes a commented .gomend.yml, or with --rule a rule with fixtures and a test. Overwrites nothing.")
    .addOption(new Option("--rule <id>", "start a rule of your own, in gomend/"))
    .addOption(new Option("--baseline", "write what is found now into gomend-baseline.json too"))
    .action(async (flags: InitFlags) => {
      const { init: command } = await import("./commands/init.ts");
      exit(await command(flags));
    });
  program
    .command("undo")
    .summary("take back the last write")
    .description(
      "Gives the files of the last write in this tree the bytes that they had. Exit code: 0 taken back, 2 something was not, or there is nothing.",
    )
    .addOption(new Option("--forget", "let go of the last write; the files stay as they are"))
    .action(async (flags: UndoFlags) => {
      const { undo } = await import("./commands/undo.ts");
      exit(undo(flags));
    });
  program
    .command("publish")
    .summary("post a report on a pull request")
    .description(
      "Posts what `gomend check --output-format report` found as comments and suggestions on a pull request of GitHub (with GITHUB_TOKEN) or a merge request of GitLab (with GITLAB_TOKEN), and keeps them up to date. Exit code: 0 done, 2 a mistake or a fault.",
    )
    .addOption(new Option("--from <report>", "the report file, or - for the standard input").makeOptionMandatory())
    .addOption(new Option("--dry-run", "print each request that would be sent, as a line of JSON, and send none"))
    .addOption(new Option("--to <service>", "where; told by the environment of CI").choices(["github", "gitlab"]))
    .addOption(new Option("--repo <name>", "owner/name, or a GitLab project; told by the environment of CI"))
    .addOption(new Option("--pr <number>", "the pull or merge request; told by the environment of CI").argParser(whole(1)))
    .addOption(new Option("--commit <sha>", "the commit that was checked, for a report that does not say"))
    .action(async (flags: PublishFlags) => {
      const { publish } = await import("./commands/publish.ts");
      exit(await publish(flags));
    });
  for (const command of program.commands)
    command.exitOverride().configureOutput({ outputError: (text, write) => write(`gomend: ${oneLine(text)}\n`) });
  return program;
}

/** Commander's message and its suggestion on one line. */
function oneLine(text: string): string {
  return text
    .trim()
    .replace(/^error: /, "")
    .replace(/\n+/g, " ");
}
