/** Further threads of a run. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { WorkerInput, WorkerOutput } from "./parallel.ts";

/** Fewer files are done sooner than a thread has started. */
const WORTH_A_THREAD = 600;

export interface ThreadsOptions {
  /** How many threads may work; by default as many as there are processor cores. */
  readonly jobs?: number | undefined;
  /** The thread that asks does not work itself where there are others. */
  readonly background?: boolean | undefined;
  /** Further threads can do the work: they know gomend's own rules alone. */
  readonly possible: boolean;
  /** All that is found will be checked: threads start while the tree is still walked, since one takes as long to start as a walk. */
  readonly early: boolean;
}

export class Threads {
  private readonly options: ThreadsOptions;
  private possible: boolean;
  private idle: Thread[] = [];

  constructor(options: ThreadsOptions) {
    this.options = options;
    this.possible = options.possible;
  }

  /** There is work that further threads cannot do. */
  refuse(): void {
    this.possible = false;
    this.close();
  }

  /** The walk has found so many files up to now. */
  expect(files: number): void {
    if (this.options.early) this.start(this.worth(files));
  }

  /** The threads for the check of so many files. */
  take(files: number): readonly Thread[] {
    const wanted = this.worth(files);
    this.start(wanted);
    const taken = this.idle.slice(0, wanted);
    this.idle = this.idle.slice(wanted);
    this.close();
    return taken;
  }

  /** Ends those that nobody took. */
  close(): void {
    for (const thread of this.idle) thread.end();
    this.idle = [];
  }

  private start(wanted: number): void {
    // Only a bundle has the file.
    const file = fileURLToPath(new URL("./worker.js", import.meta.url));
    if (this.idle.length < wanted && existsSync(file)) while (this.idle.length < wanted) this.idle.push(new Thread(file));
  }

  private worth(files: number): number {
    const { jobs = availableParallelism(), background } = this.options;
    if (!this.possible) return 0;
    const threads = Math.min(jobs, 1 + Math.floor(files / WORTH_A_THREAD));
    return background && files >= WORTH_A_THREAD ? threads : threads - 1;
  }
}

/** A thread that has loaded the rules and waits for its work. */
export class Thread {
  private readonly worker: Worker;
  private readonly ended: Promise<string | null>;

  constructor(file: string) {
    this.worker = new Worker(file);
    this.ended = new Promise((resolve) => {
      let crash: string | null = null;
      this.worker.on("error", (error) => {
        crash = error instanceof Error ? error.message : String(error);
      });
      this.worker.on("exit", (code) => resolve(crash ?? (code === 0 ? null : `exit code ${code}`)));
    });
  }

  /** Has it do its part; gives what it died of, or null. Nobody waits for the thread itself to end once its last word is there. */
  run(input: WorkerInput, receive: (output: WorkerOutput) => void): Promise<string | null> {
    const done = new Promise<null>((resolve) => {
      this.worker.on("message", (output: WorkerOutput) => {
        receive(output);
        if (!("phases" in output)) return;
        this.worker.unref();
        resolve(null);
      });
    });
    this.worker.postMessage(input);
    return Promise.race([done, this.ended]);
  }

  end(): void {
    void this.worker.terminate();
  }
}
