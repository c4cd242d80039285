/**
 * All directories of a run, on several threads where that pays. Each thread takes the next directory from a shared counter; what a thread
 * did not deliver because it died is done here, and told.
 */
import type { Checked, Checker, Phases } from "./check.ts";
import type { SettingsOptions } from "./configured.ts";
import { displayPath, type Target } from "./discover.ts";
import type { Threads } from "./threads.ts";

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly findings: number;
}

export interface ParallelOptions extends SettingsOptions {
  readonly go?: string;
  readonly includeGenerated?: boolean;
  readonly jobs?: number;
  readonly stdin?: unknown;
  /** Note what each result hangs on. */
  readonly trace?: boolean;
  readonly onProgress?: (progress: Progress) => void;
  readonly onChecked?: (directory: string, checked: Checked) => void;
  readonly background?: boolean;
}

type Group = readonly [dir: string, targets: readonly Target[]];

/** What a worker is given. */
export interface WorkerInput {
  readonly options: Omit<ParallelOptions, "rules" | "onProgress" | "onChecked" | "background" | "stdin">;
  readonly wholeSyntax: boolean;
  readonly groups: readonly Group[];
  /** Order in which groups are taken. */
  readonly order: readonly number[];
  /** Counters, as `NEXT`, `DONE` and `FOUND` say. */
  readonly shared: SharedArrayBuffer;
}

/** What a worker sends: results of groups by index, and at its end its times. */
export type WorkerOutput =
  | { readonly results: readonly (readonly [index: number, checked: Checked])[] }
  | { readonly phases: Phases; readonly ruleTimes: ReadonlyMap<string, number> };

/** Counters in the shared memory: the next place in the order, files done, findings. */
export const NEXT = 0;
export const DONE = 1;
export const FOUND = 2;

/** Results by directory as reports name it, in the order of `groups`. */
export async function checkAll(
  checker: Checker,
  options: ParallelOptions,
  groups: ReadonlyMap<string, readonly Target[]>,
  threads: Threads,
): Promise<Map<string, Checked>> {
  const list: Group[] = [...groups];
  const total = list.reduce((n, [, targets]) => n + targets.length, 0);
  const shared = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT);
  const counters = new Int32Array(shared);
  const order = mixed(list.map((group) => group[1].length));
  const results = new Map<number, Checked>();
  const { rules: _, onProgress, onChecked, background = false, stdin: __, ...rest } = options;
  const input: WorkerInput = { options: rest, wholeSyntax: checker.options.wholeSyntax, groups: list, order, shared };
  const progress = (): void => onProgress?.({ done: Atomics.load(counters, DONE), total, findings: Atomics.load(counters, FOUND) });
  const deliver = (index: number, checked: Checked): void => {
    results.set(index, checked);
    onChecked?.(displayPath(options.cwd, list[index]?.[0] ?? ""), checked);
    progress();
  };
  const receive = (output: WorkerOutput): void => {
    if ("results" in output) for (const [index, checked] of output.results) deliver(index, checked);
    else checker.add(output.phases, output.ruleTimes);
  };
  const workers = threads.take(total).map((thread) => thread.run(input, receive));
  if (!background || workers.length === 0) await work(checker, input, deliver, background ? pauses() : undefined);
  const crashes = (await Promise.all(workers)).filter((c) => c !== null);
  const state = new Map<string, Checked>();
  for (const [index, [dir, targets]] of list.entries()) {
    if (!results.has(index)) deliver(index, await checker.checkDirectory(dir, targets));
    state.set(displayPath(options.cwd, dir), results.get(index) as Checked);
  }
  const [first] = list;
  if (first && crashes.length > 0) {
    const key = displayPath(options.cwd, first[0]);
    const checked = state.get(key) as Checked;
    const problems = crashes.map((message) => ({
      path: "",
      rule: null,
      message: `a thread of gomend died, its work was done again: ${message}`,
    }));
    state.set(key, { ...checked, problems: [...checked.problems, ...problems] });
  }
  return state;
}

/** Takes groups until none is left; the same on every thread. */
export async function work(
  checker: Checker,
  { groups, order, shared }: WorkerInput,
  deliver: (index: number, checked: Checked) => void,
  pause?: () => Promise<void>,
): Promise<void> {
  const counters = new Int32Array(shared);
  for (;;) {
    const index = order[Atomics.add(counters, NEXT, 1)];
    const group = index === undefined ? undefined : groups[index];
    if (index === undefined || !group) return;
    const [dir, targets] = group;
    const checked = await checker.checkDirectory(dir, targets);
    Atomics.add(counters, DONE, targets.length);
    Atomics.add(counters, FOUND, checked.findings.length);
    deliver(index, checked);
    await pause?.();
  }
}

/** A frame's time of work, and then a turn for whatever else waits on this thread. */
const TURN = 12;

function pauses(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < TURN) return;
    await new Promise((resolve) => setImmediate(resolve));
    last = performance.now();
  };
}

/**
 * The order in which groups of these sizes are taken: a large one, then small ones that weigh as much. Large ones come early, so that the threads
 * end together, and seldom on two threads at once, which would take the memory of both.
 */
export function mixed(sizes: readonly number[]): number[] {
  const falling = sizes.map((_, i) => i).sort((a, b) => (sizes[b] as number) - (sizes[a] as number) || a - b);
  const order: number[] = [];
  for (let large = 0, small = falling.length - 1; large <= small; large++) {
    order.push(falling[large] as number);
    for (let left = sizes[falling[large] as number] as number; left > 0 && small > large; small--) {
      order.push(falling[small] as number);
      left -= sizes[falling[small] as number] as number;
    }
  }
  return order;
}
