/** What takes its time: writing, checking again, verifying, a person's editor. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Run } from "../../engine/run.ts";
import { count } from "../../report/view.ts";
import type { Conductor } from "./conductor.ts";
import { current, viewed } from "./core/list.ts";
import { reduce } from "./core/reduce.ts";
import type { Option } from "./core/state.ts";
import { openEditor } from "./editor.ts";
import { draft } from "./rewrite.ts";
import { placeOf, summaryLines, titleOf } from "./summary.ts";
import { pathsOf, pending, type Written, writeAccepted } from "./write.ts";

/** The run, once all is checked. */
async function finished(conductor: Conductor): Promise<Run | null> {
  if (conductor.state.progress) {
    await conductor.busy("Waiting for the check to end");
    await conductor.checking;
  }
  return conductor.desk.result;
}

export async function write(conductor: Conductor, leaves: boolean): Promise<void> {
  const { desk } = conductor;
  const todo = pending(conductor.state.items, conductor.state.decisions);
  if (todo.length === 0) return conductor.notice("nothing is accepted: there is nothing to write");
  const run = await finished(conductor);
  if (!run) return;
  await conductor.busy(`Applying ${count(todo.length, "decision")}`);
  const { items, decisions } = conductor.state;
  const stale = desk.stale(pathsOf(items, decisions));
  if (stale.length > 0) return checkAgain(conductor, stale);
  const written = await writeAccepted(run, desk.options.cwd, items, decisions, (next) => {
    desk.adopt(next);
    return desk.items();
  });
  tell(conductor, written, leaves);
}

/** The summary of a write, and the offer to go on with what is left. */
function tell(conductor: Conductor, written: Written, leaves: boolean): void {
  const { desk, said } = conductor;
  conductor.become(reduce(conductor.state, { type: "items", items: desk.items(), decisions: written.decisions, anew: true }).state);
  const undecided = conductor.state.items.length - conductor.state.decisions.size;
  said.push(`${titleOf(written)}${written.files.length > 0 ? "; gomend undo takes it back" : ""}.`);
  for (const { item, why } of written.refused) said.push(`Not applied: ${placeOf(item)} ${item.finding.rule}: ${why}`);
  said.push(...written.problems);
  const well = written.refused.length === 0 && written.problems.length === 0;
  if (leaves && well && written.exposed === 0) return conductor.leave(0, "drop");
  const options: Option[] = [
    { key: "c", label: undecided > 0 ? `go on with the ${undecided} left` : "go back", action: { type: "overlay", overlay: null } },
    { key: "q", label: "leave", action: { type: "effect", effect: "quit" } },
  ];
  const lines = [...summaryLines(written, undecided), "", ...options.map((o) => `${o.key}  ${o.label}`)];
  conductor.dispatch({ type: "overlay", overlay: { kind: "ask", title: titleOf(written), lines, options } });
}

/** Files that are not what was read: checked again, and what was decided about them is asked anew. */
export async function checkAgain(conductor: Conductor, paths: readonly string[]): Promise<void> {
  const { desk } = conductor;
  const names = `${paths[0]}${paths.length > 1 ? ` and ${paths.length - 1} more` : ""}`;
  await conductor.busy(`Checking ${names} again`);
  const run = await finished(conductor);
  if (!run) return;
  desk.adopt(await run.recheck(paths));
  const { state } = conductor;
  const gone = new Set(state.items.filter((i) => paths.includes(i.finding.at.path)).map((i) => i.id));
  const decisions = new Map([...state.decisions].filter(([id]) => !gone.has(id)));
  const asked = state.decisions.size - decisions.size;
  const notice = `${names} changed: checked again${asked > 0 ? `, ${count(asked, "decision")} asked anew` : ""}`;
  conductor.become(reduce({ ...state, overlay: null }, { type: "items", items: desk.items(), decisions, anew: true, notice }).state);
}

export async function verify(conductor: Conductor): Promise<void> {
  const { items, decisions } = conductor.state;
  if (pending(items, decisions).length === 0) return conductor.notice("nothing is accepted: there is nothing to verify");
  const run = await finished(conductor);
  if (!run) return;
  const { verifyAccepted } = await import("./verify.ts");
  const stop = new AbortController();
  conductor.stop = stop;
  try {
    await conductor.busy("Verifying");
    const onProgress = (doing: string): void =>
      conductor.dispatch({ type: "overlay", overlay: { kind: "busy", title: `Verifying: ${doing}` } });
    const { title, lines } = await verifyAccepted(run, conductor.state.items, conductor.state.decisions, {
      onProgress,
      signal: stop.signal,
    });
    conductor.dispatch({ type: "overlay", overlay: { kind: "message", title, lines } });
  } catch (error) {
    if (!stop.signal.aborted && (error as Error).name !== "UsageError") throw error;
    conductor.idle();
    conductor.notice(`not verified: ${stop.signal.aborted ? "stopped" : (error as Error).message}`);
  } finally {
    conductor.stop = null;
  }
}

export async function editFile(conductor: Conductor): Promise<void> {
  const { desk, face } = conductor;
  const item = current(conductor.state);
  if (!item) return;
  const { path } = item.finding.at;
  const place = { file: desk.absolute(path), line: item.line, column: item.column };
  conductor.notice(await face.away(() => openEditor(place)));
  if (desk.stale([path]).length > 0) await checkAgain(conductor, [path]);
}

/** Texts that were refused, for another try. */
const drafts = new Map<string, string>();

export async function editFix(conductor: Conductor): Promise<void> {
  const { state, desk, face } = conductor;
  const item = current(state);
  if (!item) return;
  const fix = viewed(state, item);
  const text = draft(desk.sources, item, desk.sources.outlook(item, fix, state.decisions.get(item.id)));
  if (!text) return conductor.notice("there is nothing to rewrite here: e opens the file");
  const key = `${item.id}\0${fix}`;
  const { why, now } = await face.away(() => edited(drafts.get(key) ?? text.text, text.line));
  if (why !== null) return conductor.notice(why);
  if (now.trim() === text.text.trim() || now.trim() === "") return conductor.notice("nothing was rewritten");
  const decision = { kind: "edit", fix, edits: text.edits(now) } as const;
  const outlook = desk.sources.outlook(item, fix, decision);
  if ("fault" in outlook) {
    drafts.set(key, now.trimEnd());
    return conductor.notice(`not taken: ${outlook.fault}; E goes on with it`);
  }
  drafts.delete(key);
  conductor.dispatch({ type: "decide", decisions: [[item.id, decision]], move: false });
  conductor.notice("taken as you wrote it");
}

/** A text as a person leaves it in their editor. */
function edited(text: string, line: number): { why: string | null; now: string } {
  const dir = mkdtempSync(join(tmpdir(), "gomend-"));
  const file = join(dir, "fix.go");
  try {
    writeFileSync(file, `${text}\n`, { mode: 0o600 });
    const why = openEditor({ file, line, column: 1 });
    return { why, now: readFileSync(file, "utf8") };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
