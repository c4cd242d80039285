/** `gomend publish`: posts what a report says as comments and suggestions. It reads the report as data, and runs and reads nothing of the code. */
import { readFileSync, statSync } from "node:fs";
import { reason } from "../../engine/discover.ts";
import { UsageError } from "../../engine/run.ts";
import { LARGEST, type Subject, subjectOf } from "../../forge/subject.ts";
import { BadReportFile, parseReportFile } from "../../report/report-file.ts";
import { count } from "../../report/view.ts";
import { sanitize, sanitizeLine } from "../../text/sanitize.ts";
import { rules } from "../../transforms/index.ts";
import { fail } from "../fail.ts";
import type { Console, Publication } from "../publish/publication.ts";
import { secretsOf, withoutSecrets } from "../publish/secret.ts";
import { type PublishFlags, type Target, targetOf } from "../publish/target.ts";

export async function publish(flags: PublishFlags): Promise<number> {
  const secrets = secretsOf(process.env);
  try {
    const target = targetOf(flags, process.env);
    const subject = await readSubject(flags);
    if (target.to === "github" && target.commit !== null && target.commit !== subject.commit && !flags.commit) {
      throw new UsageError(
        `the report is of ${subject.commit}, this run is about ${target.commit}: check out the head of the pull request for gomend check`,
      );
    }
    const console: Console = {
      say: (line) => process.stderr.write(`gomend: ${sanitizeLine(withoutSecrets(line, secrets))}\n`),
      show: (method, url, body) => process.stdout.write(`${withoutSecrets(JSON.stringify({ method, url, body }), secrets)}\n`),
    };
    if (target.token === null) console.say("without a token, comments of earlier runs are not known: this is what a first run would send");
    const publication = await send(target, subject, flags.dryRun ?? false, console);
    const told = flags.dryRun && !publication.moved ? process.stderr : process.stdout;
    told.write(sanitize(withoutSecrets(tell(publication, subject, flags.dryRun ?? false), secrets)));
    return 0;
  } catch (error) {
    return fail(concealed(error, secrets));
  }
}

async function send(target: Target, subject: Subject, dryRun: boolean, console: Console): Promise<Publication> {
  const reasonOf = (id: string): string | null => rules.find((rule) => rule.id === id)?.why ?? null;
  if (target.to === "github") return (await import("../publish/github.ts")).publishToGithub({ target, subject, reasonOf, dryRun, console });
  return (await import("../publish/gitlab.ts")).publishToGitlab({ target, subject, reasonOf, dryRun, console });
}

async function readSubject({ from, commit }: PublishFlags): Promise<Subject> {
  try {
    return subjectOf(parseReportFile(await contentOf(from)), commit ?? null);
  } catch (error) {
    if (error instanceof BadReportFile) throw new UsageError(`${from}: ${error.message}`);
    throw error;
  }
}

async function contentOf(from: string): Promise<string> {
  if (from !== "-") {
    try {
      if (statSync(from).size > LARGEST) throw new BadReportFile(`larger than ${LARGEST / 1024 / 1024} MiB`);
      return readFileSync(from, "utf8");
    } catch (error) {
      if (error instanceof BadReportFile) throw error;
      throw new UsageError(`cannot read ${from}: ${reason(error)}`);
    }
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > LARGEST) throw new BadReportFile(`larger than ${LARGEST / 1024 / 1024} MiB`);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function tell({ where, plan, posted, refused, summary, moved }: Publication, subject: Subject, dryRun: boolean): string {
  const done = dryRun ? "would publish" : "published";
  if (moved !== null) {
    const already = posted > 0 ? `${count(posted, "comment")} ${posted === 1 ? "was" : "were"} posted before that; ` : "";
    return `${where} is at ${moved} now, and the report is of ${subject.commit}: ${already}the run for the new commit publishes the rest.\n`;
  }
  const suggestions = plan?.comments.filter((c) => c.suggestion && !refused.has(c.item)).length ?? 0;
  const parts = [`${count(posted, "new comment")} (${count(suggestions, "suggestion")})`];
  const standing = plan?.told.filter((t) => t.comment === "standing").length ?? 0;
  if (standing > 0) parts.push(`${standing} known`);
  if (plan && plan.updates.length > 0) parts.push(`${plan.updates.length} changed`);
  if (plan && plan.mended.length > 0) parts.push(`${plan.mended.length} mended`);
  if (plan && plan.returned.length > 0) parts.push(`${plan.returned.length} back again`);
  const apart = (plan?.told.filter((t) => t.comment === null).length ?? 0) + refused.size;
  if (apart > 0) parts.push(`${apart} in the summary only`);
  return `${where}: ${done} ${parts.join(", ")}${summary ? "; with a summary" : ""}.\n`;
}

/** The same error without secrets, in its stack as well. */
function concealed(error: unknown, secrets: readonly string[]): Error {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const copy = new Error(withoutSecrets(message, secrets));
  copy.name = name;
  copy.stack = withoutSecrets(stack ?? "", secrets);
  return copy;
}
