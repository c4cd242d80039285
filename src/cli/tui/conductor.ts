/** What the screen and the plain prompt share: the state, what becomes of actions, and the ways out. */
import { count } from "../../report/view.ts";
import { countsOf, current, decided, initial } from "./core/list.ts";
import { reduce } from "./core/reduce.ts";
import type { Action, Effect, Option, State } from "./core/state.ts";
import type { Desk } from "./desk.ts";
import type { Kept } from "./session.ts";
import { checkAgain, editFile, editFix, verify, write } from "./tasks.ts";
import { pending } from "./write.ts";

/** How the review ended: an exit code, and what to say once the terminal is back. */
export interface Ending {
  readonly code: number;
  readonly lines: readonly string[];
}

/** What a face of the review does for the conductor. */
export interface Face {
  /** The state is another one. */
  draw(): void;
  /** Gives the terminal to something else until that is done. */
  away<T>(work: () => T): Promise<T>;
}

export interface Start {
  /** What an earlier review decided; empty when there is nothing. */
  readonly kept: Map<string, Kept>;
  /** Go on with it unasked. */
  readonly resume: boolean;
}

/** New items and progress are taken in so often, in milliseconds. */
const REFRESH = 80;

export class Conductor {
  state: State = initial();
  readonly desk: Desk;
  readonly face: Face;
  /** Settles when the person has left; rejects on a fault. */
  readonly ended: Promise<Ending>;
  /** What is said once the terminal is back. */
  readonly said: string[] = [];
  /** Settles when all is checked. */
  checking: Promise<void> = Promise.resolve();
  /** Settles when the task in hand is done. */
  working: Promise<void> = Promise.resolve();
  /** Stops the task in hand, where it can be stopped. */
  stop: AbortController | null = null;
  private readonly kept: Map<string, Kept>;
  private readonly resume: boolean;
  private refreshing: NodeJS.Timeout | null = null;
  private exitCode = 0;
  /** A kept session waits for a word: it is neither dropped nor written over. */
  private unanswered = false;
  private finish: (ending: Ending) => void = () => {};
  /** A fault: the review ends with it. */
  fail: (error: unknown) => void = () => {};

  constructor(desk: Desk, face: Face, { kept, resume }: Start) {
    this.desk = desk;
    this.face = face;
    this.kept = kept;
    this.resume = resume;
    this.ended = new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
  }

  /** Starts the check. */
  start(): void {
    this.state = { ...this.state, progress: { done: 0, total: 0, findings: 0 } };
    if (this.desk.session.file === null)
      this.notice("decisions cannot be kept for --resume: set GOMEND_STATE_DIR to a directory of your own");
    if (this.resume) this.desk.resume(this.kept);
    else if (this.kept.size > 0) this.askResume();
    const found = (): void => this.refreshSoon();
    this.checking = this.desk
      .check(found, (progress) => {
        this.state = { ...this.state, progress };
        this.refreshSoon();
      })
      .then(() => this.checked())
      .catch((error) => this.fail(error));
  }

  dispose(): void {
    this.stop?.abort();
    if (this.refreshing) clearTimeout(this.refreshing);
  }

  /** A state and its frame; decisions are on disk before anybody sees them. */
  dispatch(action: Action): void {
    const before = this.state;
    const { state, effect } = reduce(before, action);
    this.become(state);
    if (state.at !== before.at) this.lookAt();
    if (effect) return this.perform(effect);
    if (this.unanswered && !state.overlay) this.askResume();
  }

  become(state: State): void {
    const why = this.desk.keep(this.state, state);
    this.state = why === null ? state : { ...state, notice: `decisions cannot be kept for --resume: ${why}` };
    this.face.draw();
  }

  notice(text: string | null): void {
    this.dispatch({ type: "notice", text });
  }

  /** Says what goes on; keys do nothing until it is over but for ctrl-c. */
  busy(title: string): Promise<void> {
    this.dispatch({ type: "overlay", overlay: { kind: "busy", title } });
    // A turn for the frame.
    return new Promise((resolve) => setTimeout(resolve, 0));
  }

  idle(): void {
    this.dispatch({ type: "overlay", overlay: null });
  }

  /** Leaves; a session that is kept waits for `--resume`. */
  leave(code: number, session: "keep" | "drop"): void {
    const n = decided(countsOf(this.state.items, this.state.decisions));
    if (session === "keep" && n > 0 && this.desk.session.file !== null)
      this.said.push(`${count(n, "decision")} kept: gomend review --resume goes on.`);
    else if (!this.unanswered) this.desk.endSession();
    this.finish({ code, lines: this.said });
  }

  // -------------------------------------------------------------- the check

  private checked(): void {
    this.refresh();
    this.dispatch({ type: "progress", progress: null });
    if (!this.unanswered) this.lapse();
  }

  /** Kept decisions about code that is not there any more are over. */
  private lapse(): void {
    this.desk.lapseRest();
    const { lapsed } = this.desk;
    this.desk.lapsed = 0;
    if (lapsed > 0) this.notice(`${count(lapsed, "kept decision")} asked anew: the code changed`);
  }

  private refreshSoon(): void {
    this.refreshing ??= setTimeout(() => {
      try {
        this.refresh();
      } catch (error) {
        this.fail(error);
      }
    }, REFRESH);
  }

  /** Takes what was found since into the state. */
  private refresh(): void {
    if (this.refreshing) clearTimeout(this.refreshing);
    this.refreshing = null;
    const restored = this.desk.takeRestored();
    const decisions = restored.size > 0 ? { decisions: new Map([...this.state.decisions, ...restored]) } : {};
    // What is restored is on disk.
    this.state = reduce(this.state, { type: "items", items: this.desk.items(), ...decisions }).state;
    this.face.draw();
  }

  private askResume(): void {
    const n = this.kept.size;
    this.unanswered = true;
    const options: Option[] = [
      { key: "y", label: "go on with them", action: { type: "effect", effect: "resume" } },
      { key: "n", label: "start anew", action: { type: "effect", effect: "forget" } },
    ];
    const title = `${count(n, "decision")} of an earlier review ${n === 1 ? "is" : "are"} kept`;
    this.state = { ...this.state, overlay: { kind: "ask", title, lines: options.map((o) => `${o.key}  ${o.label}`), options } };
    this.face.draw();
  }

  /** A file that changed behind our back is read again as soon as somebody looks at it. */
  private lookAt(): void {
    const path = current(this.state)?.finding.at.path;
    if (path === undefined || !this.desk.result || this.desk.stale([path]).length === 0) return;
    this.work(() => checkAgain(this, [path]));
  }

  // -------------------------------------------------------------- effects

  private perform(effect: Effect): void {
    switch (effect) {
      case "resume":
        this.unanswered = false;
        this.desk.resume(this.kept);
        this.refresh();
        if (!this.state.progress) this.lapse();
        return;
      case "forget":
        this.unanswered = false;
        return this.desk.session.drop();
      case "quit":
        return this.quit(0);
      case "interrupt":
        return this.interrupt();
      case "write":
        return this.work(() => write(this, false));
      case "leave-write":
        return this.work(() => write(this, true));
      case "leave-keep":
        return this.leave(this.exitCode, "keep");
      case "leave-drop":
        return this.leave(this.exitCode, "drop");
      case "verify":
        return this.work(() => verify(this));
      case "edit-file":
        return this.work(() => editFile(this));
      case "edit-fix":
        return this.work(() => editFix(this));
    }
  }

  private work(task: () => Promise<void>): void {
    this.working = task().catch((error) => this.fail(error));
  }

  /** Leaves at once when nothing was decided, else asks what becomes of it. */
  private quit(code: number): void {
    this.exitCode = code;
    const { items, decisions } = this.state;
    const counts = countsOf(items, decisions);
    if (decided(counts) === 0) return this.leave(code, "drop");
    const todo = pending(items, decisions).length;
    const effect = (key: string, label: string, effect: Effect): Option => ({ key, label, action: { type: "effect", effect } });
    const options = [
      ...(todo > 0 ? [effect("w", `write ${todo} and leave`, "leave-write")] : []),
      effect("k", "keep the session and leave", "leave-keep"),
      effect("d", "drop the decisions and leave", "leave-drop"),
    ];
    const lines = [
      `${counts.accepted} accepted, ${counts.rejected} rejected, ${counts.suppressed} suppressed${todo > 0 ? "; nothing of it is written yet" : ""}.`,
      "",
      ...options.map((o) => `${o.key}  ${o.label}`),
      "esc  back to the review",
    ];
    this.dispatch({ type: "overlay", overlay: { kind: "ask", title: "Leave the review?", lines, options } });
  }

  /** The first ctrl-c asks as q does, or stops what goes on; a second one leaves and keeps the session. */
  private interrupt(): void {
    if (this.stop && !this.stop.signal.aborted) return this.stop.abort();
    if (this.asking || this.state.overlay?.kind === "busy") return this.leave(130, "keep");
    this.quit(130);
    this.asking = true;
  }

  /** True after a ctrl-c that asked. */
  private asking = false;
}
